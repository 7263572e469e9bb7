"""Assemble the clean rows of all parts of a source into an Activity.

These are the steps that need all rows at once: remove duplicates, remove withdrawn posts, generate missing post ids,
look up the authors and times of targets in the data, and sort. The result does not depend on the order of the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import polars as pl

from cib.activity import POST_COLUMNS, Activity, accounts_in, are_among, encode
from cib.errors import InputError
from cib.import_report import ImportReport
from cib.mapped import LARGE, mapped, mapped_columns, release_pages
from cib.sources import clocks
from cib.sources.cleaning import Clean
from cib.sources.format import Format
from cib.sources.joining import join_records

__all__ = ["STEPS", "assemble", "nothing_left", "with_platform", "without_made_up_ids"]

_ORDER = ("post_id", "target_post_id")

#: Candidate time resolutions in seconds, coarsest first.
STEPS = (86_400.0, 3_600.0, 60.0, 1.0, 0.001, 1e-6)


def assemble(
    parts: Sequence[Clean],
    accounts: pl.DataFrame,
    format: Format,
    *,
    known: Sequence[pl.DataFrame] = (),
    names: Sequence[pl.DataFrame] = (),
    source: str,
    why: str = "",
    columns: Mapping[str, str] | None = None,
    unread: tuple[str, ...] = (),
    notes: Sequence[str] = (),
    files: int = 0,
    library: str = "polars",
) -> Activity:
    """Assemble all parts of a source into one Activity.

    Parameters
    ----------
    parts : sequence of Clean
        The clean rows of each part.
    accounts : polars.DataFrame
        One row per account, as returned by :func:`clean_accounts`.
    format : Format
        Its `key` defines duplicates, its `name` is reported.
    known, names : sequence of polars.DataFrame
        Posts and account names that rows refer to, see :mod:`cib.sources.joining`.
    source, why, columns, unread, notes, files
        Fields of the :class:`ImportReport`.
    library : {'polars', 'pandas', 'pyarrow'}
        Library of the frames that the activity returns.

    Returns
    -------
    Activity

    Raises
    ------
    InputError
        If no row is left.
    """
    rows_read = sum(part.rows_read for part in parts)
    dropped, repaired, missing = Counter[str](), Counter[str](), Counter[str]()
    for part in parts:
        dropped.update(part.dropped)
        repaired.update(part.repaired)
        missing.update(part.missing)
    table, skew = clocks.settle(pl.concat([part.table for part in parts], how="diagonal", rechunk=True))
    table, joined = join_records(table, known, names)
    table, taken_back = _without_withdrawn(table, [part.withdrawn for part in parts])
    table, repeated = _once_each(table, format.key)
    release_pages()
    dropped.update(taken_back | repeated)
    if table.is_empty():
        raise nothing_left(source, rows_read, dropped)
    made_up = table["post_id"].null_count()
    account_ids = accounts_in(table)
    release_pages()
    table = _identified(table.with_columns(code=encode(table["account_id"], account_ids)))
    release_pages()
    table, absent = _resolved(table)
    release_pages()
    posts = table.select(name for name in POST_COLUMNS if name in table.columns)
    posts = mapped_columns(posts) if files else posts
    said = [note for part in parts for note in part.notes]
    time_source = clocks.sources(table)
    repaired.update({"time recovered from id": time_source.get("id", 0)})
    report = ImportReport(
        source,
        f"{format.name}: {why}" if why else format.name,
        rows_read=rows_read,
        rows_kept=posts.height,
        dropped={reason: count for reason, count in sorted(dropped.items()) if count},
        repaired={what: count for what, count in sorted(repaired.items()) if count},
        missing=dict(sorted(missing.items())),
        columns=dict(columns or {}),
        unread=unread,
        first=posts["created_at"][0],
        last=posts["created_at"][-1],
        precision=_precision(posts["created_at"]),
        time_source=time_source,
        clock_skew=skew,
        targets_unknown=posts["target_post_id"].filter(posts["target_account_id"].is_null()).count(),
        originals_absent=absent,
        notes=tuple(dict.fromkeys([*said, *joined, *_remarks(posts, made_up), *notes])),
        files=files,
    )
    return Activity(posts, accounts, report, library, numbered=(account_ids, table["code"]))


def with_platform(table: pl.DataFrame) -> pl.DataFrame:
    """Prefix each account id and post id with its platform: 'x:17', 'bluesky:did:plc:...'."""
    ids = [name for name in table.columns if name.endswith("_id")]
    named = [pl.concat_str("platform", pl.col(name), separator=":").alias(name) for name in ids]
    platforms = table["platform"].drop_nulls().unique().sort().to_list()
    for name in {"mentions", "named_ids"} & set(table.columns) if platforms else ():
        lists = (
            pl.when(pl.col("platform") == platform).then(pl.col(name).list.eval(f"{platform}:" + pl.element()))
            for platform in platforms
        )
        named.append(pl.coalesce(lists).alias(name))
    return table.with_columns(named)


def _without_withdrawn(table: pl.DataFrame, withdrawn: Sequence[pl.DataFrame]) -> tuple[pl.DataFrame, dict[str, int]]:
    """Remove the posts that their accounts withdrew, and return the number removed."""
    gone = pl.concat(withdrawn)["post_id"]
    if gone.null_count() == len(gone):
        return table, {}
    left = table.filter(~pl.col("post_id").is_in(gone.drop_nulls().unique().implode()).fill_null(False))
    return left, {"taken back by its account": table.height - left.height}


def _once_each(table: pl.DataFrame, key: Sequence[str]) -> tuple[pl.DataFrame, dict[str, int]]:
    """Remove duplicate rows; rows without a post id are duplicates only if all their columns are equal."""
    nameless = table["post_id"].is_null()
    if not nameless.any():
        return _first_of_each(table, key)
    named, dropped = _first_of_each(table.filter(~nameless), key)
    others, more = _first_of_each(table.filter(nameless), table.columns)
    return pl.concat([named, others]), dict(Counter(dropped) + Counter(more))


def _first_of_each(table: pl.DataFrame, key: Sequence[str]) -> tuple[pl.DataFrame, dict[str, int]]:
    hashes = table.select(key).hash_rows()
    if hashes.n_unique() == table.height:
        return table, {}
    suspect = hashes.is_duplicated()  # all duplicates, and possibly rows whose hashes collide
    distinct = table.filter(suspect).unique()
    ordered = distinct.sort(distinct.columns, nulls_last=True)
    first = ordered.unique(subset=key, keep="first", maintain_order=True)
    dropped = {
        "duplicate": int(suspect.sum()) - distinct.height,
        "conflicting duplicate": distinct.height - first.height,
    }
    return pl.concat([table.filter(~suspect), first]), dropped


def _identified(table: pl.DataFrame) -> pl.DataFrame:
    """Sort the rows, and generate missing post ids: numbers in the sort order of all columns."""
    nameless = table.filter(pl.col("post_id").is_null())
    if nameless.is_empty():
        return _sorted(table, _ORDER)
    numbered = _sorted(nameless, nameless.columns).with_columns(post_id=_numbers(nameless.height))
    if nameless.height == table.height:
        return numbered
    return _sorted(pl.concat([table.filter(pl.col("post_id").is_not_null()), numbered], rechunk=True), _ORDER)


def _sorted(table: pl.DataFrame, then: Sequence[str]) -> pl.DataFrame:
    """Sort by time, then by account, then by the columns `then`.

    The columns `then` are compared only where time and account are equal: sorting all rows by text is ten times slower.
    """
    by_time = table.select("created_at", "code").with_row_index("row")
    if not table["created_at"].is_sorted():
        by_time = by_time.sort("created_at")
    # sorting by one integer is several times faster than by two columns
    moment = pl.col("created_at").rle_id().cast(pl.UInt64)
    keys = by_time.select("row", key=moment * 2**32 + pl.col("code")).sort("key")
    same = keys["key"] == keys["key"].shift()
    alike = (same | same.shift(-1)).fill_null(False)
    columns = list(dict.fromkeys(("created_at", "code", *then)))
    rows = keys["row"].filter(alike)
    settled = table.select(columns)[rows].with_columns(rows).sort(columns, nulls_last=True)["row"]
    order = keys["row"].scatter(alike.arg_true(), settled)
    if order.is_sorted():
        return table
    if table.height < LARGE:
        return table[order]
    return pl.DataFrame([mapped(column.gather(order)) for column in table.iter_columns()])


def _numbers(count: int) -> pl.Expr:
    return pl.format("row-{}", pl.int_range(1, count + 1).cast(pl.String).str.zfill(9))


def without_made_up_ids(posts: pl.DataFrame) -> pl.DataFrame:
    """Replace ids that :func:`assemble` generated by null.

    Ids of that form are the source's own where a post acts on one of them.
    """
    target = pl.col("target_post_id").str.starts_with("row-") & pl.col("target_post_id").is_in(
        pl.col("post_id").implode()
    )
    if posts.select(target.any()).item():
        return posts
    return posts.with_columns(post_id=pl.when(~pl.col("post_id").str.contains(r"^row-\d{9,}$")).then("post_id"))


def _resolved(posts: pl.DataFrame) -> tuple[pl.DataFrame, float | None]:
    """Fill in author and time of targets that are in the data; return the share of retweets whose target is not."""
    originals = _targets(posts)
    aimed = (pl.col("action") == "retweet") & pl.col("target_post_id").is_not_null()
    if originals.is_empty():
        return posts, 1.0 if posts.select(aimed.any()).item() else None
    place = encode(posts["target_post_id"], originals["post_id"])
    absent = posts.select(pl.lit(place).filter(aimed).is_null().mean()).item()
    return (
        posts.with_columns(
            target_account_id=pl.coalesce("target_account_id", originals["account_id"].gather(place)),
            target_created_at=pl.coalesce("target_created_at", originals["created_at"].gather(place)),
        ),
        absent,
    )


def _targets(posts: pl.DataFrame) -> pl.DataFrame:
    """Return the posts that are targets, and possibly a few others."""
    targets = posts.select("post_id", "account_id", "created_at").filter(
        are_among(posts["post_id"], posts["target_post_id"])
    )
    return targets.unique(subset="post_id", keep="first", maintain_order=True)


def _precision(times: pl.Series) -> float:
    ticks = times.to_physical()
    steps = [step for step in STEPS if (ticks.head(1_000) % round(step * 1e6) == 0).all()]  # candidates
    return next((step for step in steps if (ticks % round(step * 1e6) == 0).all()), STEPS[-1])


def _remarks(posts: pl.DataFrame, made_up: int) -> list[str]:
    remarks = []
    if made_up == posts.height:
        remarks.append("the source has no post ids; they were made up")
    elif made_up:
        remarks.append(f"{made_up:,} rows have no post id; ids were made up")
    aimed = pl.any_horizontal(pl.col("target_post_id", "target_account_id").is_not_null())
    aimless = posts.select(((pl.col("action") != "post") & ~aimed).sum()).item()
    if aimless:
        remarks.append(f"{aimless:,} retweets, quotes and replies name neither a post nor an account")
    return remarks


def nothing_left(source: str, rows_read: int, dropped: Mapping[str, int]) -> InputError:
    """Return the error for a source of which no row is kept."""
    if not rows_read:
        return InputError("there are no rows", where=source, remedy="Give a table with at least one row.")
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(dropped.items()) if count)
    remedy = "Check that each column is read from the right one: columns={...}."
    if "time out of range" in dropped:
        remedy += " Times count from 2005 on; a share table (format='shares') may have any."
    return InputError(f"none of {rows_read:,} rows can be kept", where=source, got=reasons, remedy=remedy)
