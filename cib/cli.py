"""`cib ...`: the same for a shell.

Results go to standard output, progress and errors to standard error. Exit codes: 0 done, 2 the input or
the arguments are wrong (with one line that says what to do), 130 interrupted.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cib.errors import CibError, InputError, did_you_mean
from cib.progress import stage
from cib.reports.limits import LIMITS

if TYPE_CHECKING:  # each command imports what it needs, so that `cib --help` needs next to nothing
    import polars as pl

    from cib.activity import Activity
    from cib.detection import Detection

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `cib` with the given arguments, or those of the shell; return the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if arguments is None:  # a process of its own, whose many values are no garbage: look for it less often
        gc.set_threshold(100_000, 50, 100)
    options = _parser(given).parse_args(given)
    try:
        options.run(options)
        sys.stdout.flush()
    except CibError as error:
        print(f"cib: {_for_a_shell(str(error))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("cib: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of a pipe had enough, as `cib ... | head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains when it ends
    except OSError as error:  # a folder without rights, a full disk
        print(f"cib: {error.filename or 'cannot go on'}: {error.strerror or error}", file=sys.stderr)
        return 2
    return 0


#: What a remedy says in Python, and the same for a shell.
_IN_A_SHELL = (
    (r"columns=\{'(\w+)': ('[^']*'|\.\.\.)\}", r"--column \1=\2"),
    (r"columns=\{\.\.\.\}", "--column OURS=THEIRS"),
    (r"columns=Columns\(actions=\{'(.*)': '(\w+)'\}\); None drops it", r"--action '\1=\2'"),
    (r'zone="(\w+)"', r"--zone \1"),
    (r"max_bad=([\d.]+)", r"--max-bad \1"),
    (r"max_bytes=(\d+)", r"--max-bytes \1"),
    (r"format='([\w-]+)'", r"--format \1"),
    (r"strict=True", "--strict"),
    (r"accounts=(?!\{)", "--accounts"),
    (r"Choose another folder\.", "Choose another with --out."),
    (r"KnownNetworks\(\)\.add\(\.\.\.\)\.save\(folder\)", "--add N1=NAME"),
)


def _for_a_shell(message: str) -> str:
    for python, shell in _IN_A_SHELL:
        message = re.sub(python, shell, message)
    return message


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of all commands, with the arguments of those that are among the words `given`."""
    parser = argparse.ArgumentParser(
        prog="cib",
        description="Find coordinated networks of accounts in social-media activity, with evidence.",
        epilog=LIMITS,
    )
    parser.add_argument("--version", action="version", version=f"cib {version('cib-detect')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for run, add_arguments, about in _COMMANDS:
        name = run.__name__.removeprefix("_")
        command = commands.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
        command.set_defaults(run=run)
        if name in given:
            add_arguments(command)
    return parser


def _add_demo(demo: argparse.ArgumentParser) -> None:
    demo.add_argument(
        "--out", metavar="DIR", default="out/demo", help="the folder to write the result to (default out/demo)"
    )
    demo.add_argument("--seed", type=int, default=0, help="of the simulation (default 0)")


def _add_detect(find: argparse.ArgumentParser) -> None:
    _add_input(find)
    find.add_argument("--out", metavar="DIR", required=True, help="the folder to write the result to")
    find.add_argument(
        "--features",
        metavar="NAME",
        action="append",
        default=[],
        help="also the features that an installed package brings under this name; may be repeated",
    )
    find.add_argument("--quiet", action="store_true", help="no progress")


def _add_inspect(look: argparse.ArgumentParser) -> None:
    _add_input(look)
    look.set_defaults(quiet=True)


def _add_report(report: argparse.ArgumentParser) -> None:
    report.add_argument("folder", help="written by cib detect")
    report.add_argument("--out", metavar="FILE", help="the page (default report.html in the folder)")
    report.add_argument(
        "--reveal-ids", action="store_true", help="show the ids of accounts and posts instead of pseudonyms"
    )


def _add_simulate(make: argparse.ArgumentParser) -> None:
    from cib.simulation import EVASIONS, SCENARIOS, STRENGTHS

    make.add_argument("--scenario", choices=SCENARIOS, default="takedown-2020", help="default takedown-2020")
    make.add_argument("--scale", type=float, help="1 is the published size; each scenario has its usual one")
    make.add_argument("--seed", type=int, default=0, help="default 0")
    make.add_argument(
        "--evasion",
        metavar="NAME[=STRENGTH]",
        action="append",
        default=[],
        help=f"{', '.join(EVASIONS)}, or one of {', '.join(STRENGTHS)} with =1, =2 or =3; may be repeated",
    )
    make.add_argument("--out", metavar="DIR", required=True, help="the folder to write to")


def _add_evaluate(score: argparse.ArgumentParser) -> None:
    score.add_argument("folder", help="written by cib detect")
    score.add_argument(
        "labels",
        help="a Parquet or CSV file of account_id and label ('coordinated' is positive) or operation",
    )


def _add_link(compare: argparse.ArgumentParser) -> None:
    compare.add_argument("folder", help="written by cib detect")
    compare.add_argument("known", help="a folder of known networks; made if something is added to none")
    compare.add_argument("--input", nargs="+", metavar="FILE", help="what the detection was made from, if it has moved")
    compare.add_argument(
        "--add",
        metavar="NETWORK=NAME",
        action="append",
        default=[],
        help="keep a network, as N1=harbour; may be repeated",
    )
    compare.add_argument("--prior", type=float, default=1e-3, help="odds of a link before looking (default 0.001)")
    _add_reading(compare)
    compare.add_argument("--quiet", action="store_true", help="no progress")


def _add_input(command: argparse.ArgumentParser) -> None:
    """What is read, and how."""
    kinds = "CSV, JSON (lines) or Parquet, also packed or in a .zip"
    command.add_argument("input", nargs="+", help=f"files, folders or quoted globs: {kinds}")
    _add_reading(command)


def _add_reading(command: argparse.ArgumentParser) -> None:
    """How a file of activity is read."""
    from cib.sources.cleaning import MAX_BAD
    from cib.sources.files import FORMATS
    from cib.sources.streams import MOST_UNPACKED

    command.add_argument("--accounts", metavar="FILE", help="a table of what is known about the accounts")
    command.add_argument("--format", help=f"if it is not recognised: {', '.join(FORMATS)}")
    for option, metavar, example in (
        ("--column", "OURS=THEIRS", "a column, as account_id=user"),
        ("--action", "THEIRS=OURS", "an action, as star=retweet"),
    ):
        command.add_argument(
            option, metavar=metavar, action="append", default=[], help=f"map {example}; may be repeated"
        )
    command.add_argument("--zone", help="the time zone of times that state none, such as UTC or Asia/Shanghai")
    command.add_argument("--strict", action="store_true", help="any row that is dropped is an error")
    command.add_argument(
        "--max-bad", metavar="SHARE", type=float, default=MAX_BAD, help="share of lines that may be unreadable (0.001)"
    )
    command.add_argument(
        "--max-bytes", metavar="BYTES", type=int, default=MOST_UNPACKED, help="of a packed file, unpacked"
    )


def _demo(options: argparse.Namespace) -> None:
    from cib.evaluation.result import evaluate
    from cib.pipeline import detect
    from cib.simulation import simulate

    _check_folder(options.out)
    activity, truth = simulate("takedown-2020", scale=0.01, seed=options.seed)
    print(repr(activity))
    detection = detect(activity)
    written = _written(detection, options.out, progress=True)
    _print_networks(detection)
    print("\nAgainst the truth of the simulation (synthetic data, no claim about real ones):")
    print(evaluate(detection, truth))
    print(written)


def _detect(options: argparse.Namespace) -> None:
    from cib.features.installed import installed_features
    from cib.features.standard import STANDARD
    from cib.pipeline import detect
    from cib.settings import Settings

    _check_folder(options.out)
    settings = Settings(features=STANDARD + [installed_features(name) for name in options.features])
    detection = detect(_activity(options), settings, progress=not options.quiet)
    # before anything is printed: the pipe may close
    written = _written(detection, options.out, progress=not options.quiet)
    _print_networks(detection)
    print(written)


def _inspect(options: argparse.Namespace) -> None:
    activity = _activity(options)
    print(repr(activity))
    print(_rows(activity.posts_table.head(10)))
    print(activity.imported.describe())


def _rows(posts: pl.DataFrame, widest: int = 23) -> str:
    """A row a line, each value cut to a width, and nothing in it that a terminal obeys; without empty columns."""
    import polars as pl
    import polars.selectors as cs

    from cib.reports.plain import visible

    lists = [name for name, kind in posts.schema.items() if kind == pl.List]
    told = posts.with_columns(pl.col(lists).list.join(" "), cs.datetime().dt.strftime("%Y-%m-%d %H:%M:%S%.3f"))
    columns = []
    for column in told.cast(pl.String).fill_null("").iter_columns():
        if column.ne("").any():
            cells = [column.name, *map(visible, column)]
            cut = [cell if len(cell) <= widest else cell[: widest - 1] + "…" for cell in cells]
            columns.append([cell.ljust(max(map(len, cut))) for cell in cut])
    return "\n".join("  ".join(row).rstrip() for row in zip(*columns, strict=True))


def _activity(options: argparse.Namespace) -> Activity:
    from cib.sources.columns import Columns
    from cib.sources.files import read

    activity: Activity = read(
        options.input if len(options.input) > 1 else options.input[0],
        accounts=options.accounts,
        columns=Columns(posts=_mapping("--column", options.column), actions=_mapping("--action", options.action)),
        format=options.format,
        zone=options.zone,
        strict=options.strict,
        max_bad=options.max_bad,
        max_bytes=options.max_bytes,
        progress=not options.quiet,
    )
    return activity


def _report(options: argparse.Namespace) -> None:
    from cib.reports.page import write_page

    findings = _facts(Path(options.folder) / "report.json")
    page = Path(options.out) if options.out else Path(options.folder) / "report.html"
    write_page(findings, page, reveal_ids=options.reveal_ids)
    print(f"Written to {page}")


def _simulate(options: argparse.Namespace) -> None:
    from cib.simulation import EVASIONS, write

    evasion: dict[str, Any] = {}
    for given in options.evasion:
        name, _, strength = given.partition("=")
        evasion |= EVASIONS.get(given) or {name: int(strength) if strength.isdecimal() else strength}
    folder = write(options.out, options.scenario, scale=options.scale, seed=options.seed, evasion=evasion)
    print(f"Written to {folder}: posts.parquet, accounts.parquet, truth.parquet, simulation.json")


def _link(options: argparse.Namespace) -> None:
    import polars as pl

    from cib.linkage.known import KnownNetworks
    from cib.linkage.links import LIMITS as LINK_LIMITS
    from cib.linkage.links import link_members

    folder = Path(options.folder)
    accounts, about = _table(folder / "accounts.parquet", _MAKE), _facts(folder / "detection.json")
    members = accounts.drop_nulls("network_id").select("account_id", "network_id")
    kept = _mapping("--add", options.add)
    for network in kept:
        if network not in members["network_id"]:
            remedy = did_you_mean(network, members["network_id"].unique().sort()) or "See its networks.csv."
            raise InputError(f"there is no network {network!r}", where=str(folder), remedy=remedy)
    options.input = options.input or [about["imported"]["source"]]
    activity = _activity(options)
    if activity.fingerprint != about["fingerprint"]:
        raise InputError(
            "this is not what the detection was made from",
            where=options.input[0],
            remedy="Name the file with --input, and read it with the same options as cib detect.",
        )
    there = (Path(options.known) / "known.json").exists()
    known = KnownNetworks.read(options.known) if there or not options.add else KnownNetworks()
    if len(known):
        links = link_members(activity, members, known, options.prior)
        print(links)
        for row in links.table.filter(pl.col("odds") > 1).iter_rows(named=True):
            print(f"\n{row['network_id']} and {row['known']!r}:")
            for reason in links.reasons(row["network_id"], row["known"]):
                print(f"  {reason}")
        print(f"\n{LINK_LIMITS}")
    for network, name in kept.items():
        known = known.add(members.filter(network_id=network)["account_id"], name, activity)
        print(f"\n{network} is kept as {name!r} in {known.save(options.known)}")


def _evaluate(options: argparse.Namespace) -> None:
    import polars as pl

    from cib.evaluation.result import evaluate

    folder = Path(options.folder)
    accounts, trivial = (_table(folder / f"{name}.parquet", _MAKE) for name in ("accounts", "trivial"))
    accounts = accounts.join(trivial, on="account_id", how="left")
    labels = _table(Path(options.labels), "Give a Parquet or CSV file of labelled accounts.")
    flags = [name for name, dtype in labels.schema.items() if dtype == pl.Boolean]
    print(evaluate(accounts, labels))
    for flag in flags:
        print(f"\nleaving out accounts where {flag} is true: {evaluate(accounts, labels, set_apart=flag)}")


#: The table of networks: what stands above a line, and the line.
_HEADING = (
    f"{'network':<8} {'verdict':<13} {'accounts':>8} {'highly engaged':>14} {'amplifiers':>10} coordination active"
)
_ROW = (
    "{network_id:<8} {verdict:<13} {accounts:>8,} {highly_engaged:>14,} {amplifier:>10,} {coordination:>12.2f} "
    "{first:%Y-%m-%d} to {last:%Y-%m-%d}"
)


def _print_networks(detection: Detection, most: int = 15) -> None:
    print(f"\n{detection!r}")
    found = len(detection.networks)
    fewest = detection.settings.rule.min_size
    none = f"No network: no group of {fewest} accounts or more did together what chance does not explain."
    print(f"  {_HEADING}" if found else none)
    for row in detection.networks.table.head(most).iter_rows(named=True):
        print(" ", _ROW.format(**row))
    if found > most:
        print(f"  ... and {found - most:,} more")
    for note in detection.notes:
        print(f"  note: {note}")
    print(f"\n{LIMITS}")


def _written(detection: Detection, out: str, *, progress: bool) -> str:
    """Save the detection with its page; return where they are."""
    from cib.reports.files import alone_in, ensure_folder

    folder = ensure_folder(out)
    with alone_in(folder), stage("files and report", progress):  # the page is to be of this detection, too
        detection.save(folder)
        page = detection.report(folder / "report.html")
    return f"\nWritten to {folder}; to read: {page}"


def _check_folder(out: str) -> None:
    """Say that nothing can be written there before the work, not after it."""
    for place in (Path(out), *Path(out).parents):
        if place.is_file():
            raise InputError("there is a file of this name", where=str(place), remedy="Choose another folder.")


def _mapping(option: str, pairs: Sequence[str]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise InputError(f"{option} takes two names with = between them", got=repr(pair))
    return dict(pair.split("=", 1) for pair in pairs)


#: What to do without a saved detection.
_MAKE = "Make it with: cib detect INPUT --out FOLDER."


def _facts(path: Path) -> Any:
    """What a detection says about itself in JSON."""
    _must_exist(path, _MAKE)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError("cannot be read as JSON", where=str(path), got=error, remedy=_MAKE) from error


def _must_exist(path: Path, remedy: str) -> None:
    if not path.is_file():
        raise InputError("there is no such file", where=str(path), remedy=remedy)


def _table(path: Path, remedy: str) -> pl.DataFrame:
    import polars as pl

    _must_exist(path, remedy)
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(path, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise InputError("cannot be read as a table", where=str(path), got=str(error), remedy=remedy) from error


#: Each command: what it does, its arguments, and its line in the help.
_COMMANDS: tuple[tuple[Callable[[argparse.Namespace], None], Callable[[argparse.ArgumentParser], None], str], ...] = (
    (_demo, _add_demo, "detect a simulated operation at 1:100 of June 2020, and compare with its truth"),
    (_detect, _add_detect, "find candidate networks in a file of activity"),
    (_inspect, _add_inspect, "say what a file of activity is read as, and what became of its rows"),
    (_report, _add_report, "write a saved detection as a page for people"),
    (_simulate, _add_simulate, "write made activity with the truth about it to a folder"),
    (_evaluate, _add_evaluate, "score a saved detection against labelled accounts"),
    (_link, _add_link, "compare the networks of a saved detection with known ones"),
)
