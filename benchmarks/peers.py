"""Compare co-action with other implementations on the same events: `python benchmarks/peers.py [--events N ...]`.

Peers are the two packages that researchers use, a self-join in pandas, and hand-written plans for NumPy, Polars and
DuckDB; `floor` is a lower bound for all of them. The toolkit is not a dependency; install it in a separate
environment:

    python -m venv peers && peers/bin/pip install coordination-network-toolkit
    python benchmarks/peers.py --toolkit peers/bin/python

CooRTweet is used if Rscript finds it, or its functions are sourced from the folder of its R files
(`--coortweet FOLDER`), which requires only R and data.table. A peer that is not installed is reported as absent.
All peers start from files with text ids and return pairs of accounts that share at least two objects within the
window; each account acts on an object once, so that all weights have the same meaning. Each peer runs in a separate
process, of which CPU seconds (also relative to those of cib) and peak memory are measured, and all edges are compared
with those of cib. With 1 M events the pandas join needs about 14 GB.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from floor import events

#: 1 June 2020.
START = 1_590_969_600

EDGE = ("source", "target")
RSCRIPT = shutil.which("Rscript") or ""

TOOLKIT = """
import sys, time
from coordination_network_toolkit.preprocess import preprocess_csv_files
from coordination_network_toolkit.compute_networks import compute_co_retweet_parallel
if __name__ == "__main__":
    folder, window = sys.argv[1], float(sys.argv[2])
    preprocess_csv_files(folder + "/toolkit.db", [folder + "/toolkit.csv"])
    compute_co_retweet_parallel(folder + "/toolkit.db", window, n_threads=2, min_edge_weight=2)
"""

COORTWEET = """
arguments <- commandArgs(trailingOnly = TRUE)
if (length(arguments) > 2) {
    suppressMessages(library(data.table))
    for (file in list.files(arguments[3], pattern = "[.]R$", full.names = TRUE)) source(file)
} else detect_groups <- CooRTweet::detect_groups
shares <- read.csv(file.path(arguments[1], "coortweet.csv"), colClasses = "character")
shares$timestamp_share <- as.numeric(shares$timestamp_share)
found <- detect_groups(shares, time_window = as.numeric(arguments[2]), min_participation = 2)
write.csv(found[, c("account_id", "account_id_y")], file.path(arguments[1], "coortweet_pairs.csv"), row.names = FALSE)
"""


def cib_(folder: Path, window: float) -> pl.DataFrame:
    import cib

    activity = cib.read(folder / "events.parquet", progress=False)
    # no budget of pairs, as in the peers
    return cib.coaction_graph(activity, window=window, max_pairs=2**31 - 1).edge_table.select(*EDGE, "weight")


def floor(folder: Path, _: float) -> pl.DataFrame:
    """Read the columns, encode the ids and sort, the minimum work of every peer; return no edges."""
    rows = pl.read_parquet(folder / "events.parquet", columns=["account_id", "target_post_id", "created_at"])
    ids = pl.col("account_id", "target_post_id").cast(pl.Categorical).to_physical()
    rows.with_columns(ids).sort("target_post_id", "created_at")
    return pl.DataFrame(schema={"source": pl.String, "target": pl.String, "weight": pl.Int64})


def numpy_(folder: Path, window: float) -> pl.DataFrame:
    """Sort events by object and time, and compare each with the next one, the second next, ... while any are near."""
    rows = pl.read_parquet(folder / "events.parquet", columns=["account_id", "target_post_id", "created_at"])
    kinds = pl.Enum(rows["account_id"].unique().sort())
    account = rows["account_id"].cast(kinds).to_physical().to_numpy().astype(np.int64)
    objects = rows["target_post_id"].cast(pl.Categorical).to_physical().to_numpy()
    time = rows["created_at"].dt.epoch("us").to_numpy()
    order = np.lexsort((time, objects))
    account, objects, time = account[order], objects[order], time[order]
    first, parts = np.arange(len(order)), []
    for step in range(1, len(order)):
        first = first[first < len(order) - step]
        then = first + step
        first = first[(objects[first] == objects[then]) & (time[then] - time[first] <= window * 1e6)]
        if len(first) == 0:
            break
        a, b = account[first], account[first + step]
        parts.append(np.minimum(a, b)[a != b] * len(kinds.categories) + np.maximum(a, b)[a != b])
    pairs, weight = np.unique(np.concatenate(parts), return_counts=True)
    source, target = np.divmod(pairs[weight >= 2], len(kinds.categories))
    ends = {"source": kinds.categories.gather(source), "target": kinds.categories.gather(target)}
    return pl.DataFrame({**ends, "weight": weight[weight >= 2]})


def polars_(folder: Path, window: float) -> pl.DataFrame:
    """Use buckets of the length of the window; join each event with those of its bucket and the one before."""
    rows = pl.scan_parquet(folder / "events.parquet").select(
        "target_post_id", "account_id", at=pl.col("created_at").dt.epoch("s")
    )
    left = rows.with_columns(bucket=pl.col("at") // int(window), own=pl.col("at") // int(window))
    right = left.with_columns(bucket=pl.concat_list("own", pl.col("own") + 1)).explode("bucket")
    pairs = left.join(right, on=["target_post_id", "bucket"]).filter(
        (pl.col("at") - pl.col("at_right")).abs() <= window,
        pl.col("account_id") != pl.col("account_id_right"),
        (pl.col("own") > pl.col("own_right")) | (pl.col("account_id") < pl.col("account_id_right")),
    )
    return (
        pairs.group_by(
            source=pl.min_horizontal("account_id", "account_id_right"),
            target=pl.max_horizontal("account_id", "account_id_right"),
        )
        .agg(weight=pl.len())
        .filter(pl.col("weight") >= 2)
        .collect(engine="streaming")
    )


def duckdb_(folder: Path, window: float) -> pl.DataFrame:
    """Use the same plan in SQL."""
    import duckdb

    query = """
        with rows as (
            select target_post_id, account_id, epoch(created_at) as second, floor(second / $window) as own
            from read_parquet($file)
        ), moved as (select *, own + step as bucket from rows, (values (0), (1)) as steps(step))
        select least(a.account_id, b.account_id) as source, greatest(a.account_id, b.account_id) as target,
               count(*) as weight
        from rows a join moved b on a.target_post_id = b.target_post_id and a.own = b.bucket
        where abs(a.second - b.second) <= $window and a.account_id <> b.account_id
              and (a.own > b.own or a.account_id < b.account_id)
        group by all having count(*) >= 2
    """
    found = duckdb.sql(query, params={"file": str(folder / "events.parquet"), "window": window})
    return pl.from_arrow(found.to_arrow_table())


def pandas_(folder: Path, window: float) -> pl.DataFrame:
    """Use a self-join on the object, then filter, as is common in notebooks."""
    import pandas as pd

    rows = pd.read_parquet(folder / "events.parquet", columns=["account_id", "target_post_id", "created_at"])
    pairs = rows.merge(rows, on="target_post_id")
    near = (pairs["created_at_x"] - pairs["created_at_y"]).abs() <= pd.Timedelta(seconds=window)
    pairs = pairs[near & (pairs["account_id_x"] < pairs["account_id_y"])]
    weight = pairs.groupby(["account_id_x", "account_id_y"])["target_post_id"].nunique()
    edges = weight[weight >= 2].reset_index()
    return pl.from_pandas(edges).rename(dict(zip(edges.columns, (*EDGE, "weight"), strict=True)))


def toolkit(folder: Path, window: float) -> pl.DataFrame:
    """Run the toolkit, whose edges are directed, with equal weights in both directions here."""
    command = [os.environ["TOOLKIT_PYTHON"], "-c", TOOLKIT, str(folder), str(window)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    table = "select user_1 as source, user_2 as target, weight from co_retweet_network where user_1 < user_2"
    with sqlite3.connect(folder / "toolkit.db") as database:
        return pl.read_database(table, database)


def coortweet(folder: Path, window: float) -> pl.DataFrame:
    command = [RSCRIPT, "-e", COORTWEET, str(folder), str(window), *filter(None, [os.environ.get("COORTWEET")])]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    pairs = pl.read_csv(folder / "coortweet_pairs.csv", infer_schema=False)
    ends = {"source": pl.min_horizontal(pl.all()), "target": pl.max_horizontal(pl.all())}
    return pairs.group_by(**ends).agg(weight=pl.len()).filter(pl.col("weight") >= 2)


def has(module: str) -> str | None:
    return None if importlib.util.find_spec(module) else f"{module} is not installed"


def no_toolkit() -> str | None:
    python = os.environ["TOOLKIT_PYTHON"]
    found = subprocess.run([python, "-c", "import coordination_network_toolkit"], capture_output=True, check=False)
    return "not installed there" if found.returncode else None


def no_coortweet() -> str | None:
    if not RSCRIPT:
        return "no Rscript"
    package = "data.table" if os.environ.get("COORTWEET") else "CooRTweet"
    found = subprocess.run([RSCRIPT, "-e", f"library({package})"], capture_output=True, check=False)
    return f"no package {package} in R" if found.returncode else None


#: Function of each peer, and a function that returns why it is not available, if so.
PEERS: dict[str, tuple[Callable[[Path, float], pl.DataFrame], Callable[[], str | None]]] = {
    "cib": (cib_, lambda: None),
    "floor": (floor, lambda: None),
    "numpy": (numpy_, lambda: None),
    "polars": (polars_, lambda: None),
    "duckdb": (duckdb_, lambda: has("duckdb")),
    "pandas": (pandas_, lambda: has("pandas")),
    "toolkit": (toolkit, no_toolkit),
    "CooRTweet": (coortweet, no_coortweet),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, nargs="+", default=[100_000], help="such as 100000 1000000")
    parser.add_argument("--window", type=float, default=60, help="seconds")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--toolkit", default=sys.executable, help="a Python that has coordination-network-toolkit")
    parser.add_argument("--coortweet", help="a folder with the R files of CooRTweet, to source")
    parser.add_argument("--one", choices=PEERS, help="ask one peer in this process, files in --folder")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    os.environ["TOOLKIT_PYTHON"] = os.environ.get("TOOLKIT_PYTHON", options.toolkit)
    os.environ["COORTWEET"] = os.environ.get("COORTWEET") or options.coortweet or ""
    if options.one:
        ask(options.one, options.folder, options.window)
        return
    print(f"{'events':>10} {'peer':>10} {'seconds':>8} {'CPU':>8} {'to cib':>7}    GB {'edges':>9}  equal")
    for n in options.events:
        with tempfile.TemporaryDirectory() as folder:
            write(n, Path(folder))
            compare(n, Path(folder), options)


def compare(n: int, folder: Path, options: argparse.Namespace) -> None:
    """Run each peer in a separate process, cib first, and print its costs and results."""
    ours: tuple[float, pl.DataFrame] | None = None
    for name in ["cib", *(peer for peer in options.peers if peer != "cib")]:
        absent = PEERS[name][1]()
        if absent:
            print(f"{n:>10,} {name:>10}   absent: {absent}", flush=True)
            continue
        command = [sys.executable, __file__, "--one", name, "--folder", str(folder), "--window", str(options.window)]
        told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1])
        edges = pl.read_parquet(folder / f"{name}_edges.parquet")
        ours = ours or (told["cpu"], edges)
        print(
            f"{n:>10,} {name:>10} {told['seconds']:>8.2f} {told['cpu']:>8.2f} {told['cpu'] / ours[0]:>7.2f} "
            f"{told['gb']:>5.1f} "
            f"{len(edges):>9,}  {'-' if name == 'floor' else 'yes' if edges.equals(ours[1]) else 'NO'}",
            flush=True,
        )


def ask(name: str, folder: Path, window: float) -> None:
    """Measure seconds, peak memory and edges of one peer, after a first run that compiles."""
    peer, _ = PEERS[name]
    if name == "cib":
        with tempfile.TemporaryDirectory() as few:
            write(10_000, Path(few))
            peer(Path(few), window)
    start, used = time.perf_counter(), cpu_seconds()
    edges = peer(folder, window)
    seconds, cpu = time.perf_counter() - start, cpu_seconds() - used
    kilobytes = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    edges = edges.select(*EDGE, pl.col("weight").cast(pl.Int64)).sort(*EDGE)
    edges.write_parquet(folder / f"{name}_edges.parquet")
    print(json.dumps({"seconds": seconds, "cpu": cpu, "gb": kilobytes / 1e6}))


def cpu_seconds() -> float:
    """Return the user and system seconds of this process and its finished children."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def write(n: int, folder: Path) -> None:
    """Write the events in the format of each peer."""
    made = events(n)
    ids = {"account_id": made.account + 10**9, "target_post_id": made.object + 10**9}
    table = pl.DataFrame({**ids, "at": made.time // 1_000_000 + START})
    table = table.unique(["account_id", "target_post_id"], keep="first", maintain_order=True).with_row_index("post_id")
    table = table.with_columns(pl.col("account_id", "target_post_id", "post_id").cast(pl.String))
    time_of = pl.from_epoch("at").cast(pl.Datetime("us", "UTC"))
    table.select("account_id", "post_id", "target_post_id", action=pl.lit("retweet"), created_at=time_of).write_parquet(
        folder / "events.parquet"
    )
    table.select(
        message_id="post_id",
        user_id="account_id",
        username="account_id",
        repost_id="target_post_id",
        reply_id=pl.lit(""),
        message=pl.lit(""),
        timestamp="at",
        urls=pl.lit(""),
    ).write_csv(folder / "toolkit.csv")
    table.select(
        object_id="target_post_id", account_id="account_id", content_id="post_id", timestamp_share="at"
    ).write_csv(folder / "coortweet.csv")


if __name__ == "__main__":
    main()
