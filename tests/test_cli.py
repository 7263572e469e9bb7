"""The shell: what it prints, what it writes, and how it fails."""

from __future__ import annotations

import json
import subprocess
import sys

import polars as pl
import pytest

import cib
from cib.cli import main
from tests.reports.conftest import unpacked
from tests.sources.samples import BLUESKY, X_V2_PAGE


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    activity, truth = cib.simulate(scale=0.003, seed=5)
    activity.posts_table.write_parquet(folder / "posts.parquet")
    truth.write_parquet(folder / "truth.parquet")
    return folder


def test_detect_then_evaluate(files, capsys):
    assert main(["detect", str(files / "posts.parquet"), "--out", str(files / "out")]) == 0
    printed = capsys.readouterr()
    assert "N1" in printed.out
    assert "candidate" in printed.out
    assert "rows read" in printed.err
    assert str(files / "out" / "report.html") in printed.out
    assert main(["evaluate", str(files / "out"), str(files / "truth.parquet")]) == 0
    assert "precision" in capsys.readouterr().out


def test_detect_without_a_folder_prints_and_writes_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "posts.csv").write_text("account_id,created_at,target_post_id\na,2020-06-12T00:00:00Z,x\n", "utf-8")
    assert main(["detect", "posts.csv"]) == 0
    assert "Nothing was written; --out DIR keeps" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["posts.csv"]


def test_link_keeps_a_network_and_finds_it_again(files, tmp_path, capsys):
    result, known = str(tmp_path / "out"), str(tmp_path / "known")
    assert main(["detect", str(files / "posts.parquet"), "--out", result, "--quiet"]) == 0
    assert main(["link", result, known, "--add", "N1=harbour"]) == 0
    assert "N1 is kept as 'harbour'" in capsys.readouterr().out
    assert main(["link", result, known]) == 0
    out = capsys.readouterr().out
    assert "N1 and 'harbour'" in out
    assert "who runs them" in out
    assert main(["link", result, str(tmp_path / "none"), "--quiet"]) == 2
    assert "no library of known networks" in (said := capsys.readouterr().err)
    assert "Make one with --add N1=NAME." in said
    assert main(["link", result, known, "--add", "N1000=harbour", "--quiet"]) == 2
    assert "there is no network 'N1000'" in capsys.readouterr().err
    pl.read_parquet(files / "posts.parquet").head(100).write_parquet(tmp_path / "other.parquet")
    other = str(tmp_path / "other.parquet")
    assert main(["link", result, known, "--input", other, "--quiet"]) == 2
    assert "not what the detection was made from" in capsys.readouterr().err


def test_a_collection_grows_and_is_detected_in(files, tmp_path, capsys):
    posts, folder, out = pl.read_parquet(files / "posts.parquet"), str(tmp_path / "all"), str(tmp_path / "out")
    days = [str(tmp_path / f"{k}.parquet") for k in range(2)]
    for path, half in zip(days, (posts.head(len(posts) // 2), posts.tail(-(len(posts) // 2))), strict=True):
        half.write_parquet(path)
    assert main(["collection", "detect", folder, "--quiet"]) == 2
    assert "nothing was appended yet" in (said := capsys.readouterr().err)
    assert "cib collection append FOLDER FILE makes one" in said
    for path in days:
        assert main(["collection", "append", folder, path, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["imported"]["dropped"] == {}
        assert main(["collection", "detect", folder, "--quiet", "--alpha", "0.02"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["collection", "detect", folder, "--out", out, "--json", "--alpha", "0.02"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["outcome"], found["folder"]) == ("found", out)
    assert (
        found["networks"]
        == cib.detect(cib.read(files / "posts.parquet", progress=False), cib.Settings(alpha=0.02), progress=False)
        .networks.table.with_columns(pl.col("first", "last").dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"))
        .to_dicts()
    )
    assert main(["collection", "history", folder]) == 0
    told = capsys.readouterr().out
    assert "2 windows with networks" in told
    assert "L1" in told
    assert main(["collection", "append", folder, days[0], "--strict"]) == 2
    assert "--strict allows none" in capsys.readouterr().err


def test_a_saved_detection_becomes_a_page(files, tmp_path, capsys):
    assert main(["detect", str(files / "posts.parquet"), "--out", str(tmp_path), "--quiet"]) == 0
    member = pl.read_parquet(tmp_path / "accounts.parquet")["account_id"][0]
    assert member not in unpacked((tmp_path / "report.html").read_text(encoding="utf-8"))
    page = tmp_path / "named.html"
    assert main(["report", str(tmp_path), "--out", str(page), "--reveal-ids"]) == 0
    assert str(page) in capsys.readouterr().out
    shown = page.read_text(encoding="utf-8")
    assert member in shown
    assert '<p class="said"' in shown
    assert main(["report", str(tmp_path), "--out", str(page), "--reveal-ids", "--no-texts"]) == 0
    shown = page.read_text(encoding="utf-8")
    assert member in shown
    assert '<p class="said"' not in shown


def test_actions_and_columns_are_mapped(shared, tmp_path, capsys):
    """Stars on repositories, a platform that knows no retweets."""
    stars = str(shared / "fake_stars.parquet")
    assert main(["detect", stars, "--out", str(tmp_path)]) == 2
    assert "the action 'star' is not known" in capsys.readouterr().err
    assert main(["detect", stars, "--out", str(tmp_path), "--action", "star=retweet"]) == 0
    report = json.loads((tmp_path / "detection.json").read_text(encoding="utf-8"))["imported"]
    assert report["rows_read"] == report["rows_kept"] + sum(report["dropped"].values()) == 34_284


def test_demo_prints_core_and_amplifiers_and_writes(tmp_path, capsys):
    assert main(["demo", "--out", str(tmp_path / "demo")]) == 0
    out = capsys.readouterr().out
    assert "highly engaged" in out
    assert "amplifiers" in out
    assert "Coordination is not inauthenticity" in out
    networks = pl.read_parquet(tmp_path / "demo" / "networks.parquet").filter(pl.col("verdict") == "candidate")
    assert networks["highly_engaged"].sum() > 100
    assert networks["amplifier"].sum() > 600


def test_inspect_says_what_is_read_and_how(tmp_path, capsys):
    path = tmp_path / "posts.csv"
    path.write_text("user_id,tweet_id,created_at\n7,1,2020-01-01T12:00:00Z\n,2,2020-01-01T12:00:00Z\n", "utf-8")
    assert main(["inspect", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "format: canonical: its columns are known by name" in printed
    assert "column account_id <- user_id" in printed
    assert "dropped: no account: 1" in printed
    assert "7           1        post    2020-01-01 12:00:00.000\n" in printed
    assert main(["inspect", str(path), "--strict"]) == 2
    assert "rows were dropped" in capsys.readouterr().err


def test_inspect_shows_nothing_that_a_terminal_obeys(tmp_path, capsys):
    path = tmp_path / "posts.csv"
    path.write_text("user_id,created_at,text,urls\na,1577880000,\x1b[2J\u202ex,['u' 'v']\n", "utf-8")
    assert main(["inspect", str(path)]) == 0
    names, row = capsys.readouterr().out.splitlines()[1:3]
    assert names.split() == ["account_id", "post_id", "action", "created_at", "text", "urls"]
    assert "2020-01-01 12:00:00.000  U+001B[2JU+202Ex" in row


def test_two_platforms_in_one_file_are_searched_together(tmp_path, capsys):
    path = tmp_path / "both.jsonl"
    path.write_bytes(X_V2_PAGE + BLUESKY)
    assert main(["detect", str(path), "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr()
    assert "6 rows read as x-v2 + bluesky, 6 kept" in printed.err
    assert "nothing found by these tests" in printed.out
    report = json.loads((tmp_path / "out" / "detection.json").read_text(encoding="utf-8"))["imported"]
    assert report["notes"][-1].endswith("records of bluesky (3), x-v2 (1)")
    assert main(["inspect", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "x:101" in printed
    assert "column account_id <- author_id | did" in printed
    assert "bluesky:did:plc:aaaa" in printed


def test_a_pipe_that_closes_loses_no_result(files, tmp_path):
    command = [sys.executable, "-m", "cib", "detect", str(files / "posts.parquet"), "--out", str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        running.stdout.close()
        said = running.stderr.read()
    assert ("Traceback" in said, running.returncode) == (False, 0)
    assert (tmp_path / "out" / "report.html").exists()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("who,created_at\na,1577880000\n", "Map it: --column account_id='their name'."),
        ("user_id,created_at\na,2020-01-01 12:00\n", "Say which they are in: --zone UTC,"),
        ("user_id,created_at,action\na,1577880000,like\n", "Say what it means: --action 'like=retweet'."),
    ],
)
def test_errors_say_what_to_do_in_a_shell(tmp_path, capsys, text, hint):
    path = tmp_path / "posts.csv"
    path.write_text(text, "utf-8")
    assert main(["inspect", str(path)]) == 2
    assert hint in capsys.readouterr().err


def test_warnings_of_the_command_say_what_to_do_in_a_shell(tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text("user_id,created_at,parent_author,parent_id\na,1577880000,x,7\n", "utf-8")
    command = [sys.executable, "-m", "cib", "inspect", str(path), "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"cib: warning: {path}: no row has a target")
    assert line.endswith("--column target_post_id='parent_id' --column target_account_id='parent_author'.")


def test_a_folder_that_cannot_be_made_is_chosen_with_an_option(tmp_path, capsys):
    path = tmp_path / "posts.csv"
    path.write_text("account_id,created_at,target_post_id\na,2020-06-12T00:00:00.5Z,x\n", "utf-8")
    assert main(["detect", str(path), "--quiet", "--out", str(path / "below")]) == 2
    assert "Choose another with --out." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["detect", "nowhere.parquet", "--out", "x"], "nowhere.parquet"),
        (["evaluate", "nowhere", "labels.csv"], "cib detect"),
        (["report", "nowhere"], "cib detect"),
        (["detect", "posts.parquet", "--out", "x", "--column", "account_id"], "two names with ="),
        (["detect", "posts.parquet", "--out", "a-file"], "a-file: there is a file of this name"),
        (["detect", "posts.parquet", "--out", "a-file/below"], "a-file: there is a file of this name"),
        (["simulate", "--scale", "0.001", "--out", "a-file"], "a-file"),
        (["simulate", "--evasion", "cells=much", "--out", "x"], "the strengths 0 to 3. Got 'much'."),
    ],
)
def test_a_users_error_is_one_line_and_exit_code_2(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").touch()
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error
    assert len(error.strip().splitlines()) == 1


@pytest.mark.parametrize("arguments", [["--help"], ["detect", "--help"], ["demo", "--help"], ["evaluate", "--help"]])
def test_help_is_there(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 0
    assert "usage: cib" in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "loaded"), [(["--help"], False), (["inspect", "--help"], True)])
def test_help_loads_what_the_command_needs(arguments, loaded):
    code = f"import sys; from cib.cli import main\ntry: main({arguments!r})\nfinally: print('polars' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith(f"{loaded}\n")


@pytest.mark.parametrize("command", ["demo", "detect"])
def test_the_allocator_of_polars_takes_its_options(command, monkeypatch):
    monkeypatch.delenv("_RJEM_MALLOC_CONF", raising=False)
    code = f"from cib.cli import main\ntry: main([{command!r}, '--help'])\nfinally: import polars"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout[:10], done.stderr) == ("usage: cib", "")  # jemalloc writes which ones it does not take


def test_inspect_lists_the_layers_of_texts_without_comparing_them(tmp_path):
    path, rows = tmp_path / "posts.csv", ("a,p1,2020-01-01T12:00:00Z,we meet", "b,p2,2020-01-01T12:00:00Z,who comes")
    path.write_text("\n".join(["account_id,post_id,created_at,text", *rows]))
    code = f"import sys; from cib.cli import main\nmain(['inspect', {str(path)!r}])\nprint('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    layer = "layer 'text': 2 rows, 2 objects; the same rows for 'near-text', 'reworded', 'meaning'"
    assert done.stdout.splitlines()[-2:] == [layer, "False"]


def test_no_command_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as stopped:
        main([])
    assert stopped.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_settings_are_printed_edited_and_used(tmp_path, capsys):
    assert main(["settings"]) == 0
    file = tmp_path / "settings.toml"
    file.write_text(capsys.readouterr().out.replace("seed = 0", "seed = 7"))
    assert main(["settings", str(file)]) == 0
    assert "seed = 7" in capsys.readouterr().out
    activity = cib.simulate(scale=0.001, seed=1).activity
    activity.posts_table.write_parquet(tmp_path / "posts.parquet")
    chosen = ["--settings", str(file), "--alpha", "0.02", "--window", "5min", "--layers", "post"]
    out = tmp_path / "out"
    assert main(["detect", str(tmp_path / "posts.parquet"), "--out", str(out), "--quiet", *chosen]) == 0
    told = json.loads((out / "detection.json").read_text())["settings"]
    assert (told["seed"], told["alpha"]) == (7, 0.02)
    assert {(layer["objects"], layer["window"]) for layer in told["layers"]} == {("post", 300.0)}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--settings", "absent.toml"], "absent.toml: the settings cannot be read"),
        (["--alpha", "0"], "alpha must be a number above 0"),
        (["--window", "soon"], "'soon' is not a length of time"),
        (["--layers", "pots"], "there is no layer of 'pots'. Did you mean 'post'"),
    ],
)
def test_choices_that_make_no_sense_are_refused_before_the_data_are_read(options, said, tmp_path, capsys):
    assert main(["detect", "absent.parquet", "--out", str(tmp_path / "out"), *options]) == 2
    assert said in capsys.readouterr().err


def test_every_command_prints_one_json_object_or_nothing(tmp_path, capsys):
    activity, truth = cib.simulate(scale=0.001, seed=3)
    posts, labels, out = (str(tmp_path / name) for name in ("posts.parquet", "truth.parquet", "out"))
    activity.posts_table.write_parquet(posts)
    truth.write_parquet(labels)
    commands = {
        ("settings",): {"settings"},
        ("inspect", posts): {"rows", "accounts", "imported", "signals", "layers"},
        ("detect", posts, "--out", out, "--overwrite"): {"networks", "outcome", "notes", "folder", "report", "files"},
        ("report", out): {"report"},
        ("evaluate", out, labels): {"evaluation", "leaving_out"},
        ("link", out, str(tmp_path / "known"), "--add", "N1=harbour"): {"links", "kept"},
        ("simulate", "--scale", "0.001", "--out", str(tmp_path / "made")): {"folder", "files"},
    }
    for command, names in commands.items():
        assert main([*command, "--json", "--quiet"]) == 0
        printed = capsys.readouterr()
        told = json.loads(printed.out)
        assert names <= set(told)
        assert told["version"] == cib.__version__
        assert printed.err == ""
        again = [word.replace("harbour", "pier") for word in command]  # a name is kept once
        assert main([*again, "--quiet"]) == 0
        assert capsys.readouterr() == ("", "")
    assert told["files"][0] == "posts.parquet"


@pytest.mark.parametrize(("shared", "outcome"), [(True, "nothing found by these tests"), (False, "nothing to test")])
def test_the_outcome_is_said_in_the_same_words_everywhere(shared, outcome, tmp_path, capsys):
    rows = [(f"a{k}", f"p{k}", 1_590_000_000 + 997 * k, "post", f"words of {k if k % 9 else 0}") for k in range(60)]
    columns = ["account_id", "post_id", "created_at", "action", "text"]
    table = pl.DataFrame(rows, schema=columns, orient="row").select(columns if shared else columns[:4])
    table.write_parquet(tmp_path / "posts.parquet")
    command = ["detect", str(tmp_path / "posts.parquet"), "--out", str(tmp_path / "out")]
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[-1] == f"Outcome: {outcome}"
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert [("would have been found" in text) for text in (printed, page)] == [shared, shared]
    assert f"Outcome: {outcome}." in page
    assert main([*command, "--overwrite", "--json", "--quiet"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["outcome"], len(told["power"])) == (outcome, 8 * shared)
    assert told["notes"][0].lower().startswith(outcome)
    saved = json.loads((tmp_path / "out" / "detection.json").read_text("utf-8"))
    assert (saved["outcome"], saved["notes"]) == (outcome, told["notes"])
