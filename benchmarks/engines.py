"""Build the same co-action graph, or detection, with every engine: `python benchmarks/engines.py [--detect] [--spark]`.

Generated reposts (see benchmarks/floor.py) with ids of 19 digits are written to one Parquet file. Each engine, in a
separate process, reads it with `cib.read` and builds `cib.coaction_graph(activity, "post", "60s")`: the kernel with
the rows in memory, Polars and DuckDB (memory_limit 2 GB) and Spark (local[2]) on their engines. Prints seconds of
reading and of the graph, CPU seconds, peak memory (for Spark that of Python alone), the ratio of the total time to that
of the kernel, and whether the edges are bitwise identical to those of the kernel.

With --detect it is `cib.detect` of simulated actions (see benchmarks/memory.py) instead, and the accounts, networks,
features and edges are compared; what the queries brought back is printed below each row.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs
from floor import events
from memory import peak_gb
from memory import write as write_actions

import cib

BASE = 10**18


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--engines", nargs="+", default=["kernel", "polars", "duckdb"])
    parser.add_argument("--spark", action="store_true", help="Spark, too")
    parser.add_argument("--memory-limit", default="2GB", help="of DuckDB")
    parser.add_argument("--detect", action="store_true", help="the whole detection")
    parser.add_argument("--one", metavar="FILE", help="measure in this process")
    options = parser.parse_args()
    if options.one:
        measure(options.engines[0], options.one, options.memory_limit, options.detect)
        return
    engines = [*options.engines, *(["spark"] if options.spark else [])]
    print(f"{'events':>11} engine   read s  graph s   cpu s    GB {'edges':>10}  ratio same")
    with tempfile.TemporaryDirectory() as folder:
        for n in options.events:
            path = Path(folder) / f"{n}.parquet"
            (write_actions(n, path) if options.detect else write(path, n))
            first: dict[str, Any] = {}
            for engine in engines:
                command = [sys.executable, __file__, "--one", path, "--engines", engine]
                done = subprocess.run(
                    [*map(str, command), "--memory-limit", options.memory_limit, *["--detect"] * options.detect],
                    check=True, capture_output=True, text=True,
                )  # fmt: skip
                *notes, figures = done.stdout.splitlines()
                read, graph, cpu, memory, edges, digest = figures.split()
                seconds = float(read) + float(graph)
                first = first or {"seconds": seconds, "digest": digest}
                print(
                    f"{n:>11,} {engine:<7} {read:>7} {graph:>8} {cpu:>7} {memory:>5} {int(edges):>10,} "
                    f"{seconds / first['seconds']:>6.1f} {'yes' if digest == first['digest'] else 'NO'}",
                    *(f"\n{'':>12}{note}" for note in notes),
                    sep="",
                    flush=True,
                )


def write(path: Path, n: int) -> None:
    data = events(n)
    ids = {"account_id": data.account, "target_post_id": data.object, "target_account_id": data.object // 10}
    table = pl.DataFrame(
        {name: pl.Series(codes, dtype=pl.Int64) + BASE + k * 10**17 for k, (name, codes) in enumerate(ids.items())}
    )
    table = table.cast(pl.String).with_columns(created_at=pl.Series(data.time + 1_577_836_800_000_000))
    table = table.with_columns(
        pl.col("created_at").cast(pl.Datetime("us", "UTC")), post_id=(pl.int_range(pl.len()) + 2 * BASE).cast(pl.String)
    )
    table.write_parquet(path)


def opened(engine: str, path: str, memory_limit: str, folder: str) -> Any:
    if engine == "kernel":
        return path
    if engine == "polars":
        return pl.scan_parquet(path)
    if engine == "duckdb":
        import duckdb

        connection = duckdb.connect(config={"memory_limit": memory_limit, "temp_directory": folder})
        connection.execute("SET preserve_insertion_order = false")
        return connection.read_parquet(path)
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = session.config("spark.driver.memory", "6g").config("spark.local.dir", folder)
    session = session.config("spark.sql.shuffle.partitions", "8").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    session.range(1000).count()  # excludes the start of Spark from the measurement
    return session.read.parquet(path)


def measure(engine: str, path: str, memory_limit: str, whole: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = opened(engine, path, memory_limit, folder)
        if engine == "kernel":  # compiles
            cib.coaction_graph(cib.read(pl.read_parquet(path).head(1_000), progress=False), "post", "60s")
        start, cpu = time.perf_counter(), time.process_time()
        activity = cib.read(source, progress=False)
        read = time.perf_counter()
        found = cib.detect(activity, progress=False) if whole else cib.coaction_graph(activity, "post", "60s")
        end, cpu, memory = time.perf_counter(), time.process_time() - cpu, peak_gb()
        graph = found.graphs["retweet"] if isinstance(found, cib.Detection) else found
        tables = [graph.edge_table]
        if isinstance(found, cib.Detection):
            tables = [found.table, found.features.table, found.networks.table, found.networks.members]
            tables += [each.edge_table for each in found.graphs.values()]
            print(*(note for note in found.notes if note.startswith("ran on")), sep="\n")
        digest = hashlib.blake2b(digest_size=8)
        for table in tables:
            digest.update(table.select(cs.exclude(cs.nested())).write_csv().encode())
    print(f"{read - start:.2f} {end - read:.2f} {cpu:.1f} {memory:.1f} {graph.n_edges} {digest.hexdigest()}")


if __name__ == "__main__":
    main()
