"""The documentation site: `pip install -e '.[docs]' && sphinx-build -W -b html docs out/site`."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Any

import cib

project = "cib"
author = "cib contributors"
version = release = cib.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["Dockerfile"]
html_theme = "pydata_sphinx_theme"
html_theme_options = {"show_nav_level": 2, "secondary_sidebar_items": ["page-toc"]}
html_title = "cib"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_google_docstring = False
napoleon_use_ivar = True
suppress_warnings = ["ref.python"]
nitpicky = True
nitpick_ignore_regex = [("py:.*", r"(?!cib\.).*")]  # words of types in docstrings


def setup(app: Any) -> None:
    app.connect("missing-reference", internal)


def internal(_app: Any, _env: Any, node: Any, shown: Any) -> Any:
    """What has no place on the site is plain text, if it is there; otherwise the reference is broken."""
    try:
        resolve_name(node["reftarget"])
    except (ValueError, ImportError, AttributeError):
        return None
    return shown
