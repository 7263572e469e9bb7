"""What is counted of rows that were added is what is counted of all."""

from __future__ import annotations

import shutil
from datetime import timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cib
from cib.graphs.coaction import coaction_graphs, complete_edges
from cib.graphs.counts import Counts
from cib.graphs.objects import KINDS, object_events
from tests.toys import activity

EVENTS = ("account", "object", "time", "row")


def assert_same(graph, other):
    assert graph.name == other.name
    graph = complete_edges(graph)
    assert graph.table.equals(other.table)
    assert graph.ids.equals(other.ids)
    assert graph.strength.tolist() == other.strength.tolist()
    assert graph.construction == other.construction
    assert [getattr(graph.events, name).tolist() for name in EVENTS] == [
        getattr(other.events, name).tolist() for name in EVENTS
    ]
    assert graph.events.object_ids.equals(other.events.object_ids)
    assert graph.events.post_ids.equals(other.events.post_ids)


#: The third is similar to both others, which are not similar.
TEXTS = (
    "all of us vote for anna now",
    "go to the square by ten on sunday",
    "all of us vote for the square by ten on sunday",
)

row = st.fixed_dictionaries(
    {
        "account_id": st.sampled_from("abcdefg"),
        "target_post_id": st.sampled_from(["x", "y", "z", None]),
        "target_account_id": st.sampled_from(["a", "n", None]),
        "at": st.sampled_from([0, 0, 1, 59, 60, 61, 3600, 86_400]),
        "urls": st.sampled_from([None, ["a.org"], ["a.org", "b.org"]]),
        "text": st.sampled_from(["one", "two", *TEXTS, None]),
        "action": st.sampled_from(["retweet", "post"]),
    }
)


@pytest.mark.filterwarnings("ignore::cib.errors.CibWarning")
@settings(max_examples=40, deadline=None)
@given(
    st.lists(row, min_size=2, max_size=40),
    st.integers(0, 2**20),
    st.sampled_from(["post", "author", "url", "text", "reworded", "near-text"]),
    st.integers(1, 3),
    st.sampled_from([1, 6, 10**6]),
    st.sampled_from([None, 2, 4]),
)
def test_counts_that_grow_are_the_counts_of_all(rows, seed, objects, min_weight, max_pairs, max_accounts):
    whole, rng = activity(rows), np.random.default_rng(seed)
    arrives = rng.integers(0, 3, len(rows)) if seed % 2 else np.arange(len(rows)) * 3 // len(rows)
    options = {"max_pairs": max_pairs, "max_accounts": max_accounts}
    counts, windows = Counts(), [0, "60s", None]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cib.graphs.counts._MOST_SHARE", 2.0)
        for day in range(3):
            grown = whole.keep_posts(pl.Series(arrives <= day))
            for graph, other in zip(
                counts(grown, objects, windows, min_weight, **options),
                coaction_graphs(grown, objects, windows, min_weight, **options),
                strict=True,
            ):
                assert_same(graph, other)


def days(n):
    whole = cib.simulate(scale=0.001, seed=3).activity
    last = whole.imported.last + timedelta(seconds=1)
    return [whole.between("2020-01-01", last - timedelta(days=k)) for k in reversed(range(n))]


def test_what_was_counted_is_kept_on_disk(tmp_path):
    for day in days(3):
        counts = Counts(tmp_path)
        for objects, windows in (("post", ["60s", "1h"]), ("author", [None]), ("reworded", [None])):
            for graph, other in zip(
                counts(day, objects, windows, 2, max_pairs=10**6),
                coaction_graphs(day, objects, windows, 2, max_pairs=10**6),
                strict=True,
            ):
                assert_same(graph, other)
        counts.save(tmp_path)
    assert sorted(path.name.split("-")[0] for path in tmp_path.iterdir()) == [
        "author",
        "post",
        "reworded",
        "rows",
        "text",
    ]


def files_of(folder):
    return sorted(path.name for path in folder.iterdir())


def assert_counted(counts, day):
    for objects in ("post", "text", "reworded"):
        for graph, other in zip(
            counts(day, objects, [None], 2, max_pairs=10**6),
            coaction_graphs(day, objects, [None], 2, max_pairs=10**6),
            strict=True,
        ):
            assert_same(graph, other)


def test_what_is_added_is_written_to_files_of_its_own(tmp_path):
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cib.graphs.counts._MOST_FILES", 3)
        for k, day in enumerate(days(5), 1):
            counts = Counts(tmp_path)
            assert_counted(counts, day)
            counts.save(tmp_path)
            found.append((files_of(tmp_path / "text"), files_of(tmp_path / "reworded")))
            assert f"arrays-{k}" in found[-1][0]
    assert found[2][0] == ["arrays-3", "ids-1.arrow", "ids-2.arrow", "ids-3.arrow", "state.json"]
    assert found[3][0] == ["arrays-4", "ids-4.arrow", "state.json"]
    kept = [{*before[1]} & {*after[1]} for before, after in pairwise(found)]
    assert sum(len(names) > 1 for names in kept) >= 2  # all are linked again when their number needs another bit


@pytest.mark.parametrize("size", [0, 100])
def test_an_interrupted_save_leaves_the_earlier_counts(tmp_path, size):
    first, second, third = days(3)
    for folder in (tmp_path / "whole", tmp_path / "interrupted"):
        counts = Counts(folder)
        assert_counted(counts, first)
        counts.save(folder)
    counts = Counts(tmp_path / "whole")
    assert_counted(counts, second)
    counts.save(tmp_path / "whole")
    for kind in ("post", "text", "reworded", next((tmp_path / "whole").glob("rows-*")).name):
        left = tmp_path / "interrupted" / kind
        left.mkdir(exist_ok=True)
        new = set(files_of(tmp_path / "whole" / kind)) - set(files_of(left)) - {"state.json"}
        assert new
        for name in new:
            (left / name).write_bytes((tmp_path / "whole" / kind / name).read_bytes()[:size])
    (tmp_path / "interrupted" / "text" / ".state.json.1").write_bytes(b"{")
    counts = Counts(tmp_path / "interrupted")
    assert_counted(counts, third)
    counts.save(tmp_path / "interrupted")
    text = files_of(tmp_path / "interrupted" / "text")
    assert text == ["arrays-3", "ids-1.arrow", "ids-3.arrow", "state.json"]  # earlier texts were used
    assert len(list((tmp_path / "interrupted").glob("rows-*"))) == 1
    assert_counted(Counts(tmp_path / "interrupted"), third)


def test_two_processes_that_save_one_after_the_other(tmp_path):
    first, second, third = days(3)
    counts = Counts(tmp_path)
    assert_counted(counts, first)
    counts.save(tmp_path)
    both = Counts(tmp_path), Counts(tmp_path)
    for counts, day in zip(both, (second, third), strict=True):
        assert_counted(counts, day)
        counts.save(tmp_path)
        assert_counted(Counts(tmp_path), third)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if not kind.together])
def test_the_object_of_a_post_does_not_depend_on_other_posts(name):
    (whole,) = days(1)
    halves = [whole.keep_posts(pl.Series(np.arange(len(whole)) % 2 == k)) for k in range(2)]
    told = [
        object_events(part, name).with_columns(
            post=part.posts_table["post_id"].gather(object_events(part, name)["row"])
        )
        for part in (whole, *halves)
    ]
    found, *parts = (events.select("post", "object").sort("post", "object") for events in told)
    assert found.equals(pl.concat(parts).sort("post", "object"))


@pytest.mark.parametrize(
    ("objects", "column"),
    [
        *(("post", "target_post_id"), ("post", "target_account_id"), ("author", "target_account_id")),
        *(("text", "text"), ("reworded", "text"), ("url", "urls"), ("hashtag", "hashtags")),
    ],
)
def test_a_row_that_was_changed_or_is_gone_is_not_counted(objects, column):
    before, after = days(2)
    counts = Counts()
    counts(after, objects, ["1h"], 2, max_pairs=10**6)
    posts = after.posts_table.with_columns(pl.col(column).shift(1))
    changed = cib.Activity(posts, after.accounts_table, after.imported)
    for other in (before, after.keep_posts(pl.Series(np.arange(len(after)) % 2 == 0)), changed):
        (graph,) = counts(other, objects, ["1h"], 2, max_pairs=10**6)
        assert_same(graph, coaction_graphs(other, objects, ["1h"], 2, max_pairs=10**6)[0])


@pytest.mark.parametrize("left", [b"", b"{}", b'{"versions": ["0", "0"], "windows": []}'])
def test_what_another_version_left_is_counted_anew(tmp_path, left):
    (day,) = days(1)
    (tmp_path / "post").mkdir()
    (tmp_path / "post" / "state.json").write_bytes(left)
    counts = Counts(tmp_path)
    (graph,) = counts(day, "post", ["1h"], 2, max_pairs=10**6)
    assert_same(graph, coaction_graphs(day, "post", ["1h"], 2, max_pairs=10**6)[0])
    counts.save(tmp_path)
    assert graph.table.equals(Counts(tmp_path)(day, "post", ["1h"], 2, max_pairs=10**6)[0].table)


@pytest.mark.parametrize(("named", "elsewhere"), [("arrays-1", "../../elsewhere/post/"), ("rows-", "../elsewhere/")])
def test_counts_are_read_from_their_own_folder(tmp_path, named, elsewhere):
    (day,) = days(1)
    counts = Counts()
    counts(day, "post", ["1h"], 2, max_pairs=10**6)
    counts.save(tmp_path / "own")
    shutil.copytree(tmp_path / "own", tmp_path / "elsewhere")
    state = tmp_path / "own" / "post" / "state.json"
    assert "post" in Counts(tmp_path / "own")._before
    state.write_text(state.read_text().replace(f'"{named}', f'"{elsewhere}{named}'))
    assert "post" not in Counts(tmp_path / "own")._before
