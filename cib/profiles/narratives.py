"""Find the narratives of a network: hashtags, sites, links and terms that it uses more than all others.

Distinctiveness is measured by log-odds with an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008), so that
neither rare nor common words are selected by chance. A term is one to three words; see :mod:`cib.content.words`.
Narratives by meaning are clusters of posts with the same meaning, in any wording and language.
"""

from __future__ import annotations

import re
from functools import reduce

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity, encode
from cib.content.vectors import Encoder
from cib.content.words import words
from cib.graphs.objects import KINDS, object_events

__all__ = ["MOST", "distinctive_terms", "distinctive_values", "log_odds", "narratives_by_meaning"]

#: Maximum number of texts of members, and of others, in which terms are counted; maximum words of a term.
_TEXTS, _MOST_WORDS = 4_000, 3

#: Minimum number of texts with a term.
_FEWEST_TEXTS = 5

#: Maximum number of distinctive values of each kind.
MOST = 15

#: Minimum number of members' posts of a narrative.
_FEWEST_POSTS = 3

#: Minimum log-odds, in standard errors, of a distinctive value.
_DISTINCTIVE = 3.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def distinctive_values(activity: Activity, members: pl.DataFrame) -> pl.DataFrame:
    """Return hashtags, domains and links that each network uses more than all others, with ``network_id``."""
    parts = [pl.DataFrame(schema={"network_id": pl.String, **_NARRATIVE})]
    posts = activity.posts_table
    of_account = members["network_id"].gather(encode(activity.account_ids, members["account_id"]))
    network = of_account.gather(activity.account_codes)
    for kind in ("hashtag", "domain", "url"):
        if KINDS[kind].column in posts.columns:
            events = object_events(activity, kind).unique()
            events = events.with_columns(network_id=network.gather(events["row"]))
            everywhere = events.group_by(value="object").agg(everywhere=pl.len())
            counts = events.drop_nulls().group_by("network_id", value="object").agg(inside=pl.len())
            counts = counts.join(everywhere, on="value").with_columns(outside=pl.col("everywhere") - pl.col("inside"))
            inside = pl.col("inside").cast(pl.Int64).sum().over("network_id")
            parts.append(_distinctive(counts.with_columns(all_inside=inside, all_outside=events.height - inside), kind))
    return pl.concat(parts)


_NARRATIVE = {
    "kind": pl.String,
    "value": pl.String,
    "inside": pl.Int64,
    "outside": pl.Int64,
    "z": pl.Float64,
}


def _distinctive(counts: pl.DataFrame, kind: str, most: int = MOST) -> pl.DataFrame:
    """Rank the values that each network uses more than others, by log-odds over their standard error.

    `counts` has the columns ``network_id, value, inside, outside``, and in ``all_inside, all_outside`` the totals.
    """
    columns = ("inside", "outside", "all_outside", "all_inside")
    counts = counts.cast(dict.fromkeys(columns, pl.Int64))
    z = log_odds(*(counts[column].to_numpy() for column in columns))
    table = counts.with_columns(z=pl.Series(z, dtype=pl.Float64), kind=pl.lit(kind))
    telling = table.filter(pl.col("z") > _DISTINCTIVE, pl.col("inside") >= _FEWEST_POSTS)
    longest = pl.col("value").str.len_chars()  # ties are terms that always co-occur
    descending = [False, True, True, False]
    ranked = telling.sort("network_id", pl.col("z").round(3), longest, "value", descending=descending)
    return ranked.select("network_id", *_NARRATIVE).group_by("network_id", maintain_order=True).head(most)


def narratives_by_meaning(
    activity: Activity,
    members: pl.DataFrame,
    *,
    encode: Encoder | None = None,
    similarity: float | None = None,
    examples: int = 3,
) -> pl.DataFrame:
    """Cluster the posts of each network by meaning, across languages.

    Parameters
    ----------
    activity : Activity
        With text.
    members : polars.DataFrame
        ``account_id, network_id``.
    encode, similarity
        As for :func:`cib.content.embeddings.like_meanings`. The threshold is calibrated on the texts of members and
        as many of others, so that the single topic of a network does not count as chance similarity.
    examples : int
        Number of posts that are quoted, with different wording and, where possible, in different languages.

    Returns
    -------
    polars.DataFrame
        ``network_id, posts, accounts, languages`` (most frequent first), ``first, last`` (UTC), and ``examples``, a
        list of verbatim ``post_id, lang, text``. Narratives have at least three posts of a network; at most 15 are
        returned, by decreasing number of accounts. Nothing is summarised.

    Raises
    ------
    InputError
        If the posts have no text, or are too few for calibration.
    MissingDependencyError
        If the packaged encoder is not installed.

    Examples
    --------
    >>> import cib
    >>> activity, truth = cib.simulate(scale=0.002, seed=1)
    >>> members = truth.drop_nulls("operation").select("account_id", network_id="operation")
    >>> narratives_by_meaning(activity, members).columns  # doctest: +SKIP
    ['network_id', 'posts', 'accounts', 'languages', 'first', 'last', 'examples']
    """
    from cib.content.embeddings import meanings

    posts = activity.posts_table.join(members, on="account_id", how="left", maintain_order="left")
    if "lang" not in posts.columns:
        posts = posts.with_columns(lang=pl.lit(None, pl.String))
    texts = object_events(activity, "text").unique("row", maintain_order=True)
    texts = texts.with_columns(posts["network_id"].gather(texts["row"]), posts["lang"].gather(texts["row"]))
    inside, outside = texts.drop_nulls("network_id"), texts.filter(pl.col("network_id").is_null())
    wanted = max(len(inside), _TEXTS)
    others = outside.gather_every(max(len(outside) // wanted, 1)).head(wanted)
    groups = meanings(pl.concat([inside, others]).sort("row"), encode=encode, similarity=similarity)
    told = inside.rename({"object": "said"}).join(groups, on="row")
    facts = ("post_id", "account_id", "created_at", "text")
    told = told.with_columns(posts[name].gather(told["row"]) for name in facts)
    found = told.group_by("network_id", "object").agg(
        posts=pl.len(),
        accounts=pl.col("account_id").n_unique(),
        first=pl.col("created_at").min(),
        last=pl.col("created_at").max(),
    )
    spoken = told.drop_nulls("lang").group_by("network_id", "object", "lang").len()
    spoken = spoken.sort("len", "lang", descending=[True, False])
    languages = spoken.group_by("network_id", "object", maintain_order=True).agg(languages="lang")
    found = found.join(languages, on=["network_id", "object"], how="left")
    order = ["network_id", "accounts", "posts", "first", "object"]
    found = found.filter(pl.col("posts") >= _FEWEST_POSTS).sort(order, descending=[False, True, True, False, False])
    found = found.group_by("network_id", maintain_order=True).head(MOST)
    quoted = told.join(found.select("network_id", "object"), on=["network_id", "object"]).sort("created_at", "post_id")
    quoted = quoted.unique(["network_id", "object", "said"], keep="first", maintain_order=True)
    turn = pl.int_range(pl.len()).over("network_id", "object", "lang")
    quotes = quoted.sort(turn, "created_at", "post_id").group_by("network_id", "object", maintain_order=True)
    shown = quotes.agg(examples=pl.struct("post_id", "lang", "text").head(examples))
    columns = ("network_id", "posts", "accounts", "languages", "first", "last", "examples")
    return found.join(shown, on=["network_id", "object"], maintain_order="left").select(columns)


def log_odds(inside: Ints, outside: Ints, all_outside: int | Ints, all_inside: int | Ints | None = None) -> Floats:
    """Compute the log-odds ratio of each value with an informative Dirichlet prior, over its standard error.

    Parameters
    ----------
    inside, outside : ndarray of int, shape (n_values,)
        Counts of each value that occurs inside.
    all_outside : int, or ndarray of int, shape (n_values,)
        Sum of the counts outside, including values that do not occur inside. The prior is the sum of both sides,
        scaled to the total of the smaller one.
    all_inside : int, or ndarray of int, shape (n_values,), optional
        Sum of the counts inside; by default that of `inside`.

    Returns
    -------
    ndarray of float, shape (n_values,)
        z-scores, positive where the value is more frequent inside.

    References
    ----------
    Monroe, Colaresi & Quinn (2008), Fightin' words, equations 16 to 22.
    """
    all_inside = int(inside.sum()) if all_inside is None else all_inside
    weight = np.minimum(all_inside, all_outside) + 1
    prior = (inside + outside) * weight / np.maximum(all_inside + all_outside, 1)

    def logit(counts: Ints, total: int | Ints) -> Floats:
        odds: Floats = (counts + prior) / np.maximum(total + weight - counts - prior, 1e-9)
        return np.log(np.maximum(odds, 1e-9))

    error = np.sqrt(1 / np.maximum(inside + prior, 1e-9) + 1 / np.maximum(outside + prior, 1e-9))
    z: Floats = (logit(inside, all_inside) - logit(outside, all_outside)) / error
    return z


def distinctive_terms(activity: Activity, inside: pl.Series) -> pl.DataFrame:
    """Return terms of up to three words that members use more than others; longer terms precede their parts."""
    # importing scikit-learn takes a second
    from sklearn.feature_extraction.text import CountVectorizer

    if "text" not in activity.posts_table.columns:
        return pl.DataFrame(schema=_NARRATIVE)
    events = object_events(activity, "text").with_columns(pl.col("object").str.replace_all(r"#\w+", " "))
    events = events.with_columns(inside.gather(events["row"]).alias("inside"))
    texts = [_evenly(events.filter(pl.col("inside") == side)["object"]) for side in (True, False)]
    if min(map(len, texts)) < _FEWEST_TEXTS:
        return pl.DataFrame(schema=_NARRATIVE)
    vectorizer = CountVectorizer(analyzer=_terms, binary=True, min_df=_FEWEST_TEXTS, dtype=np.int64)
    try:
        counts = vectorizer.fit_transform(words(texts[0])), vectorizer.transform(words(texts[1]))
    except ValueError:  # no term occurs in the minimum number of texts
        return pl.DataFrame(schema=_NARRATIVE)
    seen = {
        side: np.asarray(count.sum(axis=0)).ravel() for side, count in zip(("inside", "outside"), counts, strict=True)
    }
    table = pl.DataFrame({"network_id": "", "value": vectorizer.get_feature_names_out().tolist(), **seen})
    ranked = _distinctive(
        table.with_columns(all_inside=pl.col("inside").sum(), all_outside=pl.col("outside").sum()),
        "text",
        most=20 * MOST,
    )
    ranked = ranked.drop("network_id")
    return ranked.filter(pl.Series(_whole(ranked["value"].to_list()), dtype=pl.Boolean)).head(MOST)


def _terms(text: list[str]) -> list[str]:
    """Return all sequences of one to three words, joined as they are written."""
    runs = (text[k : k + n] for n in range(1, _MOST_WORDS + 1) for k in range(len(text) - n + 1))
    return [reduce(_join, run) for run in runs if len(run) > 1 or len(run[0]) > 1]


def _join(left: str, right: str) -> str:
    """Join two words without a space if their script is written without spaces."""
    return left + right if _UNSPACED.match(left[-1]) and _UNSPACED.match(right[0]) else f"{left} {right}"


_UNSPACED = re.compile("[\u0e00-\u0e7f\u3005\u3040-\u30ff\u3400-\u9fff]")


def _evenly(texts: pl.Series) -> pl.Series:
    """Return at most the maximum number of texts, evenly spaced."""
    return texts.gather_every(max(len(texts) // _TEXTS, 1)).head(_TEXTS)


def _whole(values: list[str]) -> list[bool]:
    """Mark terms that are not redundant with an earlier term; in unspaced scripts, that share no half with one."""
    kept: list[str] = []
    told = []
    for value in values:
        half = max(len(value) // 2, 2)
        unspaced = " " not in value and _UNSPACED.match(value)
        parts = {value[k : k + half] for k in range(len(value) - half + 1)} if unspaced else set()
        repeated = (
            f" {value} " in f" {other} " or f" {other} " in f" {value} " or any(part in other for part in parts)
            for other in kept
        )
        told.append(not any(repeated))
        if told[-1]:
            kept.append(value)
    return told
