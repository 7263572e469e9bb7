"""The rules of the house that no linter knows; CONTRIBUTING.md gives the reasons."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import cib

ROOT = Path(__file__).resolve().parents[1]
DRAWERS = {"common", "helpers", "misc", "util", "utils"}
HEAVY = {"matplotlib", "numba", "pandas", "sklearn", "sknetwork"}


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


@pytest.mark.parametrize("name", cib.__all__)
def test_public_names_are_explained(name: str) -> None:
    assert inspect.getdoc(getattr(cib, name))


def test_import_is_light() -> None:
    code = "import sys, cib; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "polars" in loaded
    assert HEAVY.isdisjoint(loaded)


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
