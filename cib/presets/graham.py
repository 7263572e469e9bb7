"""Networks of the QUT coordination network toolkit (Graham, QUT Digital Observatory)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from cib.activity import Activity
from cib.domains import ACTIVITY, COUNT, FLAG, SHARE, TEXT, WINDOW, takes
from cib.errors import SettingsError
from cib.graphs.coaction import Window, window_name, window_seconds
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence
from cib.graphs.objects import object_events
from cib.presets.inputs import check_choice, listed, posts_having
from cib.presets.pairs import pair_blocks, post_codes
from cib.presets.results import preset_graph

__all__ = ["QUT_NETWORKS", "qut"]

#: Pattern of words; each ideograph is a word, as in the toolkit.
_WORD = r"[\p{Han}\p{Hiragana}]|[\w'\x{2019}--[\p{Han}\p{Hiragana}]]+"
#: Number of pairs of texts compared at a time, so that their words need some tens of megabytes.
_TEXTS = 100_000

Ints = NDArray[np.int64]
Alike = Callable[[Ints, Ints], NDArray[np.bool_]]


@takes(activity=ACTIVITY, network=TEXT, min_edge_weight=COUNT, loops=FLAG, similarity=SHARE, window=WINDOW)
def qut(
    activity: Activity,
    network: str = "co_retweet",
    window: Window = "1s",
    min_edge_weight: int = 2,
    *,
    loops: bool = False,
    similarity: float = 0.8,
) -> Graph:
    """Build a directed network of the QUT coordination network toolkit.

    Parameters
    ----------
    activity : Activity
    network : str
        What two messages must have in common: ``'co_retweet'`` (the reposted post), ``'co_tweet'`` (the
        text, in lower case, without @mentions and repeated spaces), ``'co_reply'`` (the post replied to),
        ``'co_link'`` (a URL, as written), ``'co_similar_tweet'`` (words, by Jaccard similarity) or
        ``'co_post'`` (nothing). Reposts are included in the first and the last only.
    window : str, float, timedelta or None
        Largest lag between the two, inclusive; None: any. The default of the toolkit's command line is 1 s; its
        README uses 60 s.
    min_edge_weight : int
        Smallest weight of an edge.
    loops : bool
        Whether to include edges from an account to itself.
    similarity : float
        Smallest Jaccard similarity of ``'co_similar_tweet'``, in (0, 1].

    Returns
    -------
    Graph
        Directed. ``weight`` of u -> v is the number of distinct messages of u that match a message of v
        within the window; that of v -> u may differ. ``incidence`` is None for ``'co_similar_tweet'``, which has
        no objects.

    Raises
    ------
    SettingsError
        If there is no such network, or `similarity` is out of range.
    InputError
        If the posts lack the text or the URLs that the network needs.

    Notes
    -----
    After coordination-network-toolkit 1.5 (Graham, QUT Digital Observatory). Not repeated: a message
    compared with itself, which inflates loops in 1.5.2; empty URLs, and texts that consist of mentions
    only, which link their authors there; division by zero for two texts without words. Different:
    punctuation marks are not words here. Similar texts are found by their rarest words (prefix filtering),
    without comparing all pairs of texts within the window; the result is the same.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> cib.presets.qut(activity, "co_link", window="60s").directed
    True
    """
    check_choice("network", network, QUT_NETWORKS)
    if not 0 < similarity <= 1:
        raise SettingsError("similarity is a Jaccard similarity and must lie in (0, 1]", got=similarity)
    seconds = window_seconds(window)
    options: dict[str, Any] = {"network": network, "min_edge_weight": min_edge_weight, "loops": loops}
    alike: Alike | None = None
    if network == "co_similar_tweet":
        words = _words(activity)
        events, alike = _rarest_words(words, similarity), _jaccard(words, len(activity), similarity)
        options["similarity"] = similarity
    else:
        events = _KEYS[network](activity)
    incidence = Incidence.from_events(activity, events)
    blocks = [table.filter(pl.col("weight") >= min_edge_weight) for table in _weights(incidence, seconds, loops, alike)]
    return preset_graph(
        "qut",
        f"{network} {window_name(seconds)}",
        activity,
        pl.concat([_weight_of(*np.empty((3, 0), np.int64)), *blocks]),
        None if alike else incidence,
        network,
        seconds,
        directed=True,
        **options,
    )


def _weights(incidence: Incidence, seconds: float | None, loops: bool, alike: Alike | None) -> Iterator[pl.DataFrame]:
    """Count the distinct messages of each account that match a message of each other account."""
    account, row, posts = incidence.account.astype(np.int64), incidence.row.astype(np.int64), post_codes(incidence)
    for own, other in pair_blocks(incidence, seconds):
        kept = posts[own] != posts[other]
        if not loops:
            kept &= account[own] != account[other]
        if alike is not None:
            kept[kept] = alike(row[own[kept]], row[other[kept]])
        yield _weight_of(account[own[kept]], account[other[kept]], posts[own[kept]])


def _weight_of(source: Ints, target: Ints, post: Ints) -> pl.DataFrame:
    pairs = pl.DataFrame({"source": source.astype(np.uint32), "target": target.astype(np.uint32), "post": post})
    return pairs.group_by("source", "target").agg(weight=pl.col("post").n_unique().cast(pl.Int64))


def _reposted(activity: Activity) -> pl.DataFrame:
    return object_events(activity, "post", self_actions=True)


def _replied(activity: Activity) -> pl.DataFrame:
    return object_events(activity, "replied", self_actions=True)


def _linked(activity: Activity) -> pl.DataFrame:
    return listed(activity, "urls", retweets=False).select("row", "object").collect()


def _worded(activity: Activity) -> pl.DataFrame:
    posts = posts_having(activity, "text", retweets=False)
    squeezed = _without_mentions().str.replace_all(r"\s+", " ").str.strip_chars()
    return posts.select("row", object=squeezed).filter(pl.col("object") != "").collect()


def _posted(activity: Activity) -> pl.DataFrame:
    return activity.posts_table.lazy().with_row_index("row").select("row", object=pl.lit("any post")).collect()


_KEYS: dict[str, Callable[[Activity], pl.DataFrame]] = {
    "co_retweet": _reposted,
    "co_tweet": _worded,
    "co_reply": _replied,
    "co_link": _linked,
    "co_post": _posted,
}

#: Values of ``network=``: the names of the toolkit.
QUT_NETWORKS = (*_KEYS, "co_similar_tweet")


def _without_mentions() -> pl.Expr:
    return pl.col("text").str.to_lowercase().str.replace_all(r"@\S*", "")


def _words(activity: Activity) -> pl.DataFrame:
    """List the distinct words of each text: ``row``, ``word`` (coded, rare words first) and ``words``, their number."""
    posts = posts_having(activity, "text", retweets=False)
    words = posts.select("row", word=_without_mentions().str.extract_all(_WORD)).explode("word").drop_nulls().unique()
    ranked = words.with_columns(texts=pl.len().over("word")).with_columns(
        word=pl.struct("texts", "word").rank("dense").cast(pl.UInt32) - 1, words=pl.len().over("row")
    )
    return ranked.select("row", "word", pl.col("words").cast(pl.Int64)).collect()


def _rarest_words(words: pl.DataFrame, similarity: float) -> pl.DataFrame:
    """Select a prefix of each text's rarest words such that two similar texts share a word of their prefixes.

    Two texts of similarity t or more share at least t n of the n words of either, so they cannot differ in
    all of the first n - ceil(t n) + 1 words in a common order.
    """
    shared = (pl.col("words") * similarity - 1e-9).ceil()
    place = pl.col("word").rank("ordinal").over("row")
    prefix = words.filter(place <= pl.col("words") - shared + 1)
    return prefix.select("row", object=pl.col("word").cast(pl.String))


def _jaccard(words: pl.DataFrame, n_rows: int, similarity: float) -> Alike:
    """Make a function that tests whether the Jaccard similarity of the words of each pair of rows is large enough."""
    row, word = words["row"].to_numpy(), words["word"].to_numpy()
    holds = sp.coo_array((np.ones(len(row), np.int32), (row, word)), shape=(n_rows, int(word.max(initial=0)) + 1))
    texts = holds.tocsr()
    size = np.diff(texts.indptr)

    def in_common(own: Ints, other: Ints) -> Ints:
        parts = range(0, len(own), _TEXTS)
        counts = [texts[own[k : k + _TEXTS]].multiply(texts[other[k : k + _TEXTS]]).sum(axis=1) for k in parts]
        return np.concatenate([np.empty(0, np.int64), *counts]).astype(np.int64)

    def alike(own: Ints, other: Ints) -> NDArray[np.bool_]:
        common = in_common(own, other)
        enough: NDArray[np.bool_] = common / (size[own] + size[other] - common) >= similarity
        return enough

    return alike
