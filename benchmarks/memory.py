"""Measure peak memory, in total and per action, of a whole detection: `python benchmarks/memory.py [--actions N ...]`.

The actions are simulated at the scale that gives about the required number (copies of a smaller world would share all
of its texts and links, and so form thousands of networks), and written to Parquet first; the detection, its files and
its page are created in a separate process. Two fifths of the rows have a text, of 48 characters on average: 21
characters an action. `--package FOLDER` runs the package of another checkout, such as that of an earlier commit, on the
same file.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path


def peak_gb() -> float:
    """Return the peak memory of this process so far, in gigabytes; Linux reports kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


#: Number of actions of the simulated takedown at scale 1.
WHOLE = 21_200_000


def write(n: int, file: Path) -> int:
    """Write about `n` actions, and return their number."""
    import cib

    posts = cib.simulate("takedown-2020", scale=n / WHOLE, seed=0).activity.posts_table
    posts.write_parquet(file)
    return len(posts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--actions", type=int, nargs="+", default=[200_000, 1_000_000])
    parser.add_argument("--package", nargs="+", default=[str(Path(__file__).parents[1])], help="folders of checkouts")
    options = parser.parse_args()
    print(f"{'actions':>12} {'peak GB':>8} {'bytes':>6} {'CPU s':>7}  package")
    for n in options.actions:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "posts.parquet"
            actions = write(n, file)
            for k, package in enumerate(options.package):
                command = [sys.executable, "-m", "cib", "detect", str(file), "--out", f"{folder}/{k}", "--quiet"]
                code = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=-3);"
                code += "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
                code += "print(used.ru_maxrss * 1024, used.ru_utime + used.ru_stime)"
                done = subprocess.run(
                    [sys.executable, "-c", code, *command],
                    check=True,
                    env={**os.environ, "PYTHONPATH": package},
                    stdout=subprocess.PIPE,
                )
                peak, seconds = map(float, done.stdout.split())
                print(
                    f"{actions:>12,} {peak / 1e9:>8.2f} {peak / actions:>6.0f} {seconds:>7.1f}  {package}", flush=True
                )


if __name__ == "__main__":
    main()
