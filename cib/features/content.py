"""What an account posts.

Retweets repeat the words of others, so texts, hashtags, links and languages are those of its other posts.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from cib.content.text import hashtag, message
from cib.content.urls import hosts
from cib.features.feature import feature

__all__ = ["client_share", "hashtags", "language_entropy", "links", "originality", "repeated_text_share"]

Frame = nw.DataFrame[Any]

#: Shorter texts are too often equal by chance: a greeting, a yes.
MIN_TEXT = 20


@feature(
    outputs={
        "posts_made": "Posts of its own, quotes and replies among them.",
        "originality": "Share of its actions that are posts of its own and no retweets.",
    },
    unit={"posts_made": "posts"},
    missing={"posts_made": 0},
)
def originality(posts: Frame) -> pl.DataFrame:
    """How much of what it does is its own.

    - ``posts_made``: P, the number of posts that are no retweets.
    - ``originality``: ``(P + 1) / (P + R + 2)`` for R retweets; near one half with few of either.
    """
    account = posts["account_row"].to_numpy()
    acts = np.bincount(account)
    own = np.bincount(account, (posts["action"] != "retweet").to_numpy())
    table = pl.DataFrame({"account_row": np.arange(len(acts), dtype=np.uint32), "acts": acts, "posts_made": own})
    return table.filter(pl.col("acts") > 0).with_columns(originality=(pl.col("posts_made") + 1) / (pl.col("acts") + 2))


@feature(
    outputs={
        "hashtags_used": "Hashtags in its own posts.",
        "hashtag_entropy": "How many different hashtags it uses, and how evenly; 0 for one only.",
    },
    unit={"hashtags_used": "hashtags", "hashtag_entropy": "bits"},
)
def hashtags(posts: Frame) -> pl.DataFrame:
    """Variety of hashtags: Shannon (1948) entropy of their shares, in bits; unknown without any."""
    tags = _listed(posts, "hashtags")
    distinct = tags.select(pl.col("key").unique())
    looks = distinct.select(hashtag(pl.col("key")))["key"]
    of = _entropy(tags.with_columns(pl.col("key").replace_strict(distinct["key"], looks, return_dtype=pl.String)))
    return of.select("account_row", hashtags_used="n", hashtag_entropy="entropy")


@feature(
    outputs={
        "url_entropy": "How many different links it posts, and how evenly; 0 for one only.",
        "domain_entropy": "How many different sites it links to, and how evenly; 0 for one only.",
    },
    unit="bits",
)
def links(posts: Frame) -> pl.DataFrame:
    """Variety of links and of their hosts: Shannon (1948) entropy of their shares, in bits; unknown without any."""
    urls = _listed(posts, "urls")
    distinct = urls["key"].unique().sort()
    domains = urls.with_columns(
        key=urls["key"].replace_strict(distinct, hosts(distinct), return_dtype=pl.String)
    ).drop_nulls()
    of_url, of_domain = (
        _entropy(table).select("account_row", pl.col("entropy").alias(name))
        for table, name in ((urls, "url_entropy"), (domains, "domain_entropy"))
    )
    return of_url.join(of_domain, on="account_row", how="left")


@feature(relative=True)
def repeated_text_share(posts: Frame) -> pl.DataFrame:
    """Share of its texts that somebody, or the account itself, posted in the same words elsewhere.

    Texts are compared by :func:`cib.content.text.message`: case, invisible characters, links and leading mentions
    aside. Texts under 20 characters do not count. Unknown without any text.
    """
    key = message(pl.col("text"))
    long = _own(posts, "text").lazy().select("account_row", key=key).filter(pl.col("key").str.len_chars() >= MIN_TEXT)
    # streaming works on all cores
    keys = long.with_columns(pl.col("key").hash()).collect(engine="streaming")
    return keys.with_columns(again=pl.col("key").is_duplicated()).group_by("account_row").agg(pl.col("again").mean())


@feature(unit="bits")
def language_entropy(posts: Frame) -> pl.DataFrame:
    """How many languages its own posts are in, and how evenly; 0 for one only.

    Shannon (1948) entropy of their shares, in bits; unknown where no language is.
    """
    tagged = _own(posts, "lang").select("account_row", key="lang").drop_nulls()
    return _entropy(tagged).select("account_row", "entropy")


@feature
def client_share(posts: Frame) -> pl.DataFrame:
    """Share of its actions made with the client that it uses most; unknown where no client is."""
    if "client" not in posts.columns:
        return _nothing()
    counts = _native(posts, "account_row", "client").drop_nulls().group_by("account_row", "client").len()
    return counts.group_by("account_row").agg(pl.col("len").max() / pl.col("len").sum())


def _entropy(keys: pl.DataFrame) -> pl.DataFrame:
    """From ``account_row, key`` to ``account_row, n, entropy``: of the shares of each account's keys, in bits."""
    counts = keys.group_by("account_row", "key").len().sort("account_row", "len")  # sums of floats depend on order
    c = pl.col("len").cast(pl.Float64)
    of = counts.group_by("account_row", maintain_order=True).agg(n=c.sum(), e=(c * c.log(2)).sum())
    entropy = pl.max_horizontal(pl.col("n").log(2) - pl.col("e") / pl.col("n"), 0.0)
    return of.select("account_row", "n", entropy=entropy)


def _own(posts: Frame, column: str) -> pl.DataFrame:
    """Posts that are no retweets, where the source has the column."""
    if column not in posts.columns:
        return pl.DataFrame(schema={"account_row": pl.UInt32, column: pl.String})
    rows = _native(posts, "account_row", "action", column)
    return rows.filter(pl.col("action") != "retweet").drop("action")


def _listed(posts: Frame, column: str) -> pl.DataFrame:
    """What a column of lists holds, a row each: ``account_row, key``."""
    rows = _own(posts, column)
    if rows.schema[column] == pl.String:
        return rows.rename({column: "key"})
    return rows.filter(pl.col(column).list.len() > 0).explode(column).rename({column: "key"}).drop_nulls()


def _native(posts: Frame, *columns: str) -> pl.DataFrame:
    frame: pl.DataFrame = posts.select(*columns).to_polars()
    return frame


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(schema={"account_row": pl.UInt32, "value": pl.Float64})
