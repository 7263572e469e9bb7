"""Collection: a growing data set in a folder, to which days or files are appended.

The folder contains one part per append: its cleaned rows as Parquet, before the steps that need all rows together (see
:mod:`cib.sources.batches`). Account ids are encoded by a dictionary to which each part adds its new ids.
``collection.json`` is the marker: it lists the parts and is replaced last, so that appends are atomic. Results do not
depend on the order of the parts, nor on how rows are split into parts: they equal those of all rows read together.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from cib.activity import Activity, encode
from cib.atomic import atomically
from cib.detection import Detection
from cib.domains import FLAG, PATH, THREADS, either, instance, takes
from cib.engine import EngineActivity
from cib.errors import InputError, SettingsError
from cib.folders import COLLECTION, UNFINISHED, alone_in, ensure_folder
from cib.graphs.counts import Counts
from cib.import_report import ImportReport
from cib.pipeline import detect_with
from cib.reports.files import write_json
from cib.resources import check_memory, limited
from cib.robustness.matching import Timeline, timeline
from cib.schema import check_shape, count, file_name, read_json
from cib.settings import Settings
from cib.sources.batches import TABLES, Batch, assemble_batches, batch_of_activity, read_batch

__all__ = ["Collection"]

#: Version of the format of the folder.
FORMAT = 1

_REMEDY = "Name the folder of a collection; cib.Collection(folder).append(file) makes one in a new or empty folder."

_COUNTS = {str: count}
_PART = {
    "name": file_name,
    "source": str,
    "formats": {str: (str, None)},
    "key": [str],
    "rows": count,
    "span": [int],
    "rows_read": count,
    **dict.fromkeys(("dropped", "repaired", "missing"), _COUNTS),
    "columns": {str: str},
    "unread": [str],
    "notes": [str],
    "files": count,
    "library": str,
    "bytes": _COUNTS,
}
#: Fields of a part that describe its files.
_OF_FOLDER = ("name", "rows", "span", "bytes")

_SHAPE = {"format": count, "version": str, "parts": [_PART]}

#: Columns stored for a network in addition to its members.
_JUDGED = ("network_id", "verdict")

#: Columns of posts that contain account ids.
_CODED = ("account_id", "target_account_id")


@dataclass(frozen=True)
class Collection:
    """Growing data set to which days or files are appended; detections equal those of all rows read together.

    Parameters
    ----------
    folder : str or Path
        Created by the first :meth:`append`. It is recognised by the file ``collection.json``.

    Raises
    ------
    InputError
        If the folder contains something else, or a collection written by a newer version.

    Examples
    --------
    >>> import tempfile, cib
    >>> activity, _ = cib.simulate(scale=0.001, seed=3)
    >>> collection = cib.Collection(tempfile.mkdtemp())
    >>> for start, end in (("2020-01-01", "2020-04-01"), ("2020-04-01", "2021-01-01")):
    ...     report = collection.append(activity.between(start, end))
    >>> collection.activity.posts_table.equals(activity.posts_table)
    True
    >>> collection.detect(progress=False)
    Detection(... accounts, ... in ... networks: ...)
    """

    folder: Path

    @takes(folder=PATH)
    def __init__(self, folder: str | Path) -> None:
        object.__setattr__(self, "folder", Path(folder))
        self._parts  # noqa: B018 - checks the folder

    @takes(strict=FLAG)
    def append(self, source: Any, *, strict: bool = False, **options: Any) -> ImportReport:
        """Append a source to the collection.

        Parameters
        ----------
        source : path, list of paths, frame, or Activity
            A source of :func:`cib.read`, or an activity.
        strict : bool
            Whether to raise if any row is dropped.
        **options
            Options of :func:`cib.read`, unless the source is an activity: ``accounts``, ``columns``, ``format``,
            ``zone``, ``max_bad``, ``missing``, ``max_bytes``.

        Returns
        -------
        ImportReport
            Number of rows kept, and dropped by reason. Rows that equal another row of the source or the collection in
            every column are counted as ``duplicate``. Rows with the post id of another row that differ in a column are
            reported when all rows are assembled, in ``collection.activity.imported``.

        Raises
        ------
        InputError
            If the source cannot be read, or its ids are of another kind than those of the collection, which is then
            left unchanged.

        Notes
        -----
        Appending is atomic. If two processes append, one waits for the other (not on Windows).
        """
        batch = _batch(source, options)
        with alone_in(ensure_folder(self.folder)):
            parts = self._parts
            _check_formats(batch, parts, self.folder)
            ids = self._ids(parts)
            _check_ids(batch, ids, self.folder)
            batch = batch.without_rows_of(self._near(batch.posts, parts, ids))
            report = _report(batch)
            if strict and report.dropped:
                reasons = ", ".join(f"{reason} {number:,}" for reason, number in report.dropped.items())
                raise InputError("rows were dropped, and strict=True allows none", where=batch.source, got=reasons)
            with self._new_part() as new:
                told = _write_part(batch, new, ids)
                name = f"{len(parts) + 1:06}"
                new.replace(self._place(name))
            marker = {"format": FORMAT, "version": version("cib-detect"), "parts": [*parts, {"name": name, **told}]}
            atomically(self.folder / COLLECTION.marker, lambda path: write_json(marker, path))
        return report

    @property
    def activity(self) -> Activity:
        """Posts and accounts of all parts, as if they had been read together."""
        return self._assembled(self._parts)

    def _assembled(self, parts: Sequence[dict[str, Any]]) -> Activity:
        if not parts:
            raise InputError("nothing was appended yet", where=str(self.folder), remedy=_REMEDY)
        ids = self._ids(parts)
        return assemble_batches([self._read(part, ids) for part in parts], str(self.folder))

    @takes(settings=either(instance("Settings"), None), progress=FLAG, threads=THREADS)
    def detect(
        self,
        settings: Settings | None = None,
        *,
        progress: bool = True,
        threads: int | None = None,
        max_memory: str | int | None = None,
    ) -> Detection:
        """Find candidate networks in all rows of the collection.

        Parameters
        ----------
        settings : Settings, optional
        progress : bool
            Whether to print one line per stage to standard error.
        threads : int, optional
        max_memory : str or int, optional
            Both as in :func:`cib.detect`.

        Returns
        -------
        Detection
            Equal to the result of :func:`cib.detect` on :attr:`activity`. Counts of co-actions are updated only where
            rows were added since the last detection (see :mod:`cib.graphs.counts`).
        """
        settings = Settings() if settings is None else settings
        parts = self._parts
        activity, folder = self._assembled(parts), self.folder / "counts"
        check_memory(len(activity), max_memory)
        with alone_in(self.folder):
            counts = Counts(folder)
        with limited(threads):
            detection = detect_with(counts, activity, settings, progress)
        with alone_in(self.folder):
            counts.save(folder)
            self._keep(detection, _digest(settings), len(parts))
        return detection

    def network_history(self) -> Timeline:
        """Match the networks of consecutive detections in this collection: born, grown, merged, split, gone.

        Returns
        -------
        Timeline
            One row per network and detection, for the detections with the settings of the latest one. ``start`` is the
            time of the last row of the detection's activity; of several detections with equal ``start``, the latest is
            used. ``lasting_id`` identifies a network across detections.

        Raises
        ------
        InputError
            If there is no detection yet.
        """
        kept = sorted(self._kept(), key=lambda one: int(one[0]["turn"]))
        if not kept:
            remedy = "Detect first: cib.Collection(folder).detect()."
            raise InputError("nothing was detected in this collection yet", where=str(self.folder), remedy=remedy)
        latest = kept[-1][0]["settings"]
        windows = {datetime.fromisoformat(told["through"]): path for told, path in kept if told["settings"] == latest}
        members = {start: pl.read_parquet(windows[start]) for start in sorted(windows)}
        found = timeline(members)
        verdicts = pl.concat(table.select(pl.lit(start).alias("start"), *_JUDGED) for start, table in members.items())
        table = found.table.join(verdicts.unique(), on=["start", "network_id"], how="left", maintain_order="left")
        return replace(found, table=table)

    def _kept(self) -> list[tuple[dict[str, Any], Path]]:
        """Return metadata and path of the files of members of earlier detections."""
        files = sorted((self.folder / "networks").glob("*.parquet"))
        return [(json.loads(pl.read_parquet_metadata(path)["cib"]), path) for path in files]

    def __len__(self) -> int:
        """Return the number of rows, including rows of equal post id that differ in a column."""
        return sum(part["rows"] for part in self._parts)

    def __repr__(self) -> str:
        return f"Collection({str(self.folder)!r}, {len(self._parts)} parts, {len(self):,} rows)"

    @property
    def _parts(self) -> list[dict[str, Any]]:
        """Entries of the parts in the marker."""
        marker = self.folder / COLLECTION.marker
        if not marker.exists():
            if self.folder.exists() and (not self.folder.is_dir() or _holds_something(self.folder)):
                raise InputError("this is no collection", where=str(self.folder), remedy=_REMEDY)
            return []
        told = read_json(marker, dict, _REMEDY)
        newer = told.get("format")
        if count(newer) and newer > FORMAT:
            raise InputError(
                "a newer version of cib wrote this collection",
                where=str(marker),
                got=f"format {newer}, where {FORMAT} is the newest known",
                remedy="Update it: pip install -U cib-detect.",
            )
        check_shape(told, _SHAPE, str(marker), _REMEDY)
        parts: list[dict[str, Any]] = told["parts"]
        return parts

    def _keep(self, detection: Detection, settings: str, n_parts: int) -> None:
        """Store the members and verdicts of the networks, for the history."""
        folder = ensure_folder(self.folder / "networks")
        turn = max((told["turn"] for told, _ in self._kept()), default=0) + 1
        told = {"turn": turn, "settings": settings, "through": str(detection.imported.last)}
        members = detection.networks.members.select("account_id", *_JUDGED)
        path = folder / f"{n_parts:06}-{settings}.parquet"
        atomically(path, lambda new: members.write_parquet(new, metadata={"cib": json.dumps(told)}))

    def _place(self, name: str) -> Path:
        return self.folder / "parts" / name

    @contextmanager
    def _new_part(self) -> Iterator[Path]:
        """Provide a temporary folder for a new part, and remove unfinished parts of earlier processes."""
        known = {part["name"] for part in self._parts}
        parts = ensure_folder(self.folder / "parts")
        for left in parts.iterdir():
            if left.name not in known:
                shutil.rmtree(left, ignore_errors=True)
        new = parts / f"{UNFINISHED}new"
        new.mkdir()
        try:
            yield new
        except (OSError, pl.exceptions.PolarsError) as error:
            raise InputError(
                "the part cannot be written", where=str(self.folder), got=error, remedy="Make room and append it again."
            ) from error
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def _table(self, part: dict[str, Any], name: str, where: pl.Expr | None = None) -> pl.DataFrame:
        """Read a table of a part, or the rows of it that fulfil a condition."""
        path = self._place(part["name"]) / f"{name}.parquet"
        try:
            if path.stat().st_size == part["bytes"][path.name]:
                table = pl.scan_parquet(path, glob=False)
                return (table if where is None else table.filter(where)).collect()
            problem: Any = f"{path.stat().st_size:,} bytes, where {part['bytes'][path.name]:,} were written"
        except (OSError, KeyError, pl.exceptions.PolarsError) as error:
            problem = error
        raise InputError(
            "this is not the file that was appended", where=str(path), got=problem, remedy="Take a copy of the folder."
        )

    def _ids(self, parts: Sequence[dict[str, Any]]) -> pl.Series:
        """Return the account ids in the order of their codes."""
        return pl.concat([pl.Series("id", [], pl.String), *(self._table(part, "ids")["id"] for part in parts)])

    def _read(self, part: dict[str, Any], ids: pl.Series) -> Batch:
        tables = {name: self._table(part, name) for name in TABLES}
        tables["posts"] = _decoded(tables["posts"], ids)
        told = {name: value for name, value in part.items() if name not in _OF_FOLDER}
        return Batch(**told | {"tables": tables, **{name: tuple(part[name]) for name in ("key", "unread", "notes")}})

    def _near(self, posts: pl.DataFrame, parts: Sequence[dict[str, Any]], ids: pl.Series) -> pl.DataFrame:
        """Return the rows of the collection with the account and time of any of the posts."""
        keys = _coded(posts.select("account_id", "created_at"), ids).unique()
        span = _span(posts)
        met = [part for part in parts if span and part["span"] and _meet(span, part["span"])]
        then = pl.col("created_at").is_between(posts["created_at"].min(), posts["created_at"].max())
        near = [self._table(part, "posts", then).join(keys, on=keys.columns, how="semi") for part in met]
        return pl.concat([posts.clear(), *(_decoded(table, ids) for table in near)], how="diagonal")


def _holds_something(folder: Path) -> bool:
    """Test whether a folder contains more than the remains of an interrupted append."""
    return any(path.name != "parts" for path in folder.iterdir())


def _digest(settings: Settings) -> str:
    """Compute a hash of settings."""
    return blake2b(json.dumps(settings.to_dict(), sort_keys=True, default=str).encode(), digest_size=8).hexdigest()


def _batch(source: Any, options: dict[str, Any]) -> Batch:
    if isinstance(source, EngineActivity):
        source = source.collect()
    if not isinstance(source, Activity):
        return read_batch(source, **options)
    if options:
        raise SettingsError("an activity is read already", got=", ".join(options), remedy="Leave these out.")
    return batch_of_activity(source)


def _write_part(batch: Batch, folder: Path, ids: pl.Series) -> dict[str, Any]:
    """Write the tables of a part and return its entry in the marker."""
    acted = pl.concat([batch.posts[name].alias("id") for name in _CODED]).drop_nulls().unique()
    new = acted.filter(encode(acted, ids).is_null()).sort()
    tables = {**batch.tables, "posts": _coded(batch.posts, pl.concat([ids, new])), "ids": new.to_frame()}
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    told = {name: getattr(batch, name) for name in _PART if name not in _OF_FOLDER}
    sizes = {path.name: path.stat().st_size for path in sorted(folder.iterdir())}
    return {**told, "rows": batch.posts.height, "span": _span(batch.posts), "bytes": sizes}


def _span(posts: pl.DataFrame) -> list[int]:
    """Return the first and last time in microseconds, or an empty list if there are no posts."""
    times = posts["created_at"].to_physical().to_numpy()
    return [int(times.min()), int(times.max())] if posts.height else []


def _meet(span: Sequence[int], other: Sequence[int]) -> bool:
    return span[0] <= other[1] and other[0] <= span[1]


def _coded(posts: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    return posts.with_columns(encode(posts[name], ids).alias(name) for name in _CODED if name in posts.columns)


def _decoded(posts: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    return posts.with_columns(ids.gather(posts[name]).alias(name) for name in _CODED)


def _report(batch: Batch) -> ImportReport:
    posts = batch.posts
    return ImportReport(
        batch.source,
        " + ".join(batch.formats),
        rows_read=batch.rows_read,
        rows_kept=posts.height,
        dropped=dict(sorted(batch.dropped.items())),
        repaired=batch.repaired,
        missing=batch.missing,
        columns=batch.columns,
        unread=batch.unread,
        first=posts["created_at"].min(),  # type: ignore[arg-type]  # a time
        last=posts["created_at"].max(),  # type: ignore[arg-type]  # a time
        notes=batch.notes,
        files=batch.files,
    )


def _check_formats(batch: Batch, parts: Sequence[dict[str, Any]], folder: Path) -> None:
    """Raise InputError if several formats are combined and the platform of any is unknown."""
    known = {name: platform for part in parts for name, platform in part["formats"].items()}
    both = known | {name: platform or known.get(name) for name, platform in batch.formats.items()}
    if len(both) > len(known) > 0 and None in both.values():
        raise InputError(
            "the collection is of another format",
            where=batch.source,
            got=f"{', '.join(batch.formats)}, where {folder} has {', '.join(known)}",
            remedy="Append it to a collection of its own.",
        )


#: Patterns of plain numeric ids, and of ids that are keyed hashes.
_LOOKS = {"numbers": r"^\d{1,20}$", "digests": r"^(?:[0-9a-fA-F]{32,128}|[A-Za-z0-9+/_-]{42,44}=?)$"}


def _look(ids: pl.Series) -> str | None:
    """Return the name of the pattern that more than 99 % of the ids match, or None."""
    for name, pattern in _LOOKS.items():
        if len(ids) and ids.str.contains(pattern).sum() > 0.99 * len(ids):
            return name
    return None


def _check_ids(batch: Batch, ids: pl.Series, folder: Path) -> None:
    """Raise InputError if only the new or only the known ids are hashes, or both are and no new id is known."""
    new = batch.posts["account_id"].unique()
    looks = _look(new), _look(ids)
    if not len(new) or not len(ids) or "digests" not in looks:
        return
    if looks[0] != looks[1] or encode(new, ids).is_null().all():
        raise InputError(
            "the ids of accounts are pseudonyms under another key than those of the collection",
            where=batch.source,
            got=f"{new.sort()[0]!r}, where {folder} has {ids[0]!r}",
            remedy="Append it to a collection of its own, or read both with ids made under one key.",
        )
