"""Measure `cib detect` of a simulated takedown, read, files and report included: `python benchmarks/whole.py`.

``--against FOLDER`` measures another checkout of cib as well, in turns; both read the same Parquet files, which this
one writes. Each run is a process of its own, after one of a small file that compiles the kernels. Printed are CPU
seconds (user and system, of all cores), seconds, and peak memory, which includes mapped files; with ``--progress``
also the seconds of each stage.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean

import cib

HERE = Path(cib.__file__).parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=0.1, help="of the takedown: 0.1 are 2.1 M actions")
    parser.add_argument("--against", type=Path, help="the folder of another checkout")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--progress", action="store_true", help="the seconds of each stage")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        measure(options.one, progress=options.progress)
        return
    builds = [HERE, *([options.against.resolve()] if options.against else [])]
    spent: dict[Path, list[float]] = {build: [] for build in builds}
    with tempfile.TemporaryDirectory() as folder:
        small, large = (written(Path(folder), scale) for scale in (0.004, options.scale))
        for _ in range(options.repeats):
            for build in builds:
                run(build, small, quiet=True, progress=False)
                spent[build].append(run(build, large, quiet=False, progress=options.progress))
    if options.against:
        print(f"CPU: {mean(spent[HERE]) / mean(spent[builds[1]]):.2f} of {builds[1]}")


def written(folder: Path, scale: float) -> Path:
    """Write a simulated takedown as two Parquet files; return the one of posts."""
    activity = cib.simulate("takedown-2020", scale=scale, seed=7).activity
    posts = folder / f"{scale}.parquet"
    activity.posts_table.write_parquet(posts)
    activity.accounts_table.write_parquet(posts.with_suffix(".accounts.parquet"))
    return posts


def run(build: Path, posts: Path, *, quiet: bool, progress: bool) -> float:
    """Measure one detection in a new process; return its CPU seconds."""
    command = [sys.executable, __file__, "--one", str(posts), *(["--progress"] if progress else [])]
    environment = {**os.environ, "PYTHONPATH": str(build)}
    told = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    if not quiet:
        print(f"{build}: {told}", end="", flush=True)
    return float(told.split()[0])


def measure(posts: Path, *, progress: bool) -> None:
    """Run the command in a child process, and print its use of resources."""
    start = time.perf_counter()
    accounts, errors = posts.with_suffix(".accounts.parquet"), None if progress else subprocess.DEVNULL
    with tempfile.TemporaryDirectory(dir=posts.parent) as out:
        command = [sys.executable, "-m", "cib", "detect", posts, "--accounts", accounts, "--out", Path(out, "results")]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=errors, cwd=posts.parent)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = time.perf_counter() - start
    print(f"{used.ru_utime + used.ru_stime:.1f} CPU s, {seconds:.1f} s, {used.ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
