"""Read a file as blocks of whole lines, decompressed in memory.

Files may be compressed (.gz, .bz2, .xz, .zst), in a .zip archive, and encoded in UTF-8 or UTF-16 with a byte order
mark; blocks are UTF-8 without one. Memory is that of one block, whatever the size of the file. A file that unpacks to
more than :data:`MOST_UNPACKED` bytes and to more than 200 times its size is refused as a decompression bomb.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

import zstandard

from cib.errors import InputError
from cib.progress import SILENT, Watch

__all__ = ["A_BLOCK", "A_LOOK", "MOST_UNPACKED", "PACKED", "File", "blocks", "members", "unpacked"]

#: Unpacked size in bytes that is always allowed; beyond it, the compression ratio is limited.
MOST_UNPACKED = 100_000_000
_MOST_RATIO = 200

#: Bytes read at once.
A_BLOCK = 1 << 25
#: Bytes read to recognise a file.
A_LOOK = 1 << 18
#: Maximum length of a line or CSV row in bytes; a longer one indicates an unclosed quote or bracket.
_LONGEST_LINE = 1 << 28

#: Window size in bytes that a .zst file may use by default, and at most; dumps of Reddit need 2 GB.
_USUAL_WINDOW, _LARGEST_WINDOW = 1 << 27, 1 << 31

#: Maximum length of a frame header in bytes.
_HEAD_OF_ZST = 18

_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_BROKEN = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, zstandard.ZstdError)


@dataclass(frozen=True)
class File:
    """A file, or a member of a ZIP archive.

    Parameters
    ----------
    path : pathlib.Path
    member : str, optional
        Name in the archive.
    most_unpacked : int
        Unpacked size in bytes that is allowed whatever the compression ratio.
    watch : Watch
        Receives the number of bytes read.
    """

    path: Path
    member: str | None = None
    most_unpacked: int = MOST_UNPACKED
    watch: Watch = field(default=SILENT, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.path}/{self.member}" if self.member else str(self.path)

    @property
    def packing(self) -> str:
        """Return the compression suffix: '.gz', or '' if not compressed."""
        suffix = Path(self.member or self.path).suffix.lower()
        return suffix if suffix in PACKED else ""

    @property
    def suffix(self) -> str:
        """Return the suffix that states the kind of file, in lower case: '.csv' of 'Posts.CSV.gz'."""
        name = Path(self.member or self.path.name)
        return (Path(name.stem).suffix if self.packing else name.suffix).lower()


def members(path: Path, most_unpacked: int = MOST_UNPACKED, watch: Watch = SILENT) -> list[File]:
    """Return the files of a ZIP archive, sorted by name."""
    with _as_input_error(path), zipfile.ZipFile(path) as archive:
        names = sorted(info.filename for info in archive.infolist() if not info.is_dir())
    shown = [name for name in names if not name.startswith("__MACOSX/") and not Path(name).name.startswith(".")]
    return [File(path, name, most_unpacked, watch) for name in shown]


def blocks(file: File, *, quoted: bool = False, size: int = A_BLOCK) -> Iterator[bytes]:
    """Read a file block by block.

    Parameters
    ----------
    file : File
    quoted : bool
        Whether line ends inside quotes are ignored, as in CSV.
    size : int
        Bytes read at once.

    Yields
    ------
    bytes
        Whole lines in UTF-8; the last may lack its line end.

    Raises
    ------
    InputError
        If the file cannot be unpacked or decoded, or is a decompression bomb.
    """
    rest = b""
    for piece in _decoded(file, size):
        text = rest + piece
        end = _end_of_last_row(text) if quoted else text.rfind(b"\n") + 1
        if end:
            yield text[:end]
        rest = text[end:]
        if len(rest) > _LONGEST_LINE:
            raise InputError(
                f"a line is longer than {_LONGEST_LINE >> 20} MB",
                where=str(file),
                remedy="A quote may be opened and never closed: export the file again.",
            )
    if rest:
        yield rest


def unpacked(file: File) -> bytes:
    """Return the whole content of a file."""
    return b"".join(_decoded(file, A_BLOCK))


def _end_of_last_row(text: bytes) -> int:
    """Return the end of the last line that closes all its quotes."""
    end = text.rfind(b"\n") + 1
    odd = text.count(b'"', 0, end) % 2
    while odd and end:
        quote = text.rfind(b'"', 0, end)
        before = text.rfind(b"\n", 0, quote) + 1
        odd ^= text.count(b'"', before, end) % 2
        end = before
    return end


def _decoded(file: File, block: int) -> Iterator[bytes]:
    with _as_input_error(file), ExitStack() as opened:
        stream, consumed, whole = _open(file, opened)
        piece = stream.read(block)
        mark, encoding = next(((m, e) for m, e in _MARKS.items() if piece.startswith(m)), (b"", "utf-8"))
        decoder = codecs.getincrementaldecoder(encoding)() if encoding != "utf-8" else None
        piece, size = piece[len(mark) :], 0
        while piece:
            size += len(piece)
            _refuse_bomb(file, size, consumed())
            if consumed() < whole:
                file.watch.see(str(file), consumed() // 10**6, whole // 10**6, "MB")
            yield decoder.decode(piece).encode() if decoder else piece
            piece = stream.read(block)
        if decoder:
            decoder.decode(b"", final=True)


def _refuse_bomb(file: File, size: int, consumed: int) -> None:
    if size > file.most_unpacked and size > _MOST_RATIO * max(consumed, 1):
        raise InputError(
            f"the file unpacks to more than {_MOST_RATIO} times its size",
            where=str(file),
            got=f"{size:,} bytes out of {consumed:,}",
            remedy=f"If you trust it, allow more: max_bytes={10 * size}.",
        )


def _open(file: File, opened: ExitStack) -> tuple[IO[bytes], Callable[[], int], int]:
    """Return the unpacked stream, a function that returns the compressed bytes read so far, and their total."""
    raw: IO[bytes] = opened.enter_context(file.path.open("rb"))
    consumed, whole = raw.tell, file.path.stat().st_size
    if file.member:
        archive = opened.enter_context(zipfile.ZipFile(raw))
        whole, under = archive.getinfo(file.member).compress_size, raw
        raw = opened.enter_context(archive.open(file.member))
        start = under.tell()
        consumed = lambda: under.tell() - start  # noqa: E731
    return (PACKED[file.packing](raw, file) if file.packing else raw), consumed, whole


def _open_zst(raw: IO[bytes], file: File) -> IO[bytes]:
    window = _LARGEST_WINDOW if file.most_unpacked >= _LARGEST_WINDOW else _USUAL_WINDOW
    asked = zstandard.get_frame_parameters(raw.read(_HEAD_OF_ZST)).window_size
    if window < asked <= _LARGEST_WINDOW:
        raise InputError(
            f"to unpack the file takes {asked >> 20:,} MB of memory",
            where=str(file),
            remedy=f"If you have them, allow it: max_bytes={_LARGEST_WINDOW}. If the records are not recognised "
            "then, say what they are, as in format='reddit', or rename the file to .ndjson.zst.",
        )
    raw.seek(0)
    return zstandard.ZstdDecompressor(max_window_size=window).stream_reader(raw, read_across_frames=True)


#: Function that opens a compressed file, by suffix.
PACKED: dict[str, Callable[[IO[bytes], File], IO[bytes]]] = {
    ".gz": lambda raw, _: cast(IO[bytes], gzip.GzipFile(fileobj=raw)),
    ".bz2": lambda raw, _: bz2.BZ2File(raw),
    ".xz": lambda raw, _: lzma.LZMAFile(raw),  # noqa: SIM115
    ".zst": _open_zst,
}


@contextmanager
def _as_input_error(file: object) -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    except UnicodeError as error:
        raise InputError(
            "the file is not in the encoding that its first bytes promise",
            where=str(file),
            got=str(error)[:100],
            remedy="Export it again as UTF-8.",
        ) from error
    except (*_BROKEN, NotImplementedError, RuntimeError) as error:
        raise InputError(
            "the file cannot be unpacked whole",
            where=str(file),
            got=str(error)[:200] or type(error).__name__,
            remedy="Fetch it again, or unpack it by other means and read what comes out.",
        ) from error
