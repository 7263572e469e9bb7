"""Evaluate detection in independently written worlds.

    python benchmarks/worlds.py [FOLDER ...] [--rival none:501 mixed:12 ...] [--scale 0.01]
                                [--others originals:501 all:502 ...] [--cache FOLDER] [--json FILE]

A folder contains actions.parquet, accounts.parquet and truth.parquet in the format of the rival takedown
(``../shared/worlds/rival_takedown.py``), which ``--rival EVASION:SEED`` runs if it exists; ``--others`` runs
``benchmarks/other_worlds``. All worlds are synthetic. Tune on seeds below 100, report others.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path

from judging import Judgement, World, judge, read_world, simulated_world
from tables import print_judgements

HERE = Path(__file__).resolve().parent
RIVAL = HERE.parents[1] / "shared" / "worlds" / "rival_takedown.py"
EVASIONS = ("none", "jitter", "cells", "mixed", "camouflage")
OTHERS = (
    "originals",
    "brigade",
    "forwards",
    "hashtag_push",
    "boosted_core",
    "hijacked",
    "small_cells",
    "sampled_minutes",
    "short_video",
    "election",
    "fandoms",
    "mutual_aid",
)
#: Scenarios of the package's simulator, and their options.
SIMULATED = {
    "takedown-2020": {},
    "tactics": {},
    "takedown-2020-moderate": {"evasion": "moderate"},
    "originals": {},
    "reply-brigade": {},
    "organic": {},
    "tactics-organic": {},
    "readers": {},
}

#: Function of a seed and a cache folder that returns a world; None if it is not available.
Maker = Callable[[int, Path], World | None]


def rival(evasion: str, seed: int, cache: Path, scale: float = 0.01) -> World | None:
    """Return a rival world; None without the script."""
    if not RIVAL.exists():
        print(f"skipped rival {evasion}:{seed}: there is no {RIVAL}", file=sys.stderr)
        return None
    folder = cache / (f"rival-{evasion}-{seed}" if scale == 0.01 else f"rival-{scale:g}-{evasion}-{seed}")
    return _written(folder, RIVAL, "--scale", f"{scale:g}", "--evasion", evasion, "--seed", str(seed), "--out", folder)


def other(name: str, seed: int, cache: Path) -> World:
    """Return one of the other worlds."""
    return _written(cache / f"{name}-{seed}", HERE / "other_worlds", name, "--seed", str(seed), "--out", cache)


def simulated(name: str, seed: int, _: Path) -> World:
    """Return a scenario of the package's simulator."""
    return simulated_world(f"cib-{name}", seed, name.removesuffix("-moderate"), **SIMULATED[name])


def _written(folder: Path, script: Path, *options: str | Path) -> World:
    """Return the world in a folder, which the script writes unless it exists."""
    if not (folder / "truth.parquet").exists():
        subprocess.run([sys.executable, script, *options], check=True, stdout=subprocess.DEVNULL)
    return read_world(folder)


#: All kinds of worlds by name.
WORLDS: dict[str, Maker] = {
    **{f"rival-{evasion}": partial(rival, evasion) for evasion in EVASIONS},
    **{name: partial(other, name) for name in OTHERS},
    **{f"cib-{name}": partial(simulated, name) for name in SIMULATED},
}


def _seeded(options: Iterable[str], names: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Parse ``NAME:SEED``; the name 'all' stands for each of `names`."""
    for option in options:
        name, _, seed = option.rpartition(":")
        yield from ((each, int(seed)) for each in (names if name == "all" else [name]))


def judged(worlds: Iterable[World | None]) -> list[Judgement]:
    """Judge worlds one after the other, so that only one is in memory."""
    found = []
    for world in worlds:
        if world is not None:
            found.append(judge(world))
            print(f"{found[-1].world}: {found[-1].measures['seconds']:.0f} s", file=sys.stderr, flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--rival", nargs="+", default=[], metavar="EVASION:SEED", help=f"all, {', '.join(EVASIONS)}")
    parser.add_argument("--scale", type=float, default=0.01, help="of the rival; 1 is the announced size")
    parser.add_argument("--others", nargs="+", default=[], metavar="NAME:SEED", help=f"all, {', '.join(OTHERS)}")
    parser.add_argument("--cache", type=Path, help="where generated worlds are kept")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        cache = options.cache or Path(temporary)
        rivals = (rival(evasion, seed, cache, options.scale) for evasion, seed in _seeded(options.rival, EVASIONS))
        others = (other(name, seed, cache) for name, seed in _seeded(options.others, OTHERS))
        judgements = judged(chain(map(read_world, options.folders), rivals, others))
    if not judgements:
        parser.error("there is no world to judge")
    print_judgements(judgements)
    if options.json:
        write_json(options.json, judgements)


def write_json(path: Path, judgements: list[Judgement]) -> None:
    path.write_text(json.dumps([one.to_dict() for one in judgements], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
