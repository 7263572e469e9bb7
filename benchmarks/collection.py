"""Append one day to sixty and detect, against a full run of the same rows.

`python benchmarks/collection.py [--scale 0.02] [--repeats 3]` prints CPU seconds of this process, the least of several
runs, which alternate. *counts*: the co-actions of all layers, without their tests. A full run reads them out of all
posts; the collection loads what it counted of sixty days, counts what the last day touches, and keeps that. *counts of
rows*: the same of the layers whose objects do not depend on other posts, which those of similar texts do. *whole*: a
full run reads 61 Parquet files and detects; the collection appends one and detects. Days are 61 parts of equal length
in rows, by time. That both find the same is checked in each run.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import cib
from cib.activity import Activity
from cib.graphs.coaction import coaction_graphs, complete_edges
from cib.graphs.counts import Counts
from cib.graphs.graph import Graph
from cib.graphs.objects import KINDS
from cib.settings import Settings

DAYS, SETTINGS = 61, Settings()


def counted(count: Callable[..., list[Graph]], activity: Activity, *, of_rows: bool) -> list[Graph]:
    """The graphs of the default layers, those that differ by window together."""
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for layer in SETTINGS.layers:
        kind = KINDS[layer.kind]
        if kind.column in activity.posts_table.columns and not (of_rows and kind.together):
            groups.setdefault((layer.objects, layer.min_weight, layer.max_accounts), []).append(layer.window)
    return [
        graph
        for (objects, least, most), windows in groups.items()
        for graph in count(activity, objects, windows, least, max_pairs=SETTINGS.max_pairs, max_accounts=most)
    ]


def counted_on(folder: Path, activity: Activity, *, of_rows: bool) -> list[Graph]:
    """The same of what a collection kept."""
    counts = Counts(folder)
    graphs = counted(counts, activity, of_rows=of_rows)
    counts.save(folder)
    return graphs


def unused(activity: Activity) -> Activity:
    """The same without what a run keeps with it, such as normalised texts."""
    return replace(activity, numbered=(activity.account_ids, activity.account_codes))


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def detected(files: list[Path]) -> cib.Detection:
    return cib.detect(cib.read(files, progress=False), progress=False)


def appended(folder: Path, file: Path) -> cib.Detection:
    collection = cib.Collection(folder)
    collection.append(file)
    return collection.detect(progress=False)


def measure(home: Path, scale: float, repeats: int) -> None:
    posts = cib.simulate("takedown-2020", scale=scale, seed=3).activity.posts_table
    files = [home / f"{k:02}.parquet" for k in range(DAYS)]
    bounds = [k * len(posts) // DAYS for k in range(DAYS + 1)]
    for file, begin, end in zip(files, bounds, bounds[1:], strict=False):
        posts[begin:end].write_parquet(file)
    sixty = home / "sixty"
    cib.Collection(sixty).append(files[:-1])
    cib.Collection(sixty).detect(progress=False)
    activity = cib.read(files, progress=False)
    activity.account_codes  # noqa: B018 - codes are part of reading
    times: dict[str, list[tuple[float, float]]] = {}
    for turn in range(repeats + 1):  # the first one compiles
        for k, (what, full, part) in enumerate(
            (
                ("counts", partial(counted, coaction_graphs, unused(activity), of_rows=False), counted_on),
                ("counts of rows", partial(counted, coaction_graphs, unused(activity), of_rows=True), counted_on),
                ("whole", partial(detected, files), appended),
            )
        ):
            again = Path(shutil.copytree(sixty, home / f"again-{turn}-{k}"))
            if part is counted_on:
                work = partial(counted_on, again / "counts", unused(activity), of_rows=what != "counts")
            else:
                work = partial(appended, again, files[-1])
            (whole, expected), (grown, found) = seconds(full), seconds(work)
            check_same(expected, found)
            shutil.rmtree(again)
            if turn:
                times.setdefault(what, []).append((whole, grown))
    print(f"{len(posts):,} rows, the last of {DAYS} days has {bounds[-1] - bounds[-2]:,}; edges {edges(expected)}")
    for what, measured in times.items():
        whole, grown = (min(each) for each in zip(*measured, strict=True))
        print(f"{what}: full run {whole:.2f} s, collection {grown:.2f} s, ratio {grown / whole:.2f}")


def edges(detection: cib.Detection) -> str:
    return ", ".join(f"{row['layer']} {row['edges']:,}" for row in detection.tested.to_dicts() if row["edges"])


def check_same(expected: Any, found: Any) -> None:
    if isinstance(expected, list):
        same = all(one.table.equals(complete_edges(other).table) for one, other in zip(expected, found, strict=True))
    else:
        same = expected.table.equals(found.table) and expected.networks.table.equals(found.networks.table)
    if not same:
        raise AssertionError("the collection finds something else")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=0.02)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        measure(Path(home), options.scale, options.repeats)


if __name__ == "__main__":
    main()
