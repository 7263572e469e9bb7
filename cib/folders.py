"""Folders of one result, replaced as a whole: the files in a folder are never those of two results.

Files are written to a temporary folder inside the target (on the same disk, without touching other files in the
target), then moved into place. The marker, a JSON file that lists the others, is removed first and moved last: a folder
without it holds no result. Moving within a file system is atomic on Unix; on Windows a file that another program has
open cannot be replaced, and there is no locking.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from cib.errors import InputError

if sys.platform != "win32":  # Windows has no fcntl
    import fcntl

__all__ = [
    "COLLECTION",
    "DETECTION",
    "KNOWN",
    "RELEASE",
    "UNFINISHED",
    "ResultFolder",
    "alone_in",
    "check_unused",
    "ensure_folder",
    "replace_result",
]

#: Prefix of the temporary folder of a result that is being written.
UNFINISHED = ".cib-unfinished-"


@dataclass(frozen=True)
class ResultFolder:
    """A kind of result folder.

    Parameters
    ----------
    holds : str
        Description of the result.
    marker : str
        Name of the file that marks a complete result.
    files : str
        Regular expression of the names of its files, including the marker.
    """

    holds: str
    marker: str
    files: str

    def owns(self, name: str) -> bool:
        """Return whether a file of this name belongs to the result."""
        return re.fullmatch(self.files, name) is not None


_TABLES = (
    "accounts|networks|evidence|objects|trivial|members|statistics|facts|features|role-(scores|evidence)|distributions"
)

DETECTION = ResultFolder(
    "a detection",
    "detection.json",
    rf"detection\.json|report\.(json|html)|({_TABLES}|distributions|edges-.*)\.(parquet|csv)|layer-.*\.(graphml|gexf)",
)
RELEASE = ResultFolder(
    "a release", "about.json", r"about\.json|(accounts|networks|activity|values|posts)\.(parquet|csv)"
)

KNOWN = ResultFolder("known networks", "known.json", r"known\.json|signals\.parquet")

COLLECTION = ResultFolder("a collection", "collection.json", r"collection\.json|parts|counts|networks")


def ensure_folder(path: str | Path) -> Path:
    """Return the path of a folder, creating it if necessary."""
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:  # a NUL in the path is a ValueError
        raise InputError(
            "cannot make the folder to write into",
            where=repr(str(folder))[1:-1],
            got=error,
            remedy="Choose another folder.",
        ) from error
    return folder


def check_unused(folder: Path, kind: ResultFolder, *, overwrite: bool) -> None:
    """Raise an error for a folder with a result of another kind or, unless `overwrite`, with files to be replaced."""
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    for other in (DETECTION, KNOWN, RELEASE, COLLECTION):
        if other.holds != kind.holds and other.marker in names:
            raise InputError(f"the folder holds {other.holds}", where=str(folder), remedy="Choose another folder.")
    used = [name for name in names if kind.owns(name)]
    if used and not overwrite:
        raise InputError(
            "the folder is in use already",
            where=str(folder),
            got=", ".join(used[:3]) + (f" and {len(used) - 3} more files" if len(used) > 3 else ""),
            remedy="Choose another folder, or replace these files with overwrite=True.",
        )


@contextmanager
def replace_result(folder: Path, kind: ResultFolder, *, overwrite: bool) -> Iterator[Path]:
    """Yield a temporary folder to write a result to; on exit its files replace the earlier result.

    Parameters
    ----------
    folder : Path
        Created if necessary. Files that belong to no result are kept.
    kind : ResultFolder
    overwrite : bool
        Whether an earlier result may be replaced.

    Raises
    ------
    InputError
        If the folder is in use, or a file cannot be written; the earlier result is then unchanged.
    """
    with alone_in(ensure_folder(folder)):
        check_unused(folder, kind, overwrite=overwrite)
        for left in folder.glob(f"{UNFINISHED}*"):  # left over by a process that was terminated
            shutil.rmtree(left, ignore_errors=True)
        new = folder / f"{UNFINISHED}{os.getpid()}"
        try:
            new.mkdir()
            yield new
            _swap(new, folder, kind)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise InputError(
                "the result cannot be written",
                where=str(folder),
                got=error,
                remedy="Make room, or choose another folder.",
            ) from error
        finally:
            shutil.rmtree(new, ignore_errors=True)


def _swap(new: Path, folder: Path, kind: ResultFolder) -> None:
    (folder / kind.marker).unlink(missing_ok=True)
    for old in folder.iterdir():
        if kind.owns(old.name):
            old.unlink()
    for file in sorted(new.iterdir(), key=lambda path: (path.name == kind.marker, path.name)):
        file.replace(folder / file.name)


#: Folders currently locked by this thread.
_OWN: ContextVar[frozenset[Path]] = ContextVar("own", default=frozenset())


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold an exclusive lock on a folder, so that its files are never of two results.

    The lock is reentrant within a thread. On Windows, which has no locks of folders, it does nothing.
    """
    place = folder.resolve()
    if sys.platform == "win32" or place in _OWN.get():
        yield
        return
    opened, before = os.open(place, os.O_RDONLY), _OWN.set(_OWN.get() | {place})
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        _OWN.reset(before)
        os.close(opened)  # releases the lock, as the end of the process would
