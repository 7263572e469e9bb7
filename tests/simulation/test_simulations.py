"""What is written is what is simulated."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

import cib
from cib.cli import main
from cib.simulation import Simulation, simulate, simulations, write


def test_written_in_chunks_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulations, "ROWS", 1_000)
    folder = write(tmp_path / "made", scale=0.001, seed=4)
    simulation = simulate(scale=0.001, seed=4)
    assert pl.read_parquet(folder / "posts.parquet").equals(simulation.activity.posts_table)
    assert pl.read_parquet(folder / "accounts.parquet").equals(simulation.activity.accounts_table)
    assert pl.read_parquet(folder / "truth.parquet").equals(simulation.truth)


def test_the_shell_writes_what_can_be_read_and_says_how_it_was_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path)
    assert main(["simulate", "--scale", "0.001", "--seed", "4", "--evasion", "moderate", "--out", out]) == 0
    assert out in capsys.readouterr().out
    facts = json.loads((tmp_path / "simulation.json").read_text(encoding="utf-8"))
    assert facts["made_by"].startswith("simulate('takedown-2020', scale=0.001, seed=4, evasion={'jitter': 2")
    assert facts["synthetic"] is True
    assert facts["costs"][0]["amplification_lost"] > 0.3
    read = cib.read(tmp_path / "posts.parquet", accounts=tmp_path / "accounts.parquet", progress=False)
    assert read.imported.rows_kept == facts["posts"]
    sly = simulate(scale=0.001, seed=4, evasion="moderate")
    assert read.posts_table.select("post_id", "created_at").equals(
        sly.activity.posts_table.select("post_id", "created_at")
    )


@pytest.mark.parametrize(
    ("evasion", "message"),
    [("jitter=9", "strengths 0 to 3"), ("jitter", "strengths 0 to 3"), ("moderat", "there is no such evasion")],
)
def test_a_wrong_evasion_is_one_line(
    evasion: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", "--evasion", evasion, "--out", str(tmp_path)]) == 2
    assert message in capsys.readouterr().err


def test_a_simulation_shows_itself(takedowns: list[Simulation]) -> None:
    assert repr(takedowns[0]).startswith("Simulation(simulate('takedown-2020', scale=0.01, seed=0): ")
    assert "1,738 takedown-2020" in repr(takedowns[0])
    assert "highly_engaged" in takedowns[0]._repr_html_()
