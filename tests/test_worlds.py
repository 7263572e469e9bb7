"""The other worlds: what each docstring says is there, the same for the same seed, in the rival's format."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from benchmarks.judging import read_world

ROOT = Path(__file__).resolve().parents[1]
OTHERS = ROOT / "benchmarks" / "other_worlds"
ACTIONS = {
    "post_id": pl.Int64,
    "account_id": pl.Int64,
    "action": pl.String,
    "object_id": pl.Int64,
    "target_account_id": pl.Int64,
    "created_at": pl.Datetime,
    "text": pl.String,
    "urls": pl.List,
    "hashtags": pl.List,
    "client": pl.String,
    "lang": pl.String,
}

Table = pl.DataFrame


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Table, Table, Table]]:
    """From a name to actions with the truth about both ends, truth, and accounts."""
    folder = tmp_path_factory.mktemp("worlds")

    def made(name: str) -> tuple[Table, Table, Table]:
        at = folder / f"{name}-9"
        if not at.exists():
            subprocess.run([sys.executable, OTHERS, name, "--seed", "9", "--out", folder], check=True)
        actions, truth, accounts = (
            pl.read_parquet(at / f"{table}.parquet") for table in ("actions", "truth", "accounts")
        )
        author = truth.select(pl.all().name.prefix("target_"))
        both = actions.join(truth, on="account_id", how="left").join(author, on="target_account_id", how="left")
        return both, truth, accounts

    return made


def test_the_format_is_that_of_the_rival(make):
    actions, truth, accounts = make("short_video")
    for column, dtype in ACTIONS.items():
        assert actions.schema[column] == dtype
    assert accounts.columns[:5] == ["account_id", "created_at", "followers", "following", "name"]
    assert truth.columns == ["account_id", "operation", "role", "community", "cell"]
    assert set(truth["role"]) == {"core", "organic"}
    assert (actions["operation"].is_null() == (actions["role"] == "organic")).all()
    assert actions["created_at"].is_sorted()
    born = actions.join(accounts, on="account_id", suffix="_account")
    assert (born["created_at"] >= born["created_at_account"]).all()


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    for folder, seed in (("a", 9), ("b", 9), ("c", 10)):
        command = [sys.executable, OTHERS, "short_video", "--seed", str(seed), "--out", tmp_path / folder]
        subprocess.run(command, check=True)
    a, b, c = (next((tmp_path / folder).iterdir()) for folder in "abc")
    for table in ("actions", "truth", "accounts"):
        assert (a / f"{table}.parquet").read_bytes() == (b / f"{table}.parquet").read_bytes()
        assert (a / f"{table}.parquet").read_bytes() != (c / f"{table}.parquet").read_bytes()
    world = read_world(a)
    assert world.activity.imported.rows_kept == world.activity.imported.rows_read


def test_short_videos_are_posts_with_captions_that_networks_repeat(make):
    actions, _, _ = make("short_video")
    assert set(actions["action"]) == {"post"}
    clips = actions.drop_nulls("operation").explode("urls").drop_nulls("urls")
    uploads = clips.group_by("operation", "urls").agg(pl.col("account_id").n_unique())
    assert (uploads["account_id"] >= 3).sum() > 10


@pytest.mark.slow
def test_channels_post_and_forward_only(make):
    actions, truth, _ = make("forwards")
    assert set(actions["action"]) == {"post", "retweet"}
    relayed = actions.filter(role="amplifier", target_role="core", action="retweet")
    assert relayed.height > 100
    assert {"pod", "party_branch"} <= set(truth["community"])


@pytest.mark.slow
def test_stolen_accounts_change_language_and_were_there_for_years(make):
    actions, truth, accounts = make("hijacked")
    stolen = truth.filter(role="amplifier").join(accounts, on="account_id")
    assert stolen["created_at"].min() < actions["created_at"].min()
    boosts = actions.filter(role="amplifier", target_role="core")
    first = boosts.group_by("account_id").agg(first=pl.col("created_at").min())
    before = (
        actions.filter(role="amplifier").join(first, on="account_id").filter(pl.col("created_at") < pl.col("first"))
    )
    assert before.height > 0.2 * actions.filter(role="amplifier").height
    assert boosts["lang"].n_unique() == 1 < before["lang"].n_unique()


@pytest.mark.slow
def test_cells_are_small_and_many(make):
    _, truth, _ = make("small_cells")
    cells = truth.drop_nulls("cell").group_by("cell").agg(pl.len(), pl.col("operation").n_unique())
    assert cells["len"].is_between(3, 12).all()
    assert (cells["operation"] == 1).all()
    assert cells.height >= 12


@pytest.mark.slow
def test_a_core_that_never_repeats_itself_is_served_one_sidedly(make):
    actions, _, _ = make("boosted_core")
    posts = actions.filter(role="core", action="post")
    assert posts["text"].n_unique() == posts.height
    assert (
        actions.filter(role="amplifier", target_role="core").height
        > 5 * actions.filter(role="amplifier")["account_id"].n_unique() / 2
    )
    assert actions.filter(role="core", target_role="amplifier").is_empty()


@pytest.mark.slow
def test_minutes_that_were_not_collected_are_missing(make):
    actions, _, _ = make("sampled_minutes")
    minutes = (actions["created_at"].dt.epoch("s") // 60 % 60).unique()
    assert len(minutes) <= 30
    known = set(actions["post_id"])
    objects = actions["object_id"].drop_nulls()
    assert sum(post not in known for post in objects) > 0.4 * len(objects)


@pytest.mark.slow
def test_a_brigade_answers_and_a_push_is_announced(make):
    actions, _, _ = make("brigade")
    replies = actions.filter(pl.col("operation").is_not_null(), pl.col("target_operation").is_null(), action="reply")
    assert replies.height > 0.3 * actions["operation"].count()
    actions, _, _ = make("hashtag_push")
    tagged = actions.explode("hashtags").drop_nulls("hashtags")
    paid = tagged.drop_nulls("operation").group_by("hashtags").agg(pl.len(), pl.col("created_at").min().alias("first"))
    busiest = paid.sort("len").row(-1, named=True)
    tag = tagged.filter(hashtags=busiest["hashtags"])
    assert (tag["created_at"] - busiest["first"]).median().total_seconds() > 10 * 3600
    assert tag["operation"].is_null().sum() > 30


@pytest.mark.slow
@pytest.mark.parametrize("name", ["election", "fandoms", "mutual_aid"])
def test_three_worlds_have_no_operation(make, name):
    _, truth, _ = make(name)
    assert truth["operation"].null_count() == truth.height
    assert truth["community"].n_unique() >= 5


@pytest.mark.slow
def test_originals_are_copied_and_never_reposted_by_members(make):
    actions, _, _ = make("originals")
    posts = actions.drop_nulls("operation").filter(action="post")
    copies = posts.group_by("text").agg(pl.col("account_id").n_unique())
    assert (copies["account_id"] >= 2).sum() > 20
    assert actions.filter(pl.col("target_operation").is_not_null(), pl.col("operation").is_not_null()).is_empty()


def test_the_benchmark_knows_every_world(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    monkeypatch.syspath_prepend(OTHERS)
    worlds, stories = importlib.import_module("worlds"), importlib.import_module("stories")
    assert tuple(stories.STORIES) == worlds.OTHERS
    assert all(story.__doc__ and "\n" in story.__doc__ for story in stories.STORIES.values())


@pytest.mark.slow
def test_a_folder_is_judged_from_the_shell(make, tmp_path):
    make("short_video")
    folder = tmp_path / "short_video-9"
    subprocess.run([sys.executable, OTHERS, "short_video", "--seed", "9", "--out", tmp_path], check=True)
    command = [sys.executable, ROOT / "benchmarks" / "worlds.py", folder, "--json", tmp_path / "judged.json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert "short_video-9" in done.stdout
    assert "short_video: general" in done.stdout
    assert (tmp_path / "judged.json").exists()
