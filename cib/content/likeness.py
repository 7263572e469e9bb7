"""Classify how two similar texts differ: copied, reworded or translated."""

from __future__ import annotations

import polars as pl

from cib.content.text import message
from cib.errors import MissingDependencyError

__all__ = ["LIKENESS", "edit_similarity", "likeness"]

#: Values that :func:`likeness` returns.
LIKENESS = ("copied", "reworded", "translated")

#: Edit similarity from which a text is a copy with small changes (Richard et al. 2023, D3lta).
COPIED = 0.693


def likeness(pairs: pl.DataFrame, *, copied: float = COPIED) -> pl.Series:
    """Classify whether the second text of each pair copies, rewords or translates the first.

    Parameters
    ----------
    pairs : polars.DataFrame
        Columns ``text`` and ``other``, and where they are known ``lang`` and ``other_lang``. The texts of a pair are
        assumed to be similar, for example in meaning; this function only classifies how they differ.
    copied : float
        Edit similarity of the normalised texts from which one is a copy of the other, whatever their stated
        languages.

    Returns
    -------
    polars.Series of str
        One of :data:`LIKENESS` for each pair, null if a text is missing. Where a language is not known, a
        translation into another script is recognised and one into the same script counts as reworded.

    Raises
    ------
    MissingDependencyError
        If ``rapidfuzz`` is not installed.

    Examples
    --------
    >>> pairs = pl.DataFrame({
    ...     "text": ["Vote for Anna!", "Vote for Anna!", "Vote for Anna!"],
    ...     "other": ["vote for Anna https://t.co/x", "Anna deserves to be elected", "Голосуйте за Анну!"],
    ... })
    >>> likeness(pairs).to_list()
    ['copied', 'reworded', 'translated']
    """
    from cib.content.embeddings import writing

    texts = pairs.select(text=message(pl.col("text")), other=message(pl.col("other")))
    scripts = [writing(texts[name].fill_null("")) for name in ("text", "other")]
    languages = [
        pairs[name] if name in pairs.columns else pl.Series([None] * len(pairs), dtype=pl.String)
        for name in ("lang", "other_lang")
    ]
    table = texts.with_columns(
        a=languages[0].str.slice(0, 2), b=languages[1].str.slice(0, 2), script=scripts[0], other_script=scripts[1],
        edit=edit_similarity(texts["text"], texts["other"]),
    )  # fmt: skip
    foreign = (pl.col("a") != pl.col("b")).fill_null(pl.col("script") != pl.col("other_script"))
    return table.select(
        likeness=pl.when(pl.col("edit") >= copied)
        .then(pl.lit("copied"))
        .when(foreign)
        .then(pl.lit("translated"))
        .when(pl.col("edit").is_not_null())
        .then(pl.lit("reworded"))
    )["likeness"]


def edit_similarity(texts: pl.Series, others: pl.Series) -> pl.Series:
    """Compute ``1 - Levenshtein distance / length of the longer text``, null if a text is missing.

    >>> edit_similarity(pl.Series(["abcd", None]), pl.Series(["abxd", "a"])).to_list()
    [0.75, None]
    """
    try:
        from rapidfuzz.distance import Levenshtein
    except ImportError as error:
        raise MissingDependencyError(
            "telling copies from rewordings needs rapidfuzz", remedy="Install it: pip install 'cib-detect[semantic]'."
        ) from error
    pairs = zip(texts.to_list(), others.to_list(), strict=True)
    similar = [None if a is None or b is None else Levenshtein.normalized_similarity(a, b) for a, b in pairs]
    return pl.Series("edit_similarity", similar, dtype=pl.Float64)
