"""extract(): whatever a function gives back becomes one column, aligned to the accounts."""

from __future__ import annotations

from dataclasses import replace

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

import cib
from cib.errors import InputError
from cib.features.extract import DIGITS, _finite, extract
from cib.features.standard import STANDARD
from cib.testing import toy_activity

NAMES = ["ann", "bea", "cat", "dan", "eve", "fay", "gus", "hal"]
COUNTS = [4, 3, 5, 3, 5, 4, 1, None]  # rows of the toy by account; hal never acts


def as_narwhals(posts):
    """Rows."""
    return posts.group_by("account_id").agg(nw.len())


def as_lazy(posts):
    """Rows."""
    return posts.lazy().group_by("account_id").agg(nw.len().alias("whatever"))


def by_row(posts):
    """Rows."""
    return posts.group_by("account_row").agg(nw.len())


def as_polars(posts):
    """Rows."""
    return posts.to_polars().group_by("account_id").len()


def as_pandas(posts):
    """Rows."""
    return posts.to_pandas().groupby("account_id", as_index=False).size()


def as_pandas_index(posts):
    """Rows."""
    return posts.to_pandas().groupby("account_id").size()


def as_pyarrow(posts):
    """Rows."""
    return posts.to_arrow().group_by("account_id").aggregate([("post_id", "count")])


def as_mapping(posts):
    """Rows."""
    ids = posts["account_id"].to_list()
    return {account: ids.count(account) for account in ids}


def as_array(posts, retweets):
    """Rows."""
    counts = np.bincount(posts["account_row"].to_numpy(), minlength=retweets.n_accounts).astype(float)
    return np.where(counts > 0, counts, np.nan)


def as_list(posts, retweets):
    """Rows."""
    return [float(n) if n > 0 else None for n in as_array(posts, retweets)]


def as_series(posts, retweets):
    """Rows."""
    return pd.Series(as_array(posts, retweets))


@pytest.mark.parametrize(
    "function",
    [
        as_narwhals,
        as_lazy,
        by_row,
        as_polars,
        as_pandas,
        as_pandas_index,
        as_pyarrow,
        as_mapping,
        as_array,
        as_list,
        as_series,
    ],
)
def test_every_kind_of_answer_is_aligned(function):
    table = extract(toy_activity(), [function])
    assert table.table.rows() == list(zip(NAMES, COUNTS, strict=True))
    assert table.names == (function.__name__,)
    assert table.labels == {function.__name__: "Rows."}


def test_the_example_of_the_architecture():
    def night_share(posts):
        """Share of an account's posts between 00:00 and 06:00 UTC."""
        return posts.group_by("account_id").agg((nw.col("created_at").dt.hour() < 6).mean())

    table = cib.extract(toy_activity(), features=cib.STANDARD + [night_share])
    assert table.names == (*STANDARD.names, "night_share")
    assert table["night_share"][NAMES.index("eve")] == 1 / 5  # at 05:10, the others later


@cib.feature(outputs={"least": "The shortest.", "most": "The longest."}, unit="characters", missing=0)
def lengths(posts):
    """Characters of an account's posts."""
    size = nw.col("text").str.len_chars()
    return posts.group_by("account_id").agg(most=size.max(), least=size.min())


@cib.feature(outputs=["two", "one"])
def mapped(retweets):
    """One, and twice as much."""
    return {"one": np.ones(retweets.n_accounts), "two": {"ann": 2}}


def test_several_outputs_are_told_apart_by_name():
    table = extract(toy_activity(), [lengths, mapped])
    assert table.names == ("least", "most", "two", "one")
    assert table.labels["most"] == "The longest."
    assert table.units == {"least": "characters", "most": "characters"}
    first, last = table.table.rows()[0], table.table.rows()[-1]
    assert first == ("ann", 20, 20, 2, 1)
    assert last == ("hal", 0, 0, None, 1)  # `missing` fills what the function leaves out
    assert extract(toy_activity(), cib.FeatureSet([lengths]) - "least").names == ("most",)


def test_what_is_not_finite_is_null():
    def odd(retweets):
        """Numbers that are none."""
        return np.array([np.inf, -np.inf, np.nan, *range(1, retweets.n_accounts - 2)])

    assert extract(toy_activity(), [odd]).table["odd"].to_list() == [None, None, None, 1, 2, 3, 4, 5]


def yes_or_no(posts):
    """Whether it retweets."""
    return posts.group_by("account_id").agg((nw.col("action") == "retweet").any())


def test_truth_values_are_numbers():
    assert extract(toy_activity(), [yes_or_no])["yes_or_no"].tolist()[:3] == [1, 0, 1]


WRONG = {
    "3 numbers came back for 8 accounts": lambda _posts: [1, 2, 3],
    "account 'ann' came back more than once": lambda posts: posts.select("account_id", x=nw.lit(1)).head(25),
    "row -1 is not in the activity": lambda _posts: pl.DataFrame({"account_row": [0, -1], "x": [1, 2]}),
    "row 8 is not in the activity": lambda _posts: pl.DataFrame({"account_row": [8], "x": [1]}),
    "account 'zoe' is not in the activity": lambda _posts: {"ann": 1, "zoe": 2},
    "must have 'account_id' and one column": lambda posts: posts.select("account_id", "text", "lang"),
    "must have 'account_id' and one column.*columns x": lambda _posts: pl.DataFrame({"x": [1]}),
    "what came back is no number": lambda posts: posts.group_by("account_id").agg(nw.col("created_at").max()),
    "no frame, mapping or one-dimensional array": lambda _posts: np.ones((8, 2)),
    "NoneType": lambda _posts: None,
    "failed with ColumnNotFoundError": lambda posts: posts.select("karma"),
    "failed with ZeroDivisionError: division by zero": lambda _posts: 1 / 0,
}


@pytest.mark.parametrize("message", WRONG)
def test_what_cannot_be_aligned_is_refused_by_name(message):
    def mine(posts):
        """A mistake."""
        return WRONG[message](posts)

    with pytest.raises(InputError, match=f"^feature 'mine': .*{message}"):
        extract(toy_activity(), [mine])


def test_a_failure_keeps_its_cause():
    def mine(posts):
        """A mistake."""
        raise KeyError(len(posts))

    with pytest.raises(InputError) as caught:
        extract(toy_activity(), [mine])
    assert isinstance(caught.value.__cause__, KeyError)


def test_an_output_that_does_not_come_back_is_missed():
    @cib.feature(outputs=["low", "high"])
    def extremes(posts):
        """Two numbers."""
        return posts.group_by("account_id").agg(low=nw.len())

    with pytest.raises(InputError, match="feature 'extremes': nothing came back for 'high'"):
        extract(toy_activity(), [extremes])


def test_only_what_is_asked_for_is_built(monkeypatch):
    activity = toy_activity()
    given = cib.retweet_graph(activity)
    monkeypatch.setattr("cib.features.extract._GRAPHS", dict.fromkeys(["retweets", "mentions"]))  # none can be built
    table = extract(activity, ["retweets_received", "originality"], retweets=given)
    assert table["retweets_received"].tolist() == [8, 4, 0, 0, 0, 0, 0, 0]


def test_graphs_are_spread_over_all_accounts():
    def rows(retweets, mentions, replies, quotes, coactions):
        """Accounts of each graph."""
        graphs = (retweets, mentions, replies, quotes, coactions)
        assert all(graph.matrix.shape == (8, 8) for graph in graphs)
        return retweets.matrix.sum(axis=1)

    coactions = cib.coaction_graph(toy_activity(), window="60s")
    assert coactions.ids.to_list() == ["cat", "dan"]
    assert extract(toy_activity(), [rows], coactions=coactions)["rows"].tolist() == [1, 0, 5, 3, 3, 1, 0, 0]


def test_accounts_that_are_in_no_post_are_left_out():
    def followers(accounts):
        """Followers."""
        return accounts.select("account_id", "followers")

    toy = toy_activity()
    stranger = pl.DataFrame({"account_id": ["zoe"], "followers": [9]})
    activity = replace(toy, accounts_table=pl.concat([toy.accounts_table, stranger], how="diagonal"))
    assert extract(activity, [followers])["followers"][:3].tolist() == [5_000, 700, 0]
    assert len(extract(activity, [followers])) == 8


def test_a_feature_in_pandas_style_hears_which_library_the_frame_belongs_to():
    def texts(posts):
        return posts.groupby("account_id").size()

    with pytest.raises(
        InputError, match=r"AttributeError.*'posts' is meant: it is a narwhals frame; posts\.to_pandas\(\)"
    ):
        extract(toy_activity(), texts)

    def rows(posts):
        return posts.to_pandas().groupby("account_id").size()

    assert extract(toy_activity(), rows)["rows"].tolist()[:7] == COUNTS[:7]


def test_the_result_is_in_the_library_that_came_in():
    assert isinstance(extract(replace(toy_activity(), library="pandas"), "speed").frame, pd.DataFrame)


def test_no_features_are_accounts_alone():
    assert extract(toy_activity(), []).table.shape == (8, 1)


def test_progress_is_a_line_a_feature(capsys):
    extract(toy_activity(), ["speed", "originality"], progress=True)
    said = capsys.readouterr().err
    assert [line.split()[0] for line in said.splitlines()] == ["speed", "originality"]
    extract(toy_activity(), ["speed"])
    assert capsys.readouterr().err == ""


def test_a_table_of_real_retweets(shared):
    higgs = cib.read(shared / "higgs_actions.parquet", progress=False)
    table = extract(higgs, ["retweets_received", "retweeters", "k_core"])
    top = np.argmax(table["retweets_received"])
    assert table.values[top].tolist()[:2] == [18_977, 14_060]
    assert table["k_core"].max() == 11


def test_rows_that_were_delivered_twice_count_once():
    toy = toy_activity().posts_table
    once, twice = (
        extract(cib.read(rows, progress=False)) for rows in (toy, pl.concat([toy, toy.sample(fraction=1, seed=1)]))
    )
    assert once.table.equals(twice.table)


def test_replies_and_quotes_that_are_there_are_not_built_again(monkeypatch):
    toy = toy_activity()
    given = cib.reply_graph(toy)
    monkeypatch.setattr("cib.features.extract._GRAPHS", {"replies": None})
    assert extract(toy, ["repliers"], replies=given)["repliers"].sum() == 1


@pytest.mark.parametrize(
    "values", [[0, -3, 10**9 - 1], [10**9, 12_345_678_901], [0.5, 2], [1 / 3], [None, np.nan, 7], []]
)
def test_values_are_rounded_to_significant_digits_integers_or_not(values):
    column = pl.Series(values, dtype=pl.Float64, strict=False)
    expected = [None if x is None or np.isnan(x) else float(f"{x:.{DIGITS}g}") for x in column]
    assert _finite(column, None).to_list() == expected
