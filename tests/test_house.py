"""The rules of the house that no linter knows; CONTRIBUTING.md gives the reasons."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import cib

ROOT = Path(__file__).resolve().parents[1]
#: Public names that are modules.
MODULES = {"evaluation", "plots", "presets", "testing"}
DRAWERS = {"common", "helpers", "misc", "util", "utils"}
HEAVY = {"matplotlib", "networkx", "numba", "pandas", "scipy", "sklearn", "sknetwork"}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def test_every_room_has_a_name_of_its_own() -> None:
    names = {path.stem for folder in ("cib", "tests", "benchmarks") for path in (ROOT / folder).rglob("*")}
    assert names.isdisjoint(DRAWERS)


def test_no_room_imports_the_face() -> None:
    rooms = [path for path in (ROOT / "cib").rglob("*.py") if path != ROOT / "cib" / "__init__.py"]
    assert [str(room) for room in rooms if "cib" in imported(room)] == []


def test_every_module_has_its_file_of_tests() -> None:
    modules = (path.relative_to(ROOT / "cib") for path in (ROOT / "cib").rglob("*.py") if path.name != "__init__.py")
    mirrored = [module.with_name(f"test_{module.name}") for module in sorted(modules)]
    assert [str(path) for path in mirrored if not (ROOT / "tests" / path).exists()] == []


@pytest.mark.parametrize("name", cib.__all__)
def test_public_names_are_explained(name: str) -> None:
    assert inspect.getdoc(getattr(cib, name))


def loaded_by(code: str) -> set[str]:
    """The packages that a fresh process has loaded after some code; what the code prints goes to standard output."""
    code = f"import sys; {code}; print(*{{name.split('.')[0] for name in sys.modules}}, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_import_loads_nothing_that_is_not_used() -> None:
    assert "cib" in loaded_by("import cib")
    assert (HEAVY | {"narwhals", "numpy", "polars"}).isdisjoint(loaded_by("import cib"))


def test_reading_loads_no_library_of_another_stage(tmp_path: Path) -> None:
    row = {"account_id": "a", "action": "post", "created_at": "2020-06-12T00:00:00Z", "post_id": "1"}
    pl.DataFrame(row).write_parquet(tmp_path / "posts.parquet")
    pl.DataFrame(row).write_csv(tmp_path / "posts.csv")
    for each in tmp_path.iterdir():
        loaded = loaded_by(f"import cib; cib.read({str(each)!r}, progress=False)")
        assert "polars" in loaded
        assert HEAVY.isdisjoint(loaded)


def test_every_public_name_is_found_where_type_checkers_find_it() -> None:
    tree = ast.parse(Path(cib.__file__).read_text(encoding="utf-8"))
    typed = next(node for node in tree.body if isinstance(node, ast.If))
    places = {
        alias.name: f"{node.module}.{alias.name}" if alias.name in MODULES else f"{node.module}:{alias.name}"
        for node in typed.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert places == cib._PLACES
    assert sorted(cib.__all__) == sorted(places)
    assert set(dir(cib)) == {*cib.__all__, "__version__"}


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        cib.nothing  # noqa: B018


def test_constraints_pin_versions_and_name_no_address() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.!+]+", line)] == []


def test_nothing_runs_or_fetches_what_others_wrote() -> None:
    """No pickles, no XML, no network; `cib.testing` pickles what it made itself."""
    unsafe = {
        "joblib",
        "marshal",
        "pickle",
        "shelve",
        "xml",
        "http",
        "urllib.request",
        "requests",
        "socket",
        "subprocess",
    }
    found = {
        (path.name, name)
        for path in (ROOT / "cib").rglob("*.py")
        for name in imported(path)
        if {name, name.split(".")[0]} & unsafe
    }
    assert found == {("testing.py", "pickle")}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_tab_on_a_public_module_shows_its_public_names(name: str) -> None:
    module = getattr(cib, name)
    assert sorted(dir(module)) == sorted(module.__all__)
    assert all(inspect.getdoc(getattr(module, each)) for each in module.__all__)


def test_every_public_name_has_its_place_in_the_documentation() -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert [name for name in cib.__all__ if not re.search(rf"cib\.(reports\.)?{name}\b", page)] == []


def test_every_page_is_in_the_table_of_contents() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8").splitlines()
    pages = {str(path.relative_to(ROOT / "docs").with_suffix("")) for path in (ROOT / "docs").rglob("*.md")}
    assert pages - {"index"} == pages & set(index)


def test_the_citation_names_the_version() -> None:
    assert f"version: {cib.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
