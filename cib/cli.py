"""`cib ...`: the same for a shell.

Results go to standard output, progress and errors to standard error; what a terminal would obey is spelled out.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import re
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs

from cib.activity import Activity
from cib.detection import Detection
from cib.errors import CibError, InputError, did_you_mean
from cib.evaluation.result import evaluate
from cib.features.installed import installed_features
from cib.features.standard import STANDARD
from cib.folders import DETECTION, alone_in, check_unused, ensure_folder
from cib.linkage.known import KnownNetworks
from cib.linkage.links import LIMITS as LINK_LIMITS
from cib.linkage.links import link_members
from cib.pipeline import detect
from cib.progress import printable, stage
from cib.reports.page import visible, write_page
from cib.reports.result import LIMITS
from cib.saved.reading import read_about, read_findings, read_table
from cib.saved.writing import PARTS
from cib.settings import Settings
from cib.simulation import EVASIONS, SCENARIOS, STRENGTHS, simulate, write
from cib.sources.cleaning import MAX_BAD
from cib.sources.columns import Columns
from cib.sources.files import FORMATS, read
from cib.sources.streams import MOST_UNPACKED

__all__ = ["main"]


#: What the exit codes mean.
EXIT_CODES = "Exit codes: 0 done; 2 the input, the arguments or the place to write are at fault; 130 interrupted."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `cib` with the given arguments, or those of the shell; return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None if it is closed
            stream.reconfigure(errors="backslashreplace")  # a console need not know all characters
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
        if sys.stdout is not None:
            sys.stdout.flush()
    except CibError as error:
        return _failed(_for_a_shell(str(error)))
    except KeyboardInterrupt:
        return _failed("interrupted", 130)
    except BrokenPipeError:  # the reader of a pipe had enough, as `cib ... | head` does
        _print_no_more()
    except OSError as error:  # a folder without rights, a full disk
        _print_no_more()
        return _failed(f"{error.filename or 'cannot go on'}: {error.strerror or error}")
    return 0


def _failed(message: str, code: int = 2) -> int:
    print(f"cib: {printable(message)}", file=sys.stderr)
    return code


def _print_no_more() -> None:
    """Let what waits to be printed go nowhere, else Python complains of it when it ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (AttributeError, OSError, ValueError):  # it is closed, or no file
        return


def _say(text: object = "") -> None:
    print(printable(str(text)))


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
    (r"Choose another folder(, or replace these files with overwrite=True)?\.", r"Choose another with --out\1."),
    (r"overwrite=True", "--overwrite"),
    (r"KnownNetworks\(\)\.add\(\.\.\.\)\.save\(folder\)", "--add N1=NAME"),
)


def _for_a_shell(message: str) -> str:
    for python, shell in _IN_A_SHELL:
        message = re.sub(python, shell, message)
    return message


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cib",
        description="Find coordinated networks of accounts in social-media activity, with evidence.",
        epilog=f"{LIMITS} {EXIT_CODES}",
    )
    parser.add_argument("--version", action="version", version=f"cib {version('cib-detect')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(run: Callable[[argparse.Namespace], None], about: str) -> argparse.ArgumentParser:
        name = run.__name__.removeprefix("_")
        added = commands.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.", epilog=EXIT_CODES)
        added.set_defaults(run=run)
        return added

    demo = command(_demo, "detect a simulated operation at 1:100 of June 2020, and compare with its truth")
    demo.add_argument(
        "--out", metavar="DIR", default=_DEMO, help="the folder to write the result to (default out/demo)"
    )
    demo.add_argument("--seed", type=_whole, default=0, help="of the simulation (default 0)")
    _add_writing(demo)

    find = command(_detect, "find candidate networks in a file of activity")
    _add_input(find)
    find.add_argument("--out", metavar="DIR", required=True, help="the folder to write the result to")
    _add_writing(find)
    find.add_argument(
        "--features",
        metavar="NAME",
        action="append",
        default=[],
        help="also the features that an installed package brings under this name; may be repeated",
    )
    find.add_argument("--quiet", action="store_true", help="no progress")

    look = command(_inspect, "say what a file of activity is read as, and what became of its rows")
    _add_input(look)
    look.set_defaults(quiet=True)

    report = command(_report, "write a saved detection as a page for people")
    report.add_argument("folder", help="written by cib detect")
    report.add_argument("--out", metavar="FILE", help="the page (default report.html in the folder)")
    report.add_argument(
        "--reveal-ids", action="store_true", help="show the ids of accounts and posts instead of pseudonyms"
    )

    make = command(_simulate, "write made activity with the truth about it to a folder")
    make.add_argument("--scenario", choices=SCENARIOS, default="takedown-2020", help="default takedown-2020")
    make.add_argument("--scale", type=_positive, help="1 is the published size; each scenario has its usual one")
    make.add_argument("--seed", type=_whole, default=0, help="default 0")
    make.add_argument(
        "--evasion",
        metavar="NAME[=STRENGTH]",
        action="append",
        default=[],
        help=f"{', '.join(EVASIONS)}, or one of {', '.join(STRENGTHS)} with =1, =2 or =3; may be repeated",
    )
    make.add_argument("--out", metavar="DIR", required=True, help="the folder to write to")

    score = command(_evaluate, "score a saved detection against labelled accounts")
    score.add_argument("folder", help="written by cib detect")
    score.add_argument(
        "labels",
        help="a Parquet or CSV file of account_id and label ('coordinated' is positive) or operation",
    )

    compare = command(_link, "compare the networks of a saved detection with known ones")
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
    compare.add_argument("--prior", type=_positive, default=1e-3, help="odds of a link before looking (default 0.001)")
    _add_reading(compare)
    compare.add_argument("--quiet", action="store_true", help="no progress")
    return parser


def _add_input(command: argparse.ArgumentParser) -> None:
    """What is read, and how."""
    kinds = "CSV, JSON (lines) or Parquet, also packed or in a .zip"
    command.add_argument("input", nargs="+", help=f"files, folders or quoted globs: {kinds}")
    _add_reading(command)


def _add_reading(command: argparse.ArgumentParser) -> None:
    """How a file of activity is read."""
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
        "--max-bad", metavar="SHARE", type=_share, default=MAX_BAD, help="share of lines that may be unreadable (0.001)"
    )
    command.add_argument(
        "--max-bytes",
        metavar="BYTES",
        type=_whole,
        default=MOST_UNPACKED,
        help="what any packed file may unpack to; a larger one is read if it unpacks to at most 200 times its size",
    )


def _add_writing(command: argparse.ArgumentParser) -> None:
    """What is written, and over what."""
    command.add_argument("--overwrite", action="store_true", help="replace an earlier result in the folder")
    command.add_argument(
        "--graphs", action="store_true", help="also GraphML and GEXF of all layers, not only of small ones"
    )
    command.add_argument(
        "--exact-csv", action="store_true", help="leave texts in CSV as they are, even what a spreadsheet would run"
    )


def _whole(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return value


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share, from 0 to 1")
    return value


#: Where the demo writes: its own folder, so that it may replace what is there.
_DEMO = "out/demo"


def _demo(options: argparse.Namespace) -> None:
    options.overwrite = options.overwrite or options.out == _DEMO
    _check_folder(options)
    activity, truth = simulate("takedown-2020", scale=0.01, seed=options.seed)
    _say(repr(activity))
    detection = detect(activity)
    written = _written(detection, options, progress=True)
    _print_networks(detection)
    _say("\nAgainst the truth of the simulation (synthetic data, no claim about real ones):")
    _say(evaluate(detection, truth))
    _say(written)


def _detect(options: argparse.Namespace) -> None:
    _check_folder(options)
    settings = Settings(features=STANDARD + [installed_features(name) for name in options.features])
    detection = detect(_activity(options), settings, progress=not options.quiet)
    # before anything is printed: the pipe may close
    written = _written(detection, options, progress=not options.quiet)
    _print_networks(detection)
    _say(written)


def _inspect(options: argparse.Namespace) -> None:
    activity = _activity(options)
    print(repr(activity))
    print(_rows(activity.posts_table.head(10)))
    print(activity.imported.describe())


def _rows(posts: pl.DataFrame, widest: int = 23) -> str:
    """A row a line, each value cut to a width, and nothing in it that a terminal obeys; without empty columns."""
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
    _check_input([*options.input, *([options.accounts] if options.accounts else [])])
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
    findings = read_findings(options.folder)
    page = Path(options.out) if options.out else Path(options.folder) / "report.html"
    write_page(findings, page, reveal_ids=options.reveal_ids)
    _say(f"Written to {page}")


def _simulate(options: argparse.Namespace) -> None:
    evasion: dict[str, Any] = {}
    for given in options.evasion:
        name, _, strength = given.partition("=")
        evasion |= EVASIONS.get(given) or {name: int(strength) if strength.isdecimal() else strength}
    folder = write(options.out, options.scenario, scale=options.scale, seed=options.seed, evasion=evasion)
    _say(f"Written to {folder}: posts.parquet, accounts.parquet, truth.parquet, simulation.json")


def _link(options: argparse.Namespace) -> None:
    folder = Path(options.folder)
    about = read_about(folder)
    accounts = read_table(folder, "accounts", about)
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
        _say(links)
        for row in links.table.filter(pl.col("odds") > 1).iter_rows(named=True):
            _say(f"\n{row['network_id']} and {row['known']!r}:")
            for reason in links.reasons(row["network_id"], row["known"]):
                _say(f"  {reason}")
        _say(f"\n{LINK_LIMITS}")
    for network, name in kept.items():
        known = known.add(members.filter(network_id=network)["account_id"], name, activity)
        _say(f"\n{network} is kept as {name!r} in {known.save(options.known)}")


def _evaluate(options: argparse.Namespace) -> None:
    folder = Path(options.folder)
    about = read_about(folder)
    accounts, trivial = (read_table(folder, name, about) for name in ("accounts", "trivial"))
    accounts = accounts.join(trivial, on="account_id", how="left")
    labels = _table(Path(options.labels), "Give a Parquet or CSV file of labelled accounts.")
    flags = [name for name, dtype in labels.schema.items() if dtype == pl.Boolean]
    _say(evaluate(accounts, labels))
    for flag in flags:
        _say(f"\nleaving out accounts where {flag} is true: {evaluate(accounts, labels, set_apart=flag)}")


#: The table of networks: what stands above a line, and the line.
_HEADING = (
    f"{'network':<8} {'verdict':<13} {'accounts':>8} {'highly engaged':>14} {'amplifiers':>10} coordination active"
)
_ROW = (
    "{network_id:<8} {verdict:<13} {accounts:>8,} {highly_engaged:>14,} {amplifier:>10,} {coordination:>12.2f} "
    "{first:%Y-%m-%d} to {last:%Y-%m-%d}"
)


def _print_networks(detection: Detection, most: int = 15) -> None:
    _say(f"\n{detection!r}")
    found = len(detection.networks)
    fewest = detection.settings.rule.min_size
    none = f"No network: no group of {fewest} accounts or more did together what chance does not explain."
    _say(f"  {_HEADING}" if found else none)
    for row in detection.networks.table.head(most).iter_rows(named=True):
        _say(f"  {_ROW.format(**row)}")
    if found > most:
        _say(f"  ... and {found - most:,} more")
    for note in detection.notes:
        _say(f"  note: {note}")
    _say(f"\n{LIMITS}")


def _written(detection: Detection, options: argparse.Namespace, *, progress: bool) -> str:
    """Save the detection with its page; return where they are."""
    folder, write = ensure_folder(options.out), [*PARTS] if options.graphs else None
    with alone_in(folder), stage("files and report", progress):  # the page is to be of this detection, too
        detection.save(folder, write, overwrite=options.overwrite, csv="exact" if options.exact_csv else "safe")
        page = detection.report(folder / "report.html")
    sizes = {**read_about(folder)["files"], page.name: page.stat().st_size}
    kinds = {
        "tables": [n for n in sizes if n.endswith((".parquet", ".csv"))],
        "graphs": [n for n in sizes if n.startswith("layer-")],
        "report": [n for n in sizes if n.startswith("report.")],
    }
    told = ", ".join(f"{kind} {sum(sizes[n] for n in names) / 1e6:.1f} MB" for kind, names in kinds.items() if names)
    return f"\nWritten to {folder}: {told}; to read: {page}"


def _check_folder(options: argparse.Namespace) -> None:
    """Say that nothing can be written there before the work, not after it."""
    out = Path(options.out)
    for place in (out, *out.parents):
        if place.is_file():
            raise InputError("there is a file of this name", where=str(place), remedy="Choose another folder.")
    check_unused(out, DETECTION, overwrite=options.overwrite)


def _check_input(given: Sequence[str]) -> None:
    """Refuse pipes: a file is looked at before it is read."""
    for each in given:
        path = Path(each)
        if path.exists() and not path.is_file() and not path.is_dir():
            remedy = "Write it to a file first, and name that: ... > posts.csv; cib inspect posts.csv."
            raise InputError("this is a pipe or a device, which cannot be read twice", where=each, remedy=remedy)


def _mapping(option: str, pairs: Sequence[str]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise InputError(f"{option} takes two names with = between them", got=repr(pair))
    return dict(pair.split("=", 1) for pair in pairs)


def _table(path: Path, remedy: str) -> pl.DataFrame:
    if not path.is_file():
        raise InputError("there is no such file", where=str(path), remedy=remedy)
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(path, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise InputError("cannot be read as a table", where=str(path), got=str(error), remedy=remedy) from error
