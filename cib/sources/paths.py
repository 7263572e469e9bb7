"""Resolve a path to files: a file, a folder, a glob, or a ZIP archive."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Any

from cib.errors import InputError, did_you_mean
from cib.folders import COLLECTION
from cib.progress import Watch
from cib.sources.streams import File, members
from cib.sources.tables import SUFFIXES

__all__ = ["files_of"]


def files_of(item: Any, max_bytes: int, watch: Watch) -> tuple[list[File], int]:
    """Return the sorted files of a path, folder or glob, and the number of other files in folders."""
    if not isinstance(item, str | Path):
        raise InputError(
            "a list must hold paths", where="source", got=type(item).__name__, remedy="Name files, folders or globs."
        )
    path = Path(item)
    if (path / COLLECTION.marker).is_file():
        raise InputError(
            "this is a collection",
            where=str(path),
            remedy="Take its activity: cib.Collection(folder).activity.",
        )
    if path.is_dir():
        below = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
        return _known([file for path in below for file in _files(path, max_bytes, watch)])
    if path.is_file():
        files = _files(path, max_bytes, watch)
        return _known(files) if path.suffix.lower() == ".zip" else (files, 0)
    if glob.has_magic(str(item)):
        matches = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
        return [file for match in matches if match.is_file() for file in _files(match, max_bytes, watch)], 0
    siblings = [file.name for file in path.parent.iterdir()] if path.parent.is_dir() else []
    hint = did_you_mean(path.name, siblings) or "Check the path."
    raise InputError("there is no such file or folder", where=str(item), remedy=hint)


def _files(path: Path, max_bytes: int, watch: Watch) -> list[File]:
    if path.suffix.lower() == ".zip":
        return members(path, max_bytes, watch)
    return [File(path, most_unpacked=max_bytes, watch=watch)]


def _known(files: list[File]) -> tuple[list[File], int]:
    known = [file for file in files if file.suffix in SUFFIXES]
    return known, len(files) - len(known)
