"""Interactive map of the networks in a notebook: Jupyter, marimo, VS Code and other hosts of anywidget.

Requires ``pip install 'cib-detect[explore]'``.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from cib.activity import to_library
from cib.errors import MissingDependencyError
from cib.reports.explorer_data import explorer_data, explorer_details
from cib.reports.permalinks import permalinks
from cib.reports.plain import visible
from cib.reports.result import Result

__all__ = ["explore"]


def explore(result: Result, *, texts: bool = True) -> Any:
    """Show an interactive map of the networks of a detection, with ids; see :meth:`cib.Detection.explore`."""
    found = {name: value for name, value in result.findings.items() if name != "said" or texts}
    return _widget()(result, visible(found))


@cache
def _widget() -> Any:
    """Create the widget class on first use, as anywidget is an optional dependency."""
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise MissingDependencyError(
            "the explorer needs anywidget", remedy="Install it: pip install 'cib-detect[explore]'."
        ) from error

    class Explorer(anywidget.AnyWidget):
        """Map of networks; `selection` holds the rows of the element clicked last."""

        _esm = "".join(_asset(name) for name in ("graph.min.js", "explorer.js", "widget.js"))
        _css = _asset("explorer.css")
        data = traitlets.Dict().tag(sync=True)
        places: Any = traitlets.List().tag(sync=True)

        def __init__(self, result: Result, found: dict[str, Any]) -> None:
            super().__init__(data=explorer_data(found, permalinks(found["imported"]["format"])))
            self._table, self._library = result.table, result.activity.library
            self._accounts = [member["account"] for member in result.findings["members"]]
            self._details = explorer_details(found)
            self.on_msg(self._answer)

        def _answer(self, _: Any, message: dict[str, Any], __: Any) -> None:
            network = message["network"]
            self.send({"network": network, "details": self._details[network]})

        @property
        def selection(self) -> Any:
            """Rows of `detection.accounts` of the network, account or pair clicked last."""
            chosen = [self._accounts[place] for place in self.places]
            return to_library(self._table.filter(self._table["account_id"].is_in(chosen)), self._library)

    return Explorer


def _asset(name: str) -> str:
    return (files("cib.reports") / "assets" / name).read_text(encoding="utf-8")
