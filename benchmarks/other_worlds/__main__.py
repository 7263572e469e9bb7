"""Write worlds of many kinds, each with its ground truth, in the format of the rival takedown.

    python benchmarks/other_worlds --seed 1 --out FOLDER [NAME ...]

They were written without knowledge of the detection rules, from publications about disclosed operations. Accounts,
texts and links are synthetic. Writes actions.parquet, accounts.parquet and truth.parquet to ``FOLDER/NAME-SEED``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from stage import Stage
from stories import STORIES


def main() -> None:
    told = "\n".join(f"  {name}: {(story.__doc__ or '').splitlines()[0]}" for name, story in STORIES.items())
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=told, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all of these")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    if unknown := set(options.names) - STORIES.keys():
        parser.error(f"there is no world {min(unknown)!r}; take some of {', '.join(STORIES)}")
    for name in options.names or STORIES:
        stage = Stage(name, options.seed)
        STORIES[name](stage)
        print(stage.write(options.out / f"{name}-{options.seed}"), flush=True)


if __name__ == "__main__":
    main()
