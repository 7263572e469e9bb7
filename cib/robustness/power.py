"""Power: which made-up operations would have been found in these data, at these settings."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from cib.activity import Activity
from cib.errors import InputError
from cib.progress import stage
from cib.robustness.reruns import Rerun

__all__ = ["POWER", "power", "power_told"]

#: Columns of the table.
POWER: dict[str, Any] = {
    "planted": pl.String,
    **dict.fromkeys(("accounts", "acts", "trials", "found", "candidate"), pl.Int64),
}

#: Objects that an operation chooses from, for each act of an account: accounts leave out some.
_CHOICE = 1.25

#: Mean seconds from an object to an act on it: of retweets, and of anything that accounts post themselves.
_DELAYS = {"retweets": 60.0, "texts": 600.0, "links": 600.0}

#: Words of a text, and letters of a word: so many that no two texts are alike.
_WORDS, _LETTERS = 8, 6

#: Posts of each account that is retweeted.
_OF_AUTHOR = 4

_NAME = "planted-operation"


def power(
    rerun: Rerun, accounts: Sequence[int], acts: Sequence[int], trials: int, seed: int, progress: bool
) -> pl.DataFrame:
    """Plant operations into the activity, one at a time, and search again; see :meth:`cib.Detection.power`."""
    what = _plantable(rerun.activity)
    rows = []
    for size in accounts:
        for each in acts:
            with stage(f"{size} accounts with {each} acts each", progress):
                verdicts = [_verdict(rerun, what, size, each, trial, seed) for trial in range(trials)]
            counts = {"found": trials - verdicts.count("insufficient"), "candidate": verdicts.count("candidate")}
            rows.append({"planted": what, "accounts": size, "acts": each, "trials": trials, **counts})
    return pl.DataFrame(rows, schema=POWER)


def power_told(table: pl.DataFrame) -> Iterator[str]:
    """Say each row with a find in a sentence, and the others together.

    >>> rows = [["texts", 5, 5, 3, 0, 0], ["texts", 5, 20, 3, 2, 0], ["texts", 9, 5, 3, 0, 0]]
    >>> for told in power_told(pl.DataFrame(rows, schema=POWER, orient="row")):
    ...     print(told)
    An operation of 5 accounts with 20 acts each (texts) would have been found in 2 of 3 trials, as a candidate in 0.
    None in 3 trials each (texts) would have been found: operations of 5 or 9 accounts with 5 acts each.
    """
    for row in table.filter(pl.col("found") > 0).iter_rows(named=True):
        yield (
            "An operation of {accounts:,} accounts with {acts:,} acts each ({planted}) would have been found in "
            "{found:,} of {trials:,} trials, as a candidate in {candidate:,}."
        ).format(**row)
    missed = table.filter(pl.col("found") == 0)
    sizes = missed.group_by("planted", "trials", "accounts", maintain_order=True).agg("acts")
    alike = sizes.group_by("planted", "trials", "acts", maintain_order=True).agg("accounts")
    for planted, trials, acts, accounts in alike.iter_rows():
        yield (
            f"None in {trials:,} trials each ({planted}) would have been found: operations of {_either(accounts)} "
            f"accounts with {_either(acts)} acts each."
        )


def _either(numbers: Sequence[int]) -> str:
    *first, last = (f"{number:,}" for number in numbers)
    return f"{', '.join(first)} or {last}" if first else last


def _plantable(activity: Activity) -> str:
    """Return the kind of object that a planted operation can share in these data."""
    posts = activity.posts_table
    if "target_post_id" in posts.columns and posts.filter(action="retweet")["target_post_id"].drop_nulls().len():
        return "retweets"
    for name, column in (("texts", "text"), ("links", "urls")):
        if column in posts.columns and posts[column].null_count() < posts.height:
            return name
    raise InputError(
        "no operation can be planted here, for no two accounts can do the same",
        got=f"columns {', '.join(posts.columns)}",
        remedy="Read the retweeted posts, texts or links, too.",
    )


def _verdict(rerun: Rerun, what: str, accounts: int, acts: int, trial: int, seed: int) -> str:
    """Plant an operation and return the verdict of the network with half of its accounts, or ``'insufficient'``."""
    rng = np.random.default_rng([seed, accounts, acts, trial])
    planted = _planted(rerun.activity, what, accounts, acts, rng)
    for network in replace(rerun, activity=planted).search_again():
        members = network.members["account_id"].str.starts_with(f"{_NAME} account").sum()
        if 2 * members >= accounts:
            return network.verdict
    return "insufficient"


def _planted(activity: Activity, what: str, accounts: int, acts: int, rng: np.random.Generator) -> Activity:
    """Add an operation to the activity, each account of which acts on some of its objects within short delays.

    Objects start at times of posts in the data; delays are exponential.
    """
    posts = activity.posts_table
    n = math.ceil(_CHOICE * acts)
    moments = np.sort(posts["created_at"].dt.epoch("us").to_numpy()[rng.integers(posts.height, size=n)])
    chosen = np.argsort(rng.random((accounts, n)), axis=1)[:, :acts].ravel()
    delay = rng.exponential(_DELAYS[what] * 1e6, accounts * acts).astype(np.int64)
    objects = pl.Series(chosen).cast(pl.String)
    start = pl.Series(moments[chosen]).cast(posts.schema["created_at"])
    rows = pl.DataFrame(
        {
            "account_id": [f"{_NAME} account {k}" for k in np.repeat(np.arange(accounts), acts)],
            "post_id": [f"{_NAME} post {k}" for k in range(accounts * acts)],
            "created_at": pl.Series(moments[chosen] + delay).cast(posts.schema["created_at"]),
        }
    ).with_columns(action=pl.lit("retweet" if what == "retweets" else "post"))
    if what == "retweets":
        author = pl.Series(chosen % math.ceil(n / _OF_AUTHOR)).cast(pl.String)
        rows = rows.with_columns(
            target_post_id=f"{_NAME} original " + objects,
            target_account_id=f"{_NAME} author " + author,
            target_created_at=start,
        )
    elif what == "texts":
        letters = rng.integers(ord("a"), ord("z") + 1, (n, _WORDS, _LETTERS), dtype=np.uint8)
        texts = [" ".join(word.tobytes().decode() for word in words) for words in letters]
        rows = rows.with_columns(text=pl.Series(texts).gather(chosen))
    else:
        rows = rows.with_columns(urls=pl.concat_list("https://planted.example/" + objects))
    known = [name for name in rows.columns if name in posts.columns]
    together = pl.concat([posts, rows.select(known).cast({name: posts.schema[name] for name in known})], how="diagonal")
    return replace(activity, posts_table=together.sort("created_at", "account_id", "post_id"))
