"""What an evaluation says of a detection, and the ways labels can be wrong."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import f1_score

import cib
from cib.errors import InputError
from cib.evaluation import evaluate

ACCOUNTS = pl.DataFrame(
    {
        "account_id": ["a", "b", "c", "d"],
        "coordination": [0.9, 0.8, 0.0, 0.7],
        "verdict": ["candidate", "insufficient", None, "coordinated"],
    }
)


@pytest.fixture(scope="module")
def simulated():
    activity, truth = cib.simulate(scale=0.003, seed=5)
    return cib.detect(activity, progress=False), truth


def test_flagged_means_what_it_says():
    labels = pl.DataFrame(
        {"account_id": list("abcde"), "label": ["coordinated", "x", "x", "coordinated", "coordinated"]}
    )
    result = evaluate(ACCOUNTS, labels)
    assert result.flags.select("flagged_if", "flagged", "true_positives", "recall").rows() == [
        ("in any network", 3, 2, pytest.approx(2 / 3)),
        ("verdict candidate or coordinated", 2, 2, pytest.approx(2 / 3)),
        ("verdict candidate", 1, 1, pytest.approx(1 / 3)),
    ]
    assert (result.precision, result.f1) == (1.0, pytest.approx(0.5))  # the strict verdict is the default


def test_an_operation_is_a_label_too_and_accounts_can_be_set_apart():
    labels = pl.DataFrame(
        {"account_id": list("abcd"), "operation": ["x", None, None, "x"], "ring": [False, True, None, False]}
    )
    result = evaluate(ACCOUNTS, labels, set_apart="ring")
    assert (result.accounts, result.positives, result.average_precision) == (3, 2, 1.0)
    assert evaluate(ACCOUNTS, labels).average_precision == pytest.approx((1 + 2 / 3) / 2)


def test_labels_of_any_frame_library_are_taken():
    labels = pl.DataFrame({"account_id": list("abcd"), "operation": ["x", None, None, "x"]})
    plain, pandas = evaluate(ACCOUNTS, labels), evaluate(ACCOUNTS.to_pandas(), labels.to_pandas())
    assert pandas.to_dict() == plain.to_dict()


def test_a_method_stands_beside_the_trivial_rankings(simulated):
    detection, truth = simulated
    result = evaluate(detection, truth)
    assert result.rankings["score"].to_list() == [
        "coordination",
        "trivial: number of posts",
        "trivial: days with a post",
        "trivial: newest account",
    ]
    counts = detection.activity.posts_table.group_by("account_id").len("n")
    joined = truth.join(counts, on="account_id", how="left")
    by_hand = cib.evaluation.average_precision(
        joined["operation"].is_not_null().to_numpy(), joined["n"].fill_null(0).to_numpy().astype(float)
    )
    assert result.rankings["average_precision"][1] == pytest.approx(by_hand)


def test_false_alarms_are_told_of_each_community_never_pooled(simulated):
    detection, truth = simulated
    result = evaluate(detection, truth)
    organic = truth.filter(pl.col("operation").is_null())
    assert dict(result.communities.select("community", "accounts").iter_rows()) == dict(
        organic["community"].value_counts().iter_rows()
    )
    one = result.communities.row(0, named=True)
    members = organic.filter(community=one["community"]).join(detection.table, on="account_id")
    assert one["any_network"] == pytest.approx(members["network_id"].is_not_null().mean())


def test_roles_are_scored_among_the_accounts_that_have_one(simulated):
    detection, truth = simulated
    members = truth.drop_nulls("role").join(detection.table, on="account_id", suffix="_found")
    expected = f1_score(
        members["role"].to_list(),
        members["role_found"].to_list(),
        labels=["amplifier", "highly_engaged"],
        average="macro",
    )
    assert evaluate(detection, truth).role_f1 == pytest.approx(expected)


def test_intervals_hold_the_figure_and_have_a_seed(simulated):
    results = [evaluate(*simulated, repeats=100, seed=seed) for seed in (1, 1, 2)]
    for name, (low, high) in results[0].intervals.items():
        assert 0 <= low <= getattr(results[0], name) <= high <= 1
    assert results[0].intervals == results[1].intervals != results[2].intervals
    assert evaluate(*simulated, repeats=0).intervals == {}


def test_all_of_it_is_printed_and_is_plain(simulated):
    result = evaluate(*simulated)
    printed = str(result)
    for words in (
        "verdict candidate",
        "trivial: number of posts",
        "ARI of whole operations",
        "macro-F1",
        "multi-idol-fandom",
    ):
        assert words in printed
    assert "AP" in repr(result)
    assert "newsroom" in result._repr_html_()
    assert json.loads(json.dumps(result.to_dict(), allow_nan=False))["positives"] == result.positives


def test_teams_are_groups_too():
    """Two networks that are the two teams of one operation: right about teams, not about the operation."""
    accounts = pl.DataFrame({"account_id": list("abcd"), "network_id": ["N1", "N1", "N2", "N2"]}).with_columns(
        coordination=pl.lit(0.5), verdict=pl.lit("candidate")
    )
    labels = pl.DataFrame({"account_id": list("abcd"), "operation": "x", "community": "x", "team": list("1122")})
    result = evaluate(accounts, labels, repeats=20)
    assert (result.team_ari, result.ari) == (1.0, 0.0)
    assert "ARI of their teams 1.000" in str(result)


def test_without_an_operation_there_are_only_false_alarms():
    labels = pl.DataFrame({"account_id": list("abcd"), "operation": [None] * 4, "community": list("xxyy")})
    result = evaluate(ACCOUNTS, labels.cast({"operation": pl.String}))
    assert result.communities.rows() == [("x", 2, 0.5, 1.0), ("y", 2, 0.0, 0.5)]
    assert (result.intervals, result.ari, result.to_dict()["rankings"][0]["average_precision"]) == ({}, None, None)


def test_a_probability_is_checked_as_one():
    labels = pl.DataFrame({"account_id": list("abcd"), "operation": ["x", None, None, "x"]})
    result = evaluate(ACCOUNTS.with_columns(probability=pl.Series([0.8, 0.4, None, 0.9])), labels)
    assert result.calibration.brier == pytest.approx(np.mean([0.04, 0.16, 0.01]))
    assert "ECE" in str(result)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"id": ["a"]}, "'account_id' and 'label'"),
        ({"account_id": ["z"], "label": ["coordinated"]}, "no account in common"),
        ({"account_id": ["a", "b", "a"], "label": ["coordinated"] * 3}, "account_id 'a': an account has several"),
    ],
)
def test_labels_that_cannot_be_used_are_refused(labels, message):
    with pytest.raises(InputError, match=message):
        evaluate(ACCOUNTS, pl.DataFrame(labels))


def test_a_path_is_no_table():
    with pytest.raises(InputError, match=r"Got a str. Give a frame"):
        evaluate(ACCOUNTS, "labels.parquet")


def test_only_a_column_of_the_labels_sets_accounts_apart():
    labels = pl.DataFrame({"account_id": ["a"], "label": ["coordinated"]})
    with pytest.raises(InputError, match="no column 'ring'"):
        evaluate(ACCOUNTS, labels, set_apart="ring")


def test_a_table_that_is_no_detection_is_refused():
    labels = pl.DataFrame({"account_id": ["a"], "label": ["coordinated"]})
    with pytest.raises(InputError, match="lacks the column 'coordination'"):
        evaluate(ACCOUNTS.drop("coordination"), labels)
