"""Features of the content that an account posts.

Retweets repeat the content of others, so texts, hashtags, links and languages are those of the account's other posts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.content.text import hashtag
from cib.content.urls import hosts
from cib.features.acts import PRIOR, Acts
from cib.features.feature import feature
from cib.graphs.graph import Graph
from cib.graphs.incidence import run_starts

__all__ = ["client_share", "hashtags", "language_entropy", "links", "originality", "texts"]

Frame = nw.DataFrame[Any]
Ints = NDArray[np.int64]

#: Least length of a text; shorter ones, such as greetings, are too often equal by chance.
MIN_TEXT = 12

#: Least number of accounts that posted a text for it to count as copied.
COPIERS = 3


@feature(
    outputs={
        "posts_made": "Posts of its own, quotes and replies among them.",
        "originality": "Share of its actions that are posts of its own and no retweets.",
    },
    unit={"posts_made": "posts"},
    missing={"posts_made": 0},
)
def originality(posts: Frame) -> pl.DataFrame:
    """Count an account's own posts and compute their share.

    - ``posts_made``: P, the number of posts that are not retweets.
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
    """Compute the Shannon (1948) entropy of the hashtags' shares, in bits; unknown without any."""
    tags = _listed(posts, "hashtags")
    of = _entropy(_renamed(tags, lambda distinct: distinct.to_frame("tag").select(hashtag(pl.col("tag")))["tag"]))
    return of.select("account_row", hashtags_used="n", hashtag_entropy="entropy")


@feature(
    outputs={
        "url_entropy": "How many different links it posts, and how evenly; 0 for one only.",
        "domain_entropy": "How many different sites it links to, and how evenly; 0 for one only.",
    },
    unit="bits",
)
def links(posts: Frame) -> pl.DataFrame:
    """Compute the Shannon (1948) entropy of the shares of links and of their hosts, in bits; unknown without any."""
    urls = _listed(posts, "urls")
    domains = _renamed(urls, hosts).drop_nulls()
    of_url, of_domain = (
        _entropy(table).select("account_row", pl.col("entropy").alias(name))
        for table, name in ((urls, "url_entropy"), (domains, "domain_entropy"))
    )
    return of_url.join(of_domain, on="account_row", how="left")


@feature(
    outputs={
        "repeated_text_share": "Share of its texts that it or somebody else posted in the same words elsewhere.",
        "copied_share": "Share of what it does that are texts which three accounts posted, over more than a day.",
        "aimed_at_copies": "Share of what it does that goes, unreturned, to accounts whose texts are such.",
    },
    relative=True,
)
def texts(
    posts: Frame, messages: Frame, interactions: Graph, counted: tuple[Ints, Ints, Ints] | None = None
) -> Mapping[str, Any]:
    """Compute the shares of an account's texts that are repeated or copied.

    Texts are compared by :func:`cib.content.text.message`: ignoring case, invisible characters, links and leading
    mentions. Texts of fewer than 12 characters do not count. A text is *copied* if three or more accounts posted it,
    with a day or more between the first and the last time; texts posted during one evening of a campaign, or shared
    with a link on the day of the news, are not.

    - ``repeated_text_share``: over its texts; unknown without any.
    - ``copied_share``: ``C / (N + 4)`` for C copied texts among N acts; unknown where it posted and no text is known.
    - ``aimed_at_copies``: the mean of ``C / (T + 4)`` of the targets, with T texts, over all actions of the account
      and four more; actions on no account or that are returned, and the four, have value 0.
    """
    acts = Acts.of(interactions)
    text, copied, again = _copies(messages, acts.n) if counted is None else counted
    did, wrote = _count(_native(posts, "account_row"), acts.n), _count(_own(posts, "action"), acts.n)
    known = (did > 0) & ((text > 0) | (wrote == 0)) & text.any()
    aim = np.where(text.any(), copied / (text + PRIOR), np.nan)[acts.target] * (acts.returned == 0)
    return {
        "repeated_text_share": np.divide(again, text, out=np.full(acts.n, np.nan), where=text > 0),
        "copied_share": np.where(known, copied / (did + PRIOR), np.nan),
        "aimed_at_copies": acts.share(posts, aim),
    }


def _copies(messages: Frame, n: int) -> tuple[Ints, Ints, Ints]:
    """Count the texts of each account, those that are copied, and those that were posted again; each of shape (n,)."""
    keys = _text_keys(messages)
    return _count(keys, n), _count(keys.filter("copied"), n), _count(keys.filter("again"), n)


def _text_keys(messages: Frame) -> pl.DataFrame:
    """Return ``account_row, key, again, copied`` of each text that is long enough."""
    long = messages.to_polars().filter(pl.col("characters") >= MIN_TEXT)
    again = (np.bincount(long["message"].to_numpy()) > 1)[long["message"].to_numpy()]
    keys = long.select("account_row", "created_at", key="message", again=pl.Series(again, dtype=pl.Boolean))
    time = pl.col("created_at")
    several = keys.filter("again").group_by("key").agg(pl.col("account_row").n_unique(), days=time.max() - time.min())
    copies = several.filter(pl.col("account_row") >= COPIERS, pl.col("days") >= pl.duration(days=1))["key"]
    return keys.with_columns(copied=pl.col("key").is_in(copies.implode()))


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
    counts = _counts(_native(posts, "account_row", key="client").drop_nulls())
    return counts.group_by("account_row").agg(pl.col("len").max() / pl.col("len").sum())


def _entropy(keys: pl.DataFrame) -> pl.DataFrame:
    """Compute the number and entropy in bits of each account's keys: ``account_row, n, entropy``."""
    counts = _counts(keys).sort(pl.col("account_row") * 2**32 + pl.col("len"))  # fix the order of summation
    c = pl.col("len").cast(pl.Float64)
    of = counts.group_by("account_row", maintain_order=True).agg(n=c.sum(), e=(c * c.log(2)).sum())
    entropy = pl.max_horizontal(pl.col("n").log(2) - pl.col("e") / pl.col("n"), 0.0)
    return of.select("account_row", "n", entropy=entropy)


def _counts(keys: pl.DataFrame) -> pl.DataFrame:
    """Count the rows of each account and key: ``account_row, len``, a row per pair."""
    code = _codes(keys["key"]).to_numpy()
    pairs = np.sort(keys["account_row"].to_numpy().astype(np.uint64) << np.uint64(32) | code)
    first = run_starts(pairs)
    length = np.diff(first, append=len(pairs)).astype(np.uint32)
    return pl.DataFrame({"account_row": (pairs[first] >> np.uint64(32)).astype(np.uint32), "len": length})


def _codes(keys: pl.Series) -> pl.Series:
    """Return an integer for each distinct key."""
    return keys if keys.dtype == pl.UInt32 else keys.cast(pl.Categorical).to_physical()


def _renamed(keys: pl.DataFrame, rename: Callable[[pl.Series], pl.Series]) -> pl.DataFrame:
    """Replace the keys by codes of their new names, which are computed once for each distinct key."""
    coded = keys.with_columns(code=_codes(keys["key"]))
    distinct = coded.unique("code")
    new = coded["code"].replace_strict(distinct["code"], _codes(rename(distinct["key"])), return_dtype=pl.UInt32)
    return coded.select("account_row", key=new)


def _own(posts: Frame, column: str, *more: str) -> pl.DataFrame:
    """Select the posts that are not retweets; no rows where the source lacks the column."""
    if column not in posts.columns:
        return _native(posts, "account_row", *more).head(0).with_columns(pl.lit(None, pl.String).alias(column))
    rows = _native(posts, *dict.fromkeys(("account_row", "action", column, *more)))
    return rows.filter(pl.col("action") != "retweet").select("account_row", column, *more)


def _count(rows: pl.DataFrame, n: int) -> NDArray[np.int64]:
    """Count the rows of each account, shape (n,)."""
    return np.bincount(rows["account_row"].to_numpy(), minlength=n)


def _listed(posts: Frame, column: str) -> pl.DataFrame:
    """Explode a column of lists to ``account_row, key``."""
    rows = _own(posts, column)
    if rows.schema[column] == pl.String:
        return rows.rename({column: "key"})
    return rows.filter(pl.col(column).list.len() > 0).explode(column).rename({column: "key"}).drop_nulls()


def _native(posts: Frame, *columns: str, **renamed: str) -> pl.DataFrame:
    frame: pl.DataFrame = posts.select(*columns, *renamed.values()).to_polars()
    return frame.rename({theirs: ours for ours, theirs in renamed.items()})


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(schema={"account_row": pl.UInt32, "value": pl.Float64})
