"""cib.read against a plain read of the same columns, in one run: processor seconds, and their ratio.

python benchmarks/reading.py [ROWS]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl

import cib

ACTIONS = np.array(["post", "retweet", "reply", "quote"])


def table(rows: int) -> pl.DataFrame:
    """Posts whose accounts and targets are as unevenly liked as real ones."""
    chance = np.random.default_rng(0)
    action = ACTIONS[chance.integers(0, 4, rows)]
    times = 1_577_880_000_000 + np.sort(chance.integers(0, 10**10, rows))
    return pl.DataFrame(
        {
            "account_id": (10**17 + chance.zipf(1.3, rows) % 300_000).astype(str),
            "post_id": (10**18 + np.arange(rows)).astype(str),
            "action": action,
            "created_at": pl.Series(times).cast(pl.Datetime("ms")).dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"),
            "target_post_id": np.where(action == "post", "", (10**18 + chance.zipf(1.2, rows) % rows).astype(str)),
            "text": pl.select(pl.format("some words about #topic {}", pl.int_range(rows))).to_series(),
        }
    )


def cost(work: Callable[[Any], Any], *given: Any) -> float:
    start = time.process_time()
    work(*given)
    return time.process_time() - start


def read(path: Path) -> cib.Activity:
    return cib.read(path, progress=False)


def plain_json(path: Path) -> pl.DataFrame:
    with path.open("rb") as file:
        return pl.DataFrame([orjson.loads(line) for line in file], infer_schema_length=None)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "posts"
        posts = table(rows)
        posts.write_csv(path.with_suffix(".csv"))
        posts.write_ndjson(path.with_suffix(".jsonl"))
        posts.write_parquet(path.with_suffix(".parquet"))
        read(path.with_suffix(".csv"))  # compiles
        print(f"{rows:,} rows, seconds of processor time")
        for kind, plain in (
            (".csv", lambda file: pl.read_csv(file, infer_schema=False)),
            (".jsonl", plain_json),
            (".parquet", pl.read_parquet),
        ):
            file = path.with_suffix(kind)
            whole, bare = cost(read, file), cost(plain, file)
            print(f"{kind:<9} cib.read {whole:6.2f}   plain {bare:6.2f}   ratio {whole / bare:5.1f}")


if __name__ == "__main__":
    main()
