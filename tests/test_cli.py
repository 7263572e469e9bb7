"""The shell: what it prints, what it writes, and how it fails."""

from __future__ import annotations

import json

import polars as pl
import pytest

import cib
from cib.cli import main


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


def test_a_saved_detection_becomes_a_page(files, tmp_path, capsys):
    assert main(["detect", str(files / "posts.parquet"), "--out", str(tmp_path), "--quiet"]) == 0
    member = pl.read_parquet(tmp_path / "accounts.parquet")["account_id"][0]
    assert member not in (tmp_path / "report.html").read_text(encoding="utf-8")
    page = tmp_path / "named.html"
    assert main(["report", str(tmp_path), "--out", str(page), "--reveal-ids"]) == 0
    assert str(page) in capsys.readouterr().out
    assert member in page.read_text(encoding="utf-8")


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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["detect", "nowhere.parquet", "--out", "x"], "nowhere.parquet"),
        (["evaluate", "nowhere", "labels.csv"], "cib detect"),
        (["report", "nowhere"], "cib detect"),
        (["detect", "posts.parquet", "--out", "x", "--column", "account_id"], "two names with ="),
    ],
)
def test_a_users_error_is_one_line_and_exit_code_2(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
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


def test_no_command_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as stopped:
        main([])
    assert stopped.value.code == 2
    assert "COMMAND" in capsys.readouterr().err
