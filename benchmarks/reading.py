"""Compare cib.read with a plain read of the same columns, each in a separate process: seconds and peak memory.

python benchmarks/reading.py [ROWS]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import orjson
import polars as pl
from memory import peak_gb

import cib

ACTIONS = np.array(["post", "retweet", "reply", "quote"])


def table(rows: int) -> pl.DataFrame:
    """Generate posts with heavy-tailed activity of accounts and popularity of targets."""
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


def plain_json(path: Path) -> pl.DataFrame:
    with path.open("rb") as file:
        slices = iter(lambda: list(islice(file, 100_000)), [])
        return pl.concat([pl.DataFrame([orjson.loads(line) for line in lines]) for lines in slices])


PLAIN: dict[str, Callable[[Path], pl.DataFrame]] = {
    ".csv": lambda path: pl.read_csv(path, infer_schema=False),
    ".jsonl": plain_json,
    ".parquet": pl.read_parquet,
}


def measure(how: str, path: Path) -> None:
    """Print wall seconds, CPU seconds and peak gigabytes of one read."""
    wall, processor = time.perf_counter(), time.process_time()
    cib.read(path, progress=False) if how == "cib" else PLAIN[path.suffix](path)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(wall, processor, peak_gb())


def measured(how: str, path: Path) -> list[float]:
    command = [sys.executable, __file__, how, str(path)]
    return [float(part) for part in subprocess.run(command, capture_output=True, check=True).stdout.split()]


def write(rows: int, path: Path) -> None:
    posts = table(rows)
    posts.write_csv(path.with_suffix(".csv"))
    posts.write_ndjson(path.with_suffix(".jsonl"))
    posts.write_parquet(path.with_suffix(".parquet"))


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "posts"
        # in a separate process: a child inherits the peak memory of its parent
        subprocess.run([sys.executable, __file__, "write", str(path), str(rows)], check=True)
        print(f"{rows:,} rows")
        print(f"{'kind':<9} {'cib: s':>7} {'CPU s':>7} {'GB':>5}   {'plain: s':>8} {'CPU s':>7} {'GB':>5}   CPU ratio")
        measured("cib", path.with_suffix(".jsonl"))  # compiles
        for kind in PLAIN:
            ours, theirs = (measured(how, path.with_suffix(kind)) for how in ("cib", "plain"))
            print("{:<9} {:>7.1f} {:>7.1f} {:>5.2f}".format(kind, *ours), end="   ")
            print("{:>8.1f} {:>7.1f} {:>5.2f}   {:>9.1f}".format(*theirs, ours[1] / theirs[1]))


if __name__ == "__main__":
    if sys.argv[1:2] in (["cib"], ["plain"]):
        measure(sys.argv[1], Path(sys.argv[2]))
    elif sys.argv[1:2] == ["write"]:
        write(int(sys.argv[3]), Path(sys.argv[2]))
    else:
        main()
