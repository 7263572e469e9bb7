"""The scoreboard on made-up folders of the shapes of the published sets."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import real

import cib


@pytest.fixture(scope="module")
def rows():
    """Retweets of the simulator, under the names of Seckin et al."""
    activity, truth = cib.simulate(scale=0.002, seed=1)
    posts = activity.posts_table.join(truth.select("account_id", "operation"), on="account_id").head(20_000)
    return posts.select(
        accountid="account_id",
        postid="post_id",
        post_time="created_at",
        is_repost=pl.col("action") == "retweet",
        reposted_postid=pl.when(action="retweet").then("target_post_id"),
        reposted_accountid=pl.when(action="retweet").then("target_account_id"),
        is_control=pl.col("operation").is_null().cast(pl.Int64),
    )


def test_a_folder_of_campaigns_is_scored(rows, tmp_path, monkeypatch, capsys):
    campaign = tmp_path / "seckin" / "Armenia"
    campaign.mkdir(parents=True)
    for label, part in rows.group_by("is_control"):
        part.write_parquet(campaign / f"{label[0]}.gzip.parquet")
    methods = ["count", "weber2021", "mannocci2025", "cinus2025"]
    out = tmp_path / "board.csv"
    monkeypatch.setattr(
        sys, "argv", ["real.py", "--seckin", str(tmp_path / "seckin"), "--out", str(out), "--methods", *methods]
    )
    real.main()
    board = pl.read_csv(out)
    assert {*methods, "events", "active_days"} <= set(board["method"])
    assert board["AUC"].is_between(0, 1).all()
    assert board.filter(method="count")["AP"].item() > board.filter(method="events")["AP"].item()
    assert "null-model-coord AUC .66" in capsys.readouterr().out


def test_the_other_shapes_are_read(rows, tmp_path):
    folder = tmp_path / "Honduras"
    folder.mkdir()
    names = {"accountid": "userid", "postid": "tweetid", "reposted_postid": "retweet_tweetid"}
    for label, part in rows.head(400).group_by("is_control"):
        lines = part.rename(names).with_columns(tweet_time=pl.col("post_time").dt.epoch("ms")).drop("post_time")
        file = folder / f"honduras-{'good' if label[0] else 'bad'}-anonymized.jsonl"
        file.write_text("\n".join(json.dumps(row) for row in lines.to_dicts()), encoding="utf-8")
    (one,) = real.cima(tmp_path)
    assert (one.name, len(one.data)) == ("cima honduras", 400)
    assert one.truth["positive"].sum() == rows.head(400).filter(is_control=0)["accountid"].n_unique()
    pl.DataFrame({"source": [1, 2, 5], "target": [2, 3, 4], "weight": [1.0, 0.5, 1.0]}).write_csv(folder / "edges.csv")
    pl.DataFrame({"account_id": [1, 2, 3, 4, 5], "label": [1, 1, 0, 0, 0]}).write_csv(folder / "labels.csv")
    (graph,) = real.iohunter(tmp_path)
    assert set(real.board(graph, [])["method"]) == {"eigenvector", "strength"}


def test_matched_auc_compares_accounts_of_like_activity_only():
    table = pl.DataFrame({"account_id": list("abcd"), "positive": [True, False, True, False]})
    strata = pl.DataFrame({"account_id": list("abcd"), "stratum": [1, 1, 2, 2]})
    score = np.array([9.0, 8.0, 1.0, 2.0])
    assert real.matched_auc(table, score, strata) == 0.5
    assert real.Ranking.of(table["positive"].to_numpy(), score).roc_auc == 0.5
    assert real.matched_auc(table, np.array([1.0, 0.0, 9.0, 8.0]), strata) == 1.0


def test_recall_at_precision_and_lift():
    truth = pl.DataFrame({"account_id": [f"a{k}" for k in range(10)], "positive": [True] * 2 + [False] * 8})
    scores = pl.DataFrame({"account_id": ["a0", "a5", "a1"], "score": [3.0, 2.0, 1.0]})
    found = real.measures(scores, truth, None)
    assert found["recall at .9"] == 0.5
    assert found["lift"] == pytest.approx(found["AP"] / 0.2)


def test_a_folder_of_another_shape_is_refused(tmp_path):
    with pytest.raises(SystemExit, match="see --help"):
        list(real.seckin(tmp_path))
