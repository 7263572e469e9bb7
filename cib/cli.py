"""Command-line interface `cib`.

Results are written to standard output, progress and errors to standard error; control characters are escaped. With
``--json`` the output is one JSON object; with ``--quiet`` alone only errors are printed.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import io
import math
import os
import re
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import nullcontext, redirect_stdout
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from cib.errors import CibError, CibWarning, InputError, did_you_mean
from cib.progress import printable, stage
from cib.reports.limits import LIMITS

if TYPE_CHECKING:  # each command imports its dependencies, so that `cib --help` is fast
    import polars as pl

    from cib.activity import Activity
    from cib.detection import Detection
    from cib.settings import Settings

__all__ = ["main"]


#: Meaning of the exit codes.
EXIT_CODES = "Exit codes: 0 done; 2 the input, the arguments or the place to write are at fault; 130 interrupted."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `cib` with the given arguments, by default those of the process, and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None if it is closed
            stream.reconfigure(errors="backslashreplace")  # the encoding of a console may lack characters
    given = sys.argv[1:] if arguments is None else arguments
    if arguments is None:  # own process
        gc.set_threshold(100_000, 50, 100)  # many long-lived objects: collect garbage less often
        atexit.register(gc.freeze)  # and not at the exit, where that takes up to a second
        warnings.showwarning = _show_warning
    _limit_threads(given)
    options = _parser(given).parse_args(given)
    try:
        with redirect_stdout(io.StringIO()) if options.json or options.quiet else nullcontext():
            told = options.run(options)
        if options.json:
            print(_as_json(told))
        if sys.stdout is not None:
            sys.stdout.flush()
    except CibError as error:
        return _failed(_for_a_shell(str(error)))
    except KeyboardInterrupt:
        return _failed("interrupted", 130)
    except BrokenPipeError:  # the reader of the pipe has closed it, as in `cib ... | head`
        _print_no_more()
    except OSError as error:  # for example missing permissions or a full disk
        _print_no_more()
        return _failed(f"{error.filename or 'cannot go on'}: {error.strerror or error}")
    return 0


def _failed(message: str, code: int = 2) -> int:
    print(f"cib: {printable(message)}", file=sys.stderr)
    return code


def _print_no_more() -> None:
    """Redirect buffered output to the null device, as flushing it at exit would raise an error."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (AttributeError, OSError, ValueError):  # standard output is closed, or not a file
        return


def _as_json(told: dict[str, Any]) -> str:
    import orjson

    plain = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    return orjson.dumps({"version": version("cib-detect"), **told}, default=str, option=plain).decode()


def _say(text: object = "") -> None:
    print(printable(str(text)))


#: Patterns of Python code in remedies, and the corresponding command-line options.
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
    (r"cib\.Collection\(folder\)\.append\(file\)", "cib collection append FOLDER FILE"),
    (r"KnownNetworks\(\)\.add\(\.\.\.\)\.save\(folder\)", "--add N1=NAME"),
)


def _for_a_shell(message: str) -> str:
    for python, shell in _IN_A_SHELL:
        message = re.sub(python, shell, message)
    return re.sub(r"columns=\{('\w+': '[^']*'(?:, '\w+': '[^']*')+)\}", _as_options, message)


def _as_options(columns: re.Match[str]) -> str:
    return " ".join(f"--column {ours}={theirs}" for ours, theirs in re.findall(r"'(\w+)': ('[^']*')", columns[1]))


_show_as_python = warnings.showwarning


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Show warnings of this package like its errors, and others as Python does."""
    if issubclass(category, CibWarning):
        print(f"cib: warning: {printable(_for_a_shell(str(message)))}", file=sys.stderr)
    else:
        _show_as_python(message, category, filename, lineno, file, line)


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """Create the parser of all commands, with arguments only of the commands that occur in `given`."""
    parser = argparse.ArgumentParser(
        prog="cib",
        description="Find coordinated networks of accounts in social-media activity, with evidence.",
        epilog=f"{LIMITS} {EXIT_CODES}",
    )
    parser.add_argument("--version", action="version", version=f"cib {version('cib-detect')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for run, add_arguments, about in _COMMANDS:
        name = run.__name__.removeprefix("_")
        command = commands.add_parser(
            name, help=about, description=f"{about[0].upper()}{about[1:]}.", epilog=EXIT_CODES
        )
        command.set_defaults(run=run)
        _add_printing(command)
        if name in given:
            add_arguments(command)
    return parser


#: Maximum number of rows for which power is estimated by default if nothing is found: about one second per trial.
_FEW = 20_000


#: Options of jemalloc, the allocator of Polars.
_ALLOCATION = "background_thread:true,muzzy_decay_ms:0,narenas:2"

#: Further options: freed memory returns to the operating system after a second, and memory comes in huge pages (of
#: Linux), with which a detection of 2 million actions takes 5 % less CPU time, of 10 million 10 %. The demonstration is
#: so small that it is faster to keep the memory.
_LARGE, _SMALL = "dirty_decay_ms:1000,thp:always", "dirty_decay_ms:10000"


def _limit_threads(given: Sequence[str]) -> None:
    """Pass ``--threads`` to Polars by the environment, before the parser imports Polars, and limit unused memory."""
    early = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    early.add_argument("--threads")
    threads = early.parse_known_args(given)[0].threads
    os.environ.setdefault("_RJEM_MALLOC_CONF", f"{_ALLOCATION},{_SMALL if given[:1] == ['demo'] else _LARGE}")
    if threads and threads.isdigit() and int(threads):
        os.environ.setdefault("POLARS_MAX_THREADS", threads)


def _add_printing(command: argparse.ArgumentParser, default: Any = False) -> None:
    """Add the options of printing."""
    for option, about in (
        ("--json", "print the result as one JSON object"),
        ("--quiet", "print nothing, unless something is wrong"),
    ):
        command.add_argument(option, action="store_true", default=default, help=about)


def _add_demo(demo: argparse.ArgumentParser) -> None:
    demo.add_argument(
        "--out", metavar="DIR", default=_DEMO, help="the folder to write the result to (default out/demo)"
    )
    demo.add_argument("--seed", type=_whole, default=0, help="of the simulation (default 0)")
    _add_writing(demo)


def _add_detect(find: argparse.ArgumentParser) -> None:
    _add_input(find)
    find.add_argument("--out", metavar="DIR", help="the folder to write the result and its report to")
    _add_writing(find)
    _add_choices(find)


def _add_choices(find: argparse.ArgumentParser) -> None:
    """Add the options of settings and resources of a detection."""
    find.add_argument("--threads", type=_whole, help="at most so many; the result does not depend on it")
    find.add_argument("--max-memory", metavar="SIZE", help="refuse at once what is expected to take more, such as 8GB")
    find.add_argument(
        "--features",
        metavar="NAME",
        action="append",
        default=[],
        help="also the features that an installed package brings under this name; may be repeated",
    )
    find.add_argument("--settings", metavar="FILE", help="a TOML file of settings, such as cib settings prints")
    find.add_argument(
        "--power",
        action="store_true",
        help="plant made-up operations and say which would have been found; unasked if nothing is found in at most "
        f"{_FEW:,} rows",
    )
    find.add_argument("--window", help="in place of the window of each layer that has one, such as 60s or 10min")
    find.add_argument("--alpha", type=_share, help="false discovery rate of edges")
    find.add_argument("--seed", type=_whole, help="of the clustering")
    find.add_argument(
        "--layers", metavar="OBJECT", nargs="+", help="only layers of these objects, such as post url text"
    )


def _add_settings(show: argparse.ArgumentParser) -> None:
    show.add_argument("file", nargs="?", help="check this file and print it in full")


def _add_inspect(look: argparse.ArgumentParser) -> None:
    _add_input(look)


def _add_report(report: argparse.ArgumentParser) -> None:
    report.add_argument("folder", help="written by cib detect")
    report.add_argument("--out", metavar="FILE", help="the page (default report.html in the folder)")
    report.add_argument(
        "--reveal-ids",
        action="store_true",
        help="show the ids of accounts and posts, and what these say, instead of pseudonyms",
    )
    report.add_argument("--no-texts", action="store_true", help="with --reveal-ids: leave out what posts say")


def _add_simulate(make: argparse.ArgumentParser) -> None:
    from cib.simulation import EVASIONS, SCENARIOS, STRENGTHS

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
    compare.add_argument("--prior", type=_positive, default=1e-3, help="odds of a link before looking (default 0.001)")
    _add_reading(compare)


def _add_collection(command: argparse.ArgumentParser) -> None:
    acts = command.add_subparsers(title="actions", required=True, metavar="ACTION")
    for run, about in (
        (_append, "add a day or a file to a collection; the first one makes it"),
        (_detect_all, "find candidate networks in all that was appended"),
        (_history, "say how the networks of detections in a collection go on from one to the next"),
    ):
        name = run.__name__.removeprefix("_").removesuffix("_all")
        act = acts.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.", epilog=EXIT_CODES)
        act.set_defaults(act=run)
        _add_printing(act, default=argparse.SUPPRESS)
        act.add_argument("folder", help="of the collection")
        if run is _append:
            _add_input(act)
        elif run is _detect_all:
            act.add_argument("--out", metavar="DIR", help="a folder to write the result to as well")
            _add_writing(act)
            _add_choices(act)


def _add_input(command: argparse.ArgumentParser) -> None:
    """Add the input files and the options of reading."""
    kinds = "CSV, JSON (lines) or Parquet, also packed or in a .zip"
    command.add_argument("input", nargs="+", help=f"files, folders or quoted globs: {kinds}")
    _add_reading(command)


def _add_reading(command: argparse.ArgumentParser) -> None:
    """Add the options of reading activity."""
    from cib.sources.cleaning import MAX_BAD
    from cib.sources.registry import known_formats
    from cib.sources.streams import MOST_UNPACKED

    command.add_argument("--accounts", metavar="FILE", help="a table of what is known about the accounts")
    command.add_argument("--format", help=f"if it is not recognised: {', '.join(known_formats())}")
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
    """Add the options of writing."""
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


#: Default folder of the demo, whose content it may overwrite.
_DEMO = "out/demo"


def _demo(options: argparse.Namespace) -> dict[str, Any]:
    from cib.evaluation.result import evaluate
    from cib.pipeline import detect
    from cib.simulation import simulate

    options.overwrite = options.overwrite or options.out == _DEMO
    _check_folder(options)
    activity, truth = simulate("takedown-2020", scale=0.01, seed=options.seed)
    _say(repr(activity))
    detection = detect(activity, progress=not options.quiet)
    files, written = _written(detection, options, progress=not options.quiet)
    _print_networks(detection)
    _say("\nAgainst the truth of the simulation (synthetic data, no claim about real ones):")
    scored = evaluate(detection, truth)
    _say(scored)
    _say(written)
    _say(f"Outcome: {detection.outcome}")
    return {**_found(detection), **files, "evaluation": scored.to_dict()}


def _detect(options: argparse.Namespace) -> dict[str, Any]:
    from cib.pipeline import detect
    from cib.robustness.power import power_told

    if options.out:
        _check_folder(options)
    settings = _chosen_settings(options)
    detection = detect(
        _activity(options, not options.quiet),
        settings,
        progress=not options.quiet,
        threads=options.threads,
        max_memory=options.max_memory,
    )
    power = _power(detection, options)
    detection = replace(detection, notes=(*detection.notes, *power_told(power)))
    # written before anything is printed, as the pipe may be closed
    files, written = _written(detection, options, progress=not options.quiet) if options.out else ({}, _NOT_WRITTEN)
    _print_networks(detection)
    _say(written)
    _say(f"Outcome: {detection.outcome}")
    return {**_found(detection), **files, "power": power.to_dicts()}


_NOT_WRITTEN = "Nothing was written; --out DIR keeps the tables and a report."


def _power(detection: Detection, options: argparse.Namespace) -> pl.DataFrame:
    """Estimate the power if requested, or by default if nothing was found in few rows; return no rows otherwise."""
    import polars as pl

    from cib.robustness.power import POWER

    small = detection.outcome == "nothing found by these tests" and len(detection.activity) <= _FEW
    if detection.outcome != "nothing to test" and (options.power or small):
        table: pl.DataFrame = detection.power(trials=2, progress=not options.quiet)
        return table
    return pl.DataFrame(schema=POWER)


def _collection(options: argparse.Namespace) -> dict[str, Any]:
    told: dict[str, Any] = options.act(options)
    return told


def _append(options: argparse.Namespace) -> dict[str, Any]:
    from cib.collection import Collection

    collection = Collection(options.folder)
    report = collection.append(
        options.input if len(options.input) > 1 else options.input[0], strict=options.strict, **_reading(options)
    )
    _say(report)
    _say(repr(collection))
    return {"folder": options.folder, "rows": len(collection), "imported": report.to_dict()}


def _detect_all(options: argparse.Namespace) -> dict[str, Any]:
    from cib.collection import Collection

    if options.out:
        _check_folder(options)
    detection = Collection(options.folder).detect(
        _chosen_settings(options),
        progress=not options.quiet,
        threads=options.threads,
        max_memory=options.max_memory,
    )
    files, written = _written(detection, options, progress=not options.quiet) if options.out else ({}, "")
    _print_networks(detection)
    _say(written)
    _say(f"Outcome: {detection.outcome}")
    return {**_found(detection), **files}


def _found(detection: Detection) -> dict[str, Any]:
    """Return the result of a detection as plain values."""
    return {
        "accounts": detection.table.height,
        "networks": detection.networks.table.to_dicts(),
        "outcome": detection.outcome,
        "notes": list(detection.notes),
        "fingerprint": detection.fingerprint,
        "limits": LIMITS,
    }


def _chosen_settings(options: argparse.Namespace) -> Settings:
    """Return the settings of a file, or the default ones, with those of the command line replaced."""
    from cib.extensions import load_extension
    from cib.settings import Settings

    settings = Settings.from_toml(options.settings) if options.settings else Settings()
    changes: dict[str, Any] = {name: getattr(options, name) for name in ("alpha", "seed")}
    layers = settings.layers
    if options.layers:
        layers = tuple(layer for layer in layers if layer.kind in options.layers)
        known = sorted({layer.kind for layer in settings.layers})
        for name in options.layers:
            if name not in known:
                raise InputError(
                    f"there is no layer of {name!r}",
                    where="--layers",
                    remedy=did_you_mean(name, known) or f"Take some of {', '.join(known)}, or write it in --settings.",
                )
    if options.window:
        layers = tuple(layer if layer.window is None else replace(layer, window=options.window) for layer in layers)
    changes["layers"] = None if layers == settings.layers else tuple(dict.fromkeys(layers))
    if options.features:
        changes["features"] = settings.features + [load_extension("cib.features", each) for each in options.features]
    return replace(settings, **{name: value for name, value in changes.items() if value is not None})


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    from cib.settings import Settings

    settings = Settings.from_toml(options.file) if options.file else Settings()
    _say(settings.to_toml().rstrip())
    return {"settings": settings.to_dict()}


def _inspect(options: argparse.Namespace) -> dict[str, Any]:
    from cib.sources.signals import describe_signals

    activity = _activity(options, progress=False)
    print(repr(activity))
    print(_rows(activity.posts_table.head(10)))
    print(activity.imported.describe())
    signals, layers = describe_signals(activity.posts_table), _usable_layers(activity)
    print("\n".join(signals))
    unread = activity.imported.unread
    print(f"unread columns: {', '.join(unread) or 'none'}")
    print("\n".join(layers))
    return {
        "rows": len(activity),
        "accounts": len(activity.account_ids),
        "imported": activity.imported.to_dict(),
        "signals": signals,
        "layers": layers,
    }


def _usable_layers(activity: Activity) -> list[str]:
    """Describe for each kind of object the number of rows with one, without a comparison of similar texts."""
    from cib.errors import InputError
    from cib.graphs.objects import KINDS, lazy_events

    told = []
    similar = [name for name, kind in KINDS.items() if kind.together and kind.column == "text"]
    for name in KINDS:
        if name in similar:
            continue  # same rows as text
        try:
            events = lazy_events(activity, name).collect()
        except InputError:
            continue
        rows = events["row"].n_unique()
        if rows:
            also = f"; the same rows for {', '.join(map(repr, similar))}" if name == "text" else ""
            told.append(f"layer {name!r}: {rows:,} rows, {events['object'].n_unique():,} objects{also}")
    return told or ["layers: none, no row has anything in common with another"]


def _rows(posts: pl.DataFrame, widest: int = 23) -> str:
    """Format one row per line without empty columns, with truncated values and escaped control characters."""
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


def _activity(options: argparse.Namespace, progress: bool) -> Activity:
    from cib.sources.files import read

    activity: Activity = read(
        options.input if len(options.input) > 1 else options.input[0],
        strict=options.strict,
        progress=progress,
        **_reading(options),
    )
    return activity


def _reading(options: argparse.Namespace) -> dict[str, Any]:
    """Check the input and return the options of reading."""
    from cib.sources.columns import Columns

    _check_input([*options.input, *([options.accounts] if options.accounts else [])])
    return {
        "accounts": options.accounts,
        "columns": Columns(posts=_mapping("--column", options.column), actions=_mapping("--action", options.action)),
        "format": options.format,
        "zone": options.zone,
        "max_bad": options.max_bad,
        "max_bytes": options.max_bytes,
    }


def _history(options: argparse.Namespace) -> dict[str, Any]:
    from cib.collection import Collection

    history = Collection(options.folder).network_history()
    for row in history.table.iter_rows(named=True):
        _say(_LASTING.format(**row))
    _say(repr(history))
    return {"history": history.table.to_dicts()}


def _report(options: argparse.Namespace) -> dict[str, Any]:
    from cib.reports.page import write_page
    from cib.saved.reading import read_findings

    findings = read_findings(options.folder)
    page = Path(options.out) if options.out else Path(options.folder) / "report.html"
    write_page(findings, page, reveal_ids=options.reveal_ids, texts=not options.no_texts)
    _say(f"Written to {page}")
    return {"report": str(page)}


def _simulate(options: argparse.Namespace) -> dict[str, Any]:
    from cib.simulation import EVASIONS, write

    evasion: dict[str, Any] = {}
    for given in options.evasion:
        name, _, strength = given.partition("=")
        evasion |= EVASIONS.get(given) or {name: int(strength) if strength.isdecimal() else strength}
    folder = write(options.out, options.scenario, scale=options.scale, seed=options.seed, evasion=evasion)
    files = ["posts.parquet", "accounts.parquet", "truth.parquet", "simulation.json"]
    _say(f"Written to {folder}: {', '.join(files)}")
    return {"folder": str(folder), "files": files}


def _link(options: argparse.Namespace) -> dict[str, Any]:
    import polars as pl

    from cib.linkage.known import KnownNetworks
    from cib.linkage.links import LIMITS as LINK_LIMITS
    from cib.linkage.links import link_members
    from cib.saved.reading import read_about, read_table

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
    activity = _activity(options, not options.quiet)
    if activity.fingerprint != about["fingerprint"]:
        raise InputError(
            "this is not what the detection was made from",
            where=options.input[0],
            remedy="Name the file with --input, and read it with the same options as cib detect.",
        )
    there = (Path(options.known) / "known.json").exists()
    known = KnownNetworks.read(options.known) if there or not options.add else KnownNetworks()
    rows: list[dict[str, Any]] = []
    if len(known):
        links = link_members(activity, members, known, options.prior)
        rows = links.table.to_dicts()
        _say(links)
        for row in links.table.filter(pl.col("odds") > 1).iter_rows(named=True):
            _say(f"\n{row['network_id']} and {row['known']!r}:")
            for reason in links.reasons(row["network_id"], row["known"]):
                _say(f"  {reason}")
        _say(f"\n{LINK_LIMITS}")
    for network, name in kept.items():
        known = known.add(members.filter(network_id=network)["account_id"], name, activity)
        _say(f"\n{network} is kept as {name!r} in {known.save(options.known)}")
    return {"links": rows, "kept": kept, "limits": LINK_LIMITS}


def _evaluate(options: argparse.Namespace) -> dict[str, Any]:
    import polars as pl

    from cib.evaluation.result import evaluate
    from cib.saved.reading import read_about, read_table

    folder = Path(options.folder)
    about = read_about(folder)
    accounts, trivial = (read_table(folder, name, about) for name in ("accounts", "trivial"))
    accounts = accounts.join(trivial, on="account_id", how="left")
    labels = _table(Path(options.labels), "Give a Parquet or CSV file of labelled accounts.")
    flags = [name for name, dtype in labels.schema.items() if dtype == pl.Boolean]
    whole = evaluate(accounts, labels)
    parts = {flag: evaluate(accounts, labels, set_apart=flag) for flag in flags}
    _say(whole)
    for flag, part in parts.items():
        _say(f"\nleaving out accounts where {flag} is true: {part}")
    return {"evaluation": whole.to_dict(), "leaving_out": {flag: part.to_dict() for flag, part in parts.items()}}


#: Heading and row format of the table of networks.
_HEADING = (
    f"{'network':<8} {'verdict':<13} {'campaign':<8} {'accounts':>8} {'highly engaged':>14} {'amplifiers':>10} "
    "coordination active"
)
_ROW = (
    "{network_id:<8} {verdict:<13} {campaign:<8} {accounts:>8,} {highly_engaged:>14,} {amplifier:>10,} "
    "{coordination:>12.2f} {active}"
)


#: Row format of a network of one detection in a collection.
_LASTING = "{start:%Y-%m-%d %H:%M} {lasting_id:<6} {network_id:<6} {verdict:<13} {accounts:>8,} {fate}"


def _print_networks(detection: Detection, most: int = 15) -> None:
    _say(f"\n{detection!r}")
    found = len(detection.networks)
    if found:
        _say(f"  {_HEADING}")
    for row in detection.networks.table.head(most).iter_rows(named=True):
        active = f"{row['first']:%Y-%m-%d} to {row['last']:%Y-%m-%d}" if row["first"] else ""  # absent for served sets
        _say(f"  {_ROW.format(**{**row, 'campaign': row['campaign'] or '', 'active': active})}".rstrip())
    if found > most:
        _say(f"  ... and {found - most:,} more")
    for note in detection.notes:
        _say(f"  note: {note}")
    _say(f"\n{LIMITS}")


def _written(detection: Detection, options: argparse.Namespace, *, progress: bool) -> tuple[dict[str, Any], str]:
    """Save the detection and its page; return their paths as values and as a sentence."""
    import orjson

    from cib.folders import DETECTION, alone_in, ensure_folder
    from cib.saved.writing import PARTS

    folder, write = ensure_folder(options.out), [*PARTS] if options.graphs else None
    with alone_in(folder), stage("files and report", progress):  # so that the page is of this detection
        detection.save(folder, write, overwrite=options.overwrite, csv="exact" if options.exact_csv else "safe")
        page = detection.report(folder / "report.html")
    about = orjson.loads((folder / DETECTION.marker).read_bytes())  # just written, so that its shape needs no check
    sizes = {**about["files"], page.name: page.stat().st_size}
    kinds = {
        "tables": [n for n in sizes if n.endswith((".parquet", ".csv"))],
        "graphs": [n for n in sizes if n.startswith("layer-")],
        "report": [n for n in sizes if n.startswith("report.")],
    }
    told = ", ".join(f"{kind} {sum(sizes[n] for n in names) / 1e6:.1f} MB" for kind, names in kinds.items() if names)
    files = {"folder": str(folder), "report": str(page), "files": sizes}
    return files, f"\nWritten to {folder}: {told}; to read: {page}"


def _check_folder(options: argparse.Namespace) -> None:
    """Check the output folder before the detection, not after it."""
    out = Path(options.out)
    for place in (out, *out.parents):
        if place.is_file():
            raise InputError("there is a file of this name", where=str(place), remedy="Choose another folder.")
    from cib.folders import DETECTION, check_unused

    check_unused(out, DETECTION, overwrite=options.overwrite)


def _check_input(given: Sequence[str]) -> None:
    """Raise InputError for pipes and devices, as inputs are read twice."""
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
    import polars as pl

    if not path.is_file():
        raise InputError("there is no such file", where=str(path), remedy=remedy)
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(path, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise InputError("cannot be read as a table", where=str(path), got=str(error), remedy=remedy) from error


#: Function, arguments and help line of each command.
_COMMANDS: tuple[
    tuple[Callable[[argparse.Namespace], dict[str, Any]], Callable[[argparse.ArgumentParser], None], str], ...
] = (
    (_demo, _add_demo, "detect a simulated operation at 1:100 of June 2020, and compare with its truth"),
    (_detect, _add_detect, "find candidate networks in a file of activity"),
    (_collection, _add_collection, "append files to a growing data set, and detect in all of it"),
    (_settings, _add_settings, "print the settings as TOML, to edit and to pass with --settings"),
    (_inspect, _add_inspect, "say what a file of activity is read as, and what became of its rows"),
    (_report, _add_report, "write a saved detection as a page for people"),
    (_simulate, _add_simulate, "write made activity with the truth about it to a folder"),
    (_evaluate, _add_evaluate, "score a saved detection against labelled accounts"),
    (_link, _add_link, "compare the networks of a saved detection with known ones"),
)
