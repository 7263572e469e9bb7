"""Each format is recognised, and says the same of the same three posts."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cib.errors import SettingsError
from tests.sources import samples
from tests.sources.samples import SAMPLES, TIMES, read

MILLISECONDS = ("x-v2", "twarc-csv", "x-v1", "4cat a", "x-release", "bluesky v", "mastodon", "canonical a.csv")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_format_is_recognised_and_loses_nothing(write, name):
    activity = read(write(name, SAMPLES[name]))
    report = activity.imported
    assert len(activity) == 3
    assert report.format.startswith(name.split()[0] + ":")
    assert set(report.dropped) <= {"service message"}
    assert report.columns["account_id"]


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.startswith(MILLISECONDS)])
def test_times_are_to_the_millisecond_wherever_it_is_known(write, name):
    assert read(write(name, SAMPLES[name])).posts_table["created_at"].to_list() == TIMES


@pytest.mark.parametrize("name", ["x-v2 page.jsonl", "x-v1 a.jsonl", "4cat a.ndjson", "twarc-csv a.csv"])
def test_a_retweet_carries_what_the_original_says(write, name):
    posts = read(write(name, SAMPLES[name])).posts_table
    assert posts["text"][1] == posts["text"][0]
    assert posts["hashtags"][:2].to_list() == [["This"], ["This"]]
    assert posts["urls"][0].to_list() == ["https://a.org/x,y"]


def test_profiles_make_the_accounts(write):
    for name in ("x-v2 page.jsonl", "x-v1 a.jsonl"):
        accounts = read(write(name, SAMPLES[name])).accounts_table
        assert accounts.select("account_id", "name", "followers").rows() == [("101", "ann", 1010), ("102", "ben", 1020)]
    assert read(write("m.json", samples.MASTODON)).accounts_table["description"].to_list() == ["x", "x"]


def test_columns_do_not_apply_to_records(write):
    with pytest.raises(SettingsError, match="read by its own names"):
        read(write("x.jsonl", samples.X_V2_FLAT), columns={"account_id": "author_id"})


# ---- real samples


@pytest.mark.parametrize(
    ("path", "format", "kept", "dropped"),
    [
        ("twarc2/page.jsonl", "x-v2", 100, {}),
        ("twarc2/stream_truncated_line.jsonl", "x-v2", 7, {"unreadable line": 1}),
        ("twarc2/quoted_reply.jsonl", "x-v2", 1, {}),
        ("twarc2/geo.jsonl", "x-v2", 2, {}),
        ("bloc/v1_tweets.jsonl", "x-v1", 120, {}),
        ("jetstream/kinds.jsonl", "bluesky", 2, None),
        ("jetstream/events.jsonl", "bluesky", 32, None),
        ("cib_mango_tree/messages.csv", "canonical", 3, {}),
    ],
)
def test_real_samples_are_read_whole(shared, path, format, kept, dropped):
    report = read(shared / "format_samples" / path).imported
    assert (report.format.split(":")[0], report.rows_kept) == (format, kept)
    assert dropped is None or report.dropped == dropped


def test_the_real_page_says_what_it_holds(shared):
    posts = read(shared / "format_samples" / "twarc2" / "page.jsonl").posts_table
    actions = dict(posts["action"].cast(pl.String).value_counts().iter_rows())
    assert (actions["retweet"], actions["quote"]) == (47, 8)
    assert posts.filter(action="retweet")["target_account_id"].null_count() == 0


def test_real_likes_are_counted_and_left_out(shared):
    report = read(shared / "format_samples" / "jetstream" / "events.jsonl").imported
    assert report.dropped["no post: app.bsky.feed.like event"] == 105
    assert report.rows_read == 152


# ---- laws

LINES = [name for name in SAMPLES if name.endswith(("jsonl", "ndjson")) and name != "x-v2 page.jsonl"]


@pytest.mark.parametrize("name", LINES)
@given(order=st.permutations(range(3)), cut=st.integers(0, 3))
@settings(max_examples=8)
def test_order_and_files_of_records_do_not_matter(tmp_path_factory, name, order, cut):
    folder = tmp_path_factory.mktemp("laws")
    rows = SAMPLES[name].splitlines(keepends=True)
    shuffled = [rows[number] for number in order]
    paths = [folder / f"{k}.jsonl" for k in range(3)]
    for path, part in zip(paths, (rows, shuffled[:cut] or rows[:1], shuffled[cut:] or rows[:1]), strict=True):
        path.write_bytes(b"".join(part))
    assert read(paths[1:]).fingerprint == read(paths[0]).fingerprint


@pytest.mark.parametrize("name", SAMPLES)
def test_what_was_read_is_read_again_from_parquet(write, tmp_path, name):
    activity = read(write(name, SAMPLES[name]))
    activity.posts_table.write_parquet(tmp_path / "posts.parquet")
    assert_frame_equal(read(tmp_path / "posts.parquet").posts_table, activity.posts_table)
