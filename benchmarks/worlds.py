"""How good detection is in worlds that others wrote.

    python benchmarks/worlds.py [FOLDER ...] [--rival none:501 mixed:12 ...] [--scale 0.01]
                                [--cache FOLDER] [--json FILE]

A folder holds actions.parquet, accounts.parquet and truth.parquet in the format of the rival takedown
(``../shared/worlds/rival_takedown.py``), which ``--rival EVASION:SEED`` runs if it is there. All worlds are synthetic.
Choose on seeds below 100, report others.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from judging import Judgement, judge, print_judgements, read_world

RIVAL = Path(__file__).resolve().parents[2] / "shared" / "worlds" / "rival_takedown.py"
COMPLETE = "truth.parquet"


def rival_folder(evasion: str, seed: str, scale: float, cache: Path) -> Path | None:
    """The folder of a rival world, written unless the cache has it; None without the script."""
    folder = cache / (f"rival-{evasion}-{seed}" if scale == 0.01 else f"rival-{scale:g}-{evasion}-{seed}")
    if not (folder / COMPLETE).exists():
        if not RIVAL.exists():
            print(f"skipped rival {evasion}:{seed}: there is no {RIVAL}", file=sys.stderr)
            return None
        options = ["--scale", f"{scale:g}", "--seed", seed, "--evasion", evasion, "--out", str(folder)]
        subprocess.run([sys.executable, str(RIVAL), *options], check=True, stdout=subprocess.DEVNULL)
    return folder


def judged(folders: list[Path]) -> list[Judgement]:
    found = []
    for folder in folders:
        found.append(judge(read_world(folder)))
        one = found[-1].measures
        print(f"{found[-1].world}: {one['seconds']:.0f} s", file=sys.stderr, flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--rival", nargs="+", default=[], metavar="EVASION:SEED")
    parser.add_argument("--scale", type=float, default=0.01, help="of the rival; 1 is the announced size")
    parser.add_argument("--cache", type=Path, help="where generated worlds are kept")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        cache = options.cache or Path(temporary)
        made = [rival_folder(*name.split(":"), options.scale, cache) for name in options.rival]
        judgements = judged([*options.folders, *filter(None, made)])
    if not judgements:
        parser.error("there is no world to judge")
    print_judgements(judgements)
    if options.json:
        options.json.write_text(json.dumps([one.to_dict() for one in judgements], indent=1) + "\n")


if __name__ == "__main__":
    main()
