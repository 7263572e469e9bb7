"""D3lta: pairs of texts that are copied, reworded or translated, by three fixed thresholds (VIGINUM 2023)."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import polars as pl

from cib.activity import Activity
from cib.content.embeddings import packaged_encoder
from cib.content.likeness import edit_similarity
from cib.content.vectors import Encoder, Vectors, near_pairs, unit_vectors
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence
from cib.presets.inputs import check_quantile, posts_having
from cib.presets.results import preset_graph

__all__ = ["d3lta", "d3lta_pairs"]

#: Least number of letters of a text.
MIN_LETTERS = 30

_URL = re.compile(r"(?:https?://|www\.)\S+")
_MENTION = re.compile(r"@[A-Za-z0-9_]+")
_TAGS_AROUND = re.compile(r"^(?:#\S+ ?)+|(?:#\S+ ?)+$")
_NOT_WORDS = re.compile(r"[^\w\s]")


def d3lta(
    activity: Activity,
    *,
    encode: Encoder | None = None,
    threshold_grapheme: float = 0.693,
    threshold_language: float = 0.715,
    threshold_semantic: float = 0.85,
) -> Graph:
    """Build the graph of accounts whose posts copy, reword or translate one another.

    Parameters
    ----------
    activity : Activity
        With text, and languages where they are known.
    encode : callable, optional
        Takes a list of texts, returns one vector for each. By default the packaged multilingual Universal Sentence
        Encoder, version 3; the authors use its large variant, which no package provides.
    threshold_grapheme : float
        Edit similarity above which a text is a copy.
    threshold_language : float
        Cosine above which a text in another language is a translation.
    threshold_semantic : float
        Cosine above which a text in the same language is reworded.

    Returns
    -------
    Graph
        Undirected. ``weight`` is the number of pairs of posts of the two accounts; ``copied``, ``reworded`` and
        ``translated`` are the numbers of each kind.

    Raises
    ------
    InputError
        If the posts have no text.
    MissingDependencyError
        If the packaged encoder or ``rapidfuzz`` is not installed.

    Notes
    -----
    After Richard, Giordani & the VIGINUM service (2023), Unmasking information manipulation: a quantitative approach to
    detecting copy-pasta, rewording, and translation, arXiv 2312.17338, and the package d3lta 1.0.2 (MIT), whose
    function returns the same pairs and kinds on the same vectors. Different: languages are those of the posts, not
    detected; emojis are defined by their Unicode category; only the 100 most similar texts of each text are kept.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> cib.presets.d3lta(activity).table.columns  # doctest: +SKIP
    ['source', 'target', 'weight', 'copied', 'reworded', 'translated']
    """
    posts = posts_having(activity, "text", retweets=False).select("row", "text", pl.col("^lang$")).collect()
    posts = posts.filter(pl.Series([len(letters(text or "")) >= MIN_LETTERS for text in posts["text"]]))
    texts = posts["text"].map_elements(_to_embed, return_dtype=pl.String)
    distinct = texts.unique().sort()
    vectors = unit_vectors(distinct.to_list(), encode or packaged_encoder()) if len(distinct) else None
    languages = posts["lang"] if "lang" in posts.columns else pl.Series([None] * len(posts), dtype=pl.String)
    rows = distinct.search_sorted(texts).to_numpy() if len(distinct) else np.zeros(0, np.int64)
    pairs = d3lta_pairs(
        posts["text"],
        languages,
        np.zeros((0, 1), np.int16) if vectors is None else vectors[rows],
        threshold_grapheme=threshold_grapheme,
        threshold_language=threshold_language,
        threshold_semantic=threshold_semantic,
    )
    account = activity.account_codes.gather(posts["row"])
    a, b = (account.gather(pairs[name]) for name in ("source", "target"))
    of_accounts = pairs.select(
        source=pl.min_horizontal(a.alias("a"), b.alias("b")), target=pl.max_horizontal(a.alias("a"), b.alias("b")),
        kind="kind",
    ).filter(pl.col("source") != pl.col("target"))  # fmt: skip
    edges = of_accounts.group_by("source", "target").agg(
        pl.len().cast(pl.Int64).alias("weight"),
        *((pl.col("kind") == kind).sum().cast(pl.Int64).alias(kind) for kind in ("copied", "reworded", "translated")),
    )
    return preset_graph(
        "d3lta",
        "",
        activity,
        edges,
        Incidence.from_events(activity, posts.select("row", object=texts)),
        threshold_grapheme=threshold_grapheme,
        threshold_language=threshold_language,
        threshold_semantic=threshold_semantic,
    )


def d3lta_pairs(
    texts: pl.Series,
    languages: pl.Series,
    vectors: Vectors,
    *,
    threshold_grapheme: float = 0.693,
    threshold_language: float = 0.715,
    threshold_semantic: float = 0.85,
) -> pl.DataFrame:
    """Find pairs of texts that copy, reword or translate one another.

    Parameters
    ----------
    texts, languages : polars.Series of str, shape (n,)
    vectors : ndarray of int16, shape (n, n_dimensions)
        From :func:`cib.content.vectors.unit_vectors`.
    threshold_grapheme, threshold_language, threshold_semantic : float
        See :func:`d3lta`.

    Returns
    -------
    polars.DataFrame
        ``source``, ``target`` (positions), ``similarity`` (cosine) and ``kind``.
    """
    for name, value in (("grapheme", threshold_grapheme), ("language", threshold_language)):
        check_quantile(f"threshold_{name}", value)
    check_quantile("threshold_semantic", threshold_semantic)
    first, second, cosine = near_pairs(vectors, min(threshold_language, threshold_semantic))
    graphemes = pl.Series([letters(text or "") for text in texts], dtype=pl.String)
    pairs = pl.DataFrame({"source": first, "target": second, "similarity": cosine})
    foreign = languages.gather(first).ne_missing(languages.gather(second))
    copied = edit_similarity(graphemes.gather(first), graphemes.gather(second)) > threshold_grapheme
    kind = (
        pl.when(pl.lit(foreign))
        .then(pl.when(pl.col("similarity") > threshold_language).then(pl.lit("translated")))
        .when(pl.lit(copied))
        .then(pl.lit("copied"))
        .when(pl.col("similarity") > threshold_semantic)
        .then(pl.lit("reworded"))
    )
    return pairs.with_columns(kind=kind).drop_nulls("kind")


def letters(text: str) -> str:
    """Normalise a text as D3lta does: without case, accents, links, mentions, emojis, outer hashtags and spaces.

    >>> letters("#news Café à 5 €! https://t.co/x @anna")
    'cafea5'
    """
    plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
    plain = unicodedata.normalize("NFC", plain)
    for pattern in (_URL, _MENTION):
        plain = pattern.sub("", plain).strip()
    plain = "".join(c for c in plain if unicodedata.category(c) not in {"So", "Cs", "Sk"}).strip()
    return _NOT_WORDS.sub("", "".join(_TAGS_AROUND.sub("", plain).split()))


def _to_embed(text: str) -> str:
    return _MENTION.sub("", _URL.sub("", text).strip()).strip()
