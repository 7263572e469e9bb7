"""Join rows with the records they refer to, over all parts of a source.

* A retweet may hold truncated text, links and hashtags, while the original is in another record or file.
* A reply may refer to its target by a local id, or to accounts by name, which other records resolve.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cib.activity import TIME
from cib.sources.rows import JOINED

__all__ = ["join_records"]

_SAID = ("text", "urls", "hashtags")
_WORDS = pl.List(pl.String())
_LISTS = dict.fromkeys(("urls", "hashtags", "mentions"), _WORDS)
_JOINED: dict[str, pl.DataType] = {
    **dict.fromkeys(("target_local_id", "account_local_id", "text"), pl.String()),
    **dict.fromkeys(("named_ids", "mentions", "urls", "hashtags"), _WORDS),
    "cut": pl.Boolean(),
}
_NO_NAME = pl.DataFrame(schema=dict.fromkeys(("local_id", "account_id"), pl.String))
_NO_POST = pl.DataFrame(
    schema={**dict.fromkeys(("post_id", "local_id", "account_id", "text"), pl.String), "created_at": TIME, **_LISTS}
)


def join_records(
    table: pl.DataFrame, known: Sequence[pl.DataFrame], names: Sequence[pl.DataFrame]
) -> tuple[pl.DataFrame, list[str]]:
    """Complete the rows that refer to other records.

    Parameters
    ----------
    table : polars.DataFrame
        Clean rows, with the columns :data:`cib.sources.rows.JOINED` if they were read from records.
    known : sequence of polars.DataFrame
        Posts that records refer to, as returned by :meth:`cib.sources.rows.Rows.known`.
    names : sequence of polars.DataFrame
        Names and local ids of accounts, as returned by :meth:`cib.sources.rows.Rows.names`.

    Returns
    -------
    polars.DataFrame, list of str
        The table without these columns, and notes for the import report.
    """
    if not any(name in table.columns for name in JOINED):
        return table, []
    columns = [name for name in table.columns if name not in JOINED]
    table = table.with_columns(
        pl.lit(None, kind).alias(name) for name, kind in _JOINED.items() if name not in table.columns
    )
    notes: list[str] = []
    posts, called = pl.concat([_NO_POST, *known], how="diagonal"), pl.concat([_NO_NAME, *names], how="diagonal")
    accounts = _single(called, "local_id", "account_id")
    if table["target_local_id"].null_count() < table.height:
        local = _single(posts.select("local_id", "post_id"), "local_id", "post_id").rename({"post_id": "found"})
        table = table.join(local, left_on="target_local_id", right_on="local_id", how="left", maintain_order="left")
        table = table.with_columns(target_post_id=pl.coalesce("found", "target_post_id")).drop("found")
        unknown = table.filter(pl.col("target_local_id").is_not_null() & pl.col("target_post_id").is_null()).height
        notes += [f"{unknown:,} replies answer a post that is not in the data"] if unknown else []
    if table["account_local_id"].null_count() < table.height:
        found = accounts.rename({"account_id": "found"})
        table = table.join(found, left_on="account_local_id", right_on="local_id", how="left", maintain_order="left")
        table = table.with_columns(target_account_id=pl.coalesce("target_account_id", "found")).drop("found")
    table, unnamed = _mentions(table, accounts)
    notes += [f"{unnamed:,} mentions without the id of the account"] if unnamed else []
    table, cut = _completed(table, posts)
    notes += [f"{cut:,} retweets hold a text that is cut off, and their original is not in the data"] if cut else []
    used = [name for name in ("mentions",) if table[name].null_count() < table.height]
    return table.select(list(dict.fromkeys((*columns, *used)))), notes


def _single(pairs: pl.DataFrame, key: str, value: str) -> pl.DataFrame:
    """Return the pairs whose key has exactly one value."""
    return pairs.select(key, value).drop_nulls().unique().filter(pl.len().over(key) == 1)


def _mentions(table: pl.DataFrame, accounts: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Add the ids of accounts mentioned by name; return the number of unknown names."""
    if not (table["named_ids"].list.len() > 0).any():
        return table, 0
    numbered = table.with_row_index("row")
    named = numbered.select("row", local_id="named_ids").explode("local_id").drop_nulls()
    found = named.join(accounts, on="local_id", how="left", maintain_order="left")
    lists = found.drop_nulls("account_id").group_by("row", maintain_order=True).agg(more="account_id")
    joined = numbered.join(lists, on="row", how="left", maintain_order="left")
    both = pl.concat_list(pl.col("mentions", "more").fill_null([])).list.unique(maintain_order=True)
    mentions = pl.when(pl.col("more").is_null()).then("mentions").otherwise(both)
    return joined.with_columns(mentions=mentions).drop("row", "more"), found["account_id"].null_count()


def _completed(table: pl.DataFrame, known: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Replace truncated texts by those of the originals; return the number that remain truncated."""
    if not table["cut"].any():
        return table, 0
    wanted = table.filter("cut")["target_post_id"].drop_nulls().unique().implode()
    own = table.filter(~pl.col("cut")).select("post_id", "account_id", "created_at", *_SAID, "mentions")
    stated = known.select("post_id", "account_id", "created_at", *_SAID, "mentions")
    sources = pl.concat([stated.filter(pl.col("text").is_not_null()), own]).filter(pl.col("post_id").is_in(wanted))
    whole = sources.sort(["post_id", "text"]).unique("post_id", keep="last", maintain_order=True)
    joined = table.join(
        whole, left_on="target_post_id", right_on="post_id", how="left", maintain_order="left", suffix="_known"
    )
    found = pl.col("cut") & pl.col("text_known").is_not_null()
    stays = joined.select((pl.col("cut") & ~found).sum()).item()
    mentions = pl.when(pl.col("mentions_known").list.len() > 0).then("mentions_known").otherwise("mentions")
    done = joined.with_columns(
        *(pl.when(found).then(f"{name}_known").otherwise(name).alias(name) for name in _SAID),
        mentions=pl.when(found).then(mentions).otherwise("mentions"),
        target_account_id=pl.coalesce("target_account_id", pl.when(found).then("account_id_known")),
        target_created_at=pl.coalesce("target_created_at", pl.when(found).then("created_at_known")),
    )
    return done.select(table.columns), stays
