"""`cib` reports what accounts did together, never what they are: the words for that are not in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

UNUSED = re.compile(
    r"\b(bots?|fak(e|es|ed|ery)|guilt|guilty|culprits?|puppets?|same operators?|inauthentic\w*)\b",
    re.IGNORECASE,
)

#: The phrases that may hold such a word: the name of the field, and the rule itself.
ALLOWED = (
    "coordinated inauthentic behaviour",
    "coordination is not inauthenticity",
    "not a verdict of inauthenticity",
)


def unused_words(text: str) -> list[str]:
    plain = " ".join(text.replace("_", " ").lower().split())
    for phrase in ALLOWED:
        plain = plain.replace(phrase, "")
    return [match.group() for match in UNUSED.finditer(plain)]


def written(path: Path) -> Iterator[tuple[int, str]]:
    """Each text and each name that a Python file gives to something, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the account is a bot", ["bot"]),
        ("fake_share: run by the\n    same operator", ["fake", "same operator"]),
        ("Inauthentic accounts", ["inauthentic"]),
        ("Coordination is not\n    inauthenticity.", []),
        ("both bottom accounts", []),
    ],
)
def test_words_are_found(text: str, words: list[str]) -> None:
    assert unused_words(text) == words


def test_package_judges_no_account() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {word}"
        for path in sorted((ROOT / "cib").rglob("*.py"))
        for line, text in written(path)
        for word in unused_words(text)
    ]
    assert found == []


def test_readme_judges_no_account() -> None:
    assert unused_words((ROOT / "README.md").read_text(encoding="utf-8")) == []
