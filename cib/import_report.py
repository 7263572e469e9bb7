"""Import report: the number of rows read, kept, dropped and repaired.

Rows are never dropped silently: ``rows_read == rows_kept + sum(dropped.values())``. This is checked
when a report is made, so a reader that loses a row raises an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from html import escape
from typing import Any

__all__ = ["ImportReport"]


@dataclass(frozen=True)
class ImportReport:
    """Summary of one import.

    Parameters
    ----------
    source : str
        Path, glob pattern or kind of frame that was read.
    format : str
        Name of the format and, after a colon, why it was chosen.
    rows_read, rows_kept : int
        Number of rows of the source, and of rows of ``activity.posts`` made from them.
    dropped : mapping of str to int
        Number of rows left out, by reason.
    repaired : mapping of str to int
        Number of values kept after a repair, by kind of repair.
    missing : mapping of str to int
        Number of words for a missing value ("NA", "None", ...), by column of the source.
    columns : mapping of str to str
        Column of the source that each column was read from.
    unread : tuple of str
        Columns of the source that were not read.
    first, last : datetime or None
        Time of the first and the last kept row, UTC.
    precision : float or None
        Largest step, in seconds, that all times are multiples of (0.001 for milliseconds).
    time_source : mapping of str to int
        Number of rows by source of their time: stated by the source, the server's clock, or the post's id.
    clock_skew : mapping of str to float
        Where both a stated and a server's time are known: the median and the 99 % quantile of their
        difference in seconds, and the number of rows with more than a minute.
    targets_unknown : int
        Number of rows that act on a post whose author is neither stated nor in the data.
    originals_absent : float or None
        Share of the retweets whose original is not in the data.
    notes : tuple of str
        Further remarks, one sentence each.
    files : int
        Number of files read.

    Examples
    --------
    >>> report = ImportReport("posts.csv", "canonical", rows_read=5, rows_kept=4, dropped={"no time": 1})
    >>> print(report)
    posts.csv: 5 rows read as canonical, 4 kept, 1 dropped (no time 1)
    """

    source: str
    format: str
    rows_read: int
    rows_kept: int
    dropped: Mapping[str, int] = field(default_factory=dict)
    repaired: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    first: datetime | None = None
    last: datetime | None = None
    precision: float | None = None
    time_source: Mapping[str, int] = field(default_factory=dict)
    clock_skew: Mapping[str, float] = field(default_factory=dict)
    targets_unknown: int = 0
    originals_absent: float | None = None
    notes: tuple[str, ...] = ()
    files: int = 0

    def __post_init__(self) -> None:
        if self.rows_read != self.rows_kept + sum(self.dropped.values()):
            raise AssertionError(
                f"rows do not add up: {self.rows_read} read, {self.rows_kept} kept, {dict(self.dropped)} dropped"
            )

    def __str__(self) -> str:
        dropped = sum(self.dropped.values())
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(self.dropped.items()))
        line = f"{self.source}: {self.rows_read:,} rows read as {self.format.split(':')[0]}, {self.rows_kept:,} kept"
        line += f", {dropped:,} dropped ({reasons})" if dropped else ", none dropped"
        if self.first and self.last:
            line += f", {self.first:%Y-%m-%d} to {self.last:%Y-%m-%d}"
        if self.precision and self.precision >= 1:
            line += f", times to {self.precision:g} s"
        return line

    def without(self, rows: int, times: Any) -> ImportReport:
        """Return the report after a filter removed some rows; `times` is the series of times of the others."""
        reason = "filtered by the user"
        return replace(
            self,
            rows_kept=self.rows_kept - rows,
            dropped={**self.dropped, reason: self.dropped.get(reason, 0) + rows},
            first=times.min(),
            last=times.max(),
        )

    def describe(self) -> str:
        """Format the complete report as text, one item per line."""
        lines = [str(self), f"format: {self.format}"]
        lines += [f"column {ours} <- {theirs}" for ours, theirs in self.columns.items()]
        lines += [f"dropped: {reason}: {count:,}" for reason, count in sorted(self.dropped.items())]
        lines += [f"repaired: {what}: {count:,}" for what, count in sorted(self.repaired.items())]
        lines += [f"words for a missing value in {name}: {count:,}" for name, count in sorted(self.missing.items())]
        lines += [f"time from: {source}: {count:,}" for source, count in self.time_source.items()]
        lines += [f"clock skew: {what}: {value:,.3g}" for what, value in self.clock_skew.items()]
        if self.precision:
            lines.append(f"times are multiples of: {self.precision:f}".rstrip("0").rstrip(".") + " s")
        if self.originals_absent is not None:
            lines.append(f"retweets whose original is not in the data: {self.originals_absent:.1%}")
        if self.targets_unknown:
            lines.append(f"rows whose target account is unknown: {self.targets_unknown:,}")
        lines += [f"note: {note}" for note in self.notes]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.describe())}</pre>"

    def to_dict(self) -> dict[str, Any]:
        """Convert the report to a dict of JSON types."""
        plain = asdict(self)
        for name in ("dropped", "repaired", "missing", "columns", "time_source", "clock_skew"):
            plain[name] = dict(plain[name])
        plain |= {"notes": list(self.notes), "unread": list(self.unread)}
        for name in ("first", "last"):
            plain[name] = plain[name].isoformat() if plain[name] else None
        return plain
