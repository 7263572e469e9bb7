"""Each format is recognised, and says the same of the same three posts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cib.errors import InputError, SettingsError
from tests.sources import samples
from tests.sources.samples import ANA, BOB, FIRST, NOON, SAMPLES, SECOND, SKY, THIRD, read

TIMES = [datetime.fromtimestamp(NOON, UTC) + timedelta(milliseconds=ms) for ms in (250, 1500, 2750)]
X = [
    ("101", FIRST, "post", None, None),
    ("102", SECOND, "retweet", FIRST, "101"),
    ("102", THIRD, "reply", FIRST, "101"),
]
BSKY_TWO, BSKY_THREE = f"at://{BOB}/app.bsky.feed.repost/3two", f"at://{BOB}/app.bsky.feed.post/3three"
BSKY = [(ANA, SKY, "post", None, None), (BOB, BSKY_TWO, "retweet", SKY, ANA), (BOB, BSKY_THREE, "reply", SKY, ANA)]
ONE, TWO = "ana@one.example", "bob@two.example"
EXPECTED = {
    "x-v2 page.jsonl": X,
    "x-v2 flat.jsonl": X,
    "twarc-csv a.csv": X,
    "x-v1 a.jsonl": X,
    "4cat a.ndjson": X,
    "x-release a.csv": X,
    "bluesky v1.jsonl": BSKY,
    "bluesky v2.jsonl": BSKY,
    "bluesky records.jsonl": BSKY,
    "mastodon a.json": [
        (ONE, "https://one.example/1", "post", None, None),
        (TWO, "https://two.example/2", "retweet", "https://one.example/1", ONE),
        (TWO, "https://two.example/3", "reply", "https://one.example/1", ONE),
    ],
    "telegram telethon.ndjson": [
        ("user101", "channel77/2", "post", None, None),
        ("channel77", "channel77/3", "retweet", "channel88/9", "channel88"),
        ("user102", "channel77/4", "reply", "channel77/2", "user101"),
    ],
    "snscrape a.jsonl": X,
    "x-table a.csv": X,
    "academictwitter a.csv": X,
    "rtweet a.csv": X,
    "reddit a.ndjson": [
        ("ann", "t3_p1", "post", None, None),
        ("ben", "t3_p2", "retweet", "t3_p1", "ann"),
        ("ben", "t1_c1", "reply", "t3_p1", "ann"),
    ],
    "youtube a.jsonl": [
        ("UC0", "U0", "reply", "v1", "UC9"),
        ("UC1", "U1", "reply", "v1", "UC9"),
        ("UC0", "U1.1", "reply", "U1", "UC1"),
    ],
    "tiktok a.jsonl": [
        ("user0", "7000000000000000001", "post", None, None),
        ("user1", "7000000000000000002", "post", None, None),
        ("user9", "7000000000000000009", "quote", "7000000000000000001", "user0"),
    ],
    "instagram a.ndjson": [
        ("100", "C0", "post", None, None),
        ("101", "C1", "quote", "C0", "100"),
        ("102", "C2", "reply", None, "100"),
    ],
    "crowdtangle a.csv": [(f"10{k}", f"https://facebook.example/{k}", "post", None, None) for k in range(3)],
    "hoaxy a.csv": [
        ("101", FIRST, "post", None, None),
        ("102", SECOND, "retweet", None, "101"),
        ("102", THIRD, "quote", None, "101"),
    ],
    "nodexl a.csv": [
        ("ann", FIRST, "post", None, None),
        ("ben", SECOND, "retweet", FIRST, "ann"),
        ("ben", THIRD, "reply", FIRST, "ann"),
    ],
    "qut a.csv": [
        ("101", "1", "post", None, None),
        ("102", "2", "retweet", "1", "101"),
        ("102", "3", "reply", "1", "101"),
    ],
}
MILLISECONDS = ("x-v2", "twarc-csv", "x-v1", "4cat a", "x-release", "bluesky v", "mastodon", "canonical a.csv")
IDS = ("account_id", "post_id", "action", "target_post_id", "target_account_id")


@pytest.fixture
def write(tmp_path):
    def to_file(name, content):
        path = tmp_path / name.replace(" ", "_")
        path.write_bytes(content)
        return path

    return to_file


@pytest.mark.parametrize("name", SAMPLES)
def test_a_format_is_recognised_and_loses_nothing(write, name):
    activity = read(write(name, SAMPLES[name]))
    report = activity.imported
    assert len(activity) == 3
    assert report.format.startswith(name.split()[0] + ":")
    assert set(report.dropped) <= {"service message"}
    assert report.columns["account_id"]


@pytest.mark.parametrize("name", EXPECTED)
def test_who_did_what_to_whom(write, name):
    assert read(write(name, SAMPLES[name])).posts_table.select(IDS).rows() == EXPECTED[name]


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.startswith(MILLISECONDS)])
def test_times_are_to_the_millisecond_wherever_it_is_known(write, name):
    assert read(write(name, SAMPLES[name])).posts_table["created_at"].to_list() == TIMES


@pytest.mark.parametrize("name", ["x-v2 page.jsonl", "x-v1 a.jsonl", "4cat a.ndjson", "twarc-csv a.csv"])
def test_a_retweet_carries_what_the_original_says(write, name):
    posts = read(write(name, SAMPLES[name])).posts_table
    assert posts["text"][1] == posts["text"][0]
    assert posts["hashtags"][:2].to_list() == [["This"], ["This"]]
    assert posts["urls"][0].to_list() == ["https://a.org/x,y"]


def test_a_quote_does_not_act_on_what_the_same_post_answers(write):
    both = samples.TWARC_CSV.replace(
        f"{THIRD},{FIRST},,,102,101".encode(), f"{THIRD},{FIRST},,{SECOND},102,101".encode()
    )
    assert both != samples.TWARC_CSV
    posts = read(write("t.csv", both)).posts_table
    assert posts.select(IDS).row(2) == ("102", THIRD, "quote", SECOND, "102")  # whose author is in the data


def test_pages_and_flattened_posts_are_the_same_table(write, shared):
    folder = shared / "format_samples" / "twarc2"
    for page, flat in (
        (write("p.jsonl", samples.X_V2_PAGE), write("f.jsonl", samples.X_V2_FLAT)),
        (folder / "page.jsonl", folder / "flat.jsonl"),
    ):
        one, other = read(page), read(flat)
        assert_frame_equal(one.posts_table, other.posts_table)
        assert_frame_equal(one.accounts_table, other.accounts_table)
        assert one.posts_table["mentions"].list.len().sum() > 0


def test_profiles_make_the_accounts(write):
    for name in ("x-v2 page.jsonl", "x-v1 a.jsonl"):
        accounts = read(write(name, SAMPLES[name])).accounts_table
        assert accounts.select("account_id", "name", "followers").rows() == [("101", "ann", 1010), ("102", "ben", 1020)]
    assert read(write("m.json", samples.MASTODON)).accounts_table["description"].to_list() == ["x", "x"]


def test_html_of_mastodon_becomes_text(write):
    posts = read(write("m.json", samples.MASTODON)).posts_table
    assert posts["text"][:2].to_list() == ["see\nthis & that"] * 2
    assert posts["mentions"][2].to_list() == [ONE]


@pytest.mark.parametrize("quote", [{"state": "deleted", "quoted_status": None}, {"quoted_status_id": "9"}])
def test_a_quote_of_a_status_that_is_not_shown_is_a_quote(write, quote):
    status = {**json.loads(samples.MASTODON)[0], "quote": quote}
    posts = read(write("m.jsonl", samples.lines(status))).posts_table
    assert posts.select(IDS).rows() == [(ONE, "https://one.example/1", "quote", None, None)]


def test_the_export_of_a_whole_account_holds_its_chats_and_those_it_left(write):
    here, left = json.loads(samples.TELEGRAM), json.loads(samples.TELEGRAM.replace(b'"id": 77', b'"id": 78'))
    whole = {"about": "x", "chats": {"about": "x", "list": [here]}, "left_chats": {"list": [left]}}
    assert len(read(write("t.json", json.dumps(whole).encode()))) == 6


def test_what_is_marked_in_a_message_is_read(write):
    """Places count in units of UTF-16: the sign in front takes two."""
    entities = [{"_": "MessageEntityHashtag", "offset": 3, "length": 3},
                {"_type": "MessageEntityUrl", "offset": 7, "length": 5},
                {"_": "MessageEntityTextUrl", "offset": 13, "length": 3, "url": "https://b.org"},
                {"offset": 13, "length": 3, "user_id": 9}]  # fmt: skip
    message = {"_": "Message", "id": 2, "peer_id": {"channel_id": 77}, "date": NOON, "entities": entities,
               "message": "\U0001f600 #Hi a.org you"}  # fmt: skip
    posts = read(write("t.ndjson", samples.lines(message))).posts_table
    assert posts.select("hashtags", "urls", "mentions").row(0) == (["Hi"], ["a.org", "https://b.org"], ["user9"])


def test_a_forward_without_number_is_known_by_its_words(write):
    posts = read(write("t.json", samples.TELEGRAM)).posts_table
    other = read(write("u.json", samples.TELEGRAM.replace(b'"id": 77', b'"id": 78'))).posts_table
    assert posts["account_id"].to_list() == ["user101", "channel77", "user102"]
    assert posts["target_post_id"][1] == other["target_post_id"][1]
    assert posts["target_post_id"][1].startswith("forward/Elsewhere/")
    assert posts["urls"][0].to_list() == ["https://a.org/x,y"]


def test_escapes_of_telegram_desktop_are_read(write):
    broken = samples.TELEGRAM.replace(b'"text": "words"', rb'"text": "wo\x1Frds \\x41"')
    activity = read(write("t.json", broken))
    assert activity.posts_table["text"][1] == "wo\x1frds \\x41"
    assert activity.imported.repaired == {r"\xNN escapes read": 1}


def test_local_times_of_old_telegram_exports_need_a_zone(write):
    old = samples.TELEGRAM.replace(b'"date_unixtime"', b'"was"').replace(b'"user101"', b"101")
    with pytest.raises(InputError, match="state no zone"):
        read(write("t.json", old))
    posts = read(write("t.json", old), zone="Europe/Paris").posts_table
    assert posts["created_at"][0] == datetime.fromtimestamp(NOON, UTC)
    assert posts["account_id"][0] == "user101"


def test_a_deletion_on_bluesky_is_honoured(write):
    gone = samples.sky_event(ANA, 5, "post", "3one", operation="delete")
    like = samples.sky_event(ANA, 5, "like", "3x", {"subject": {"uri": SKY}})
    activity = read(write("b.jsonl", samples.BLUESKY + samples.lines(gone, like)))
    assert SKY not in activity.posts_table["post_id"]
    assert activity.imported.dropped == {
        "no post: app.bsky.feed.like event": 1,
        "taken back by its account": 1,
        "withdrawal of a post": 1,
    }


def test_a_back_dated_record_counts_when_the_server_saw_it(write):
    old = {**samples.SKY_REPOST, "createdAt": "2019-01-01T12:00:00Z"}
    activity = read(write("b.jsonl", samples.BLUESKY + samples.lines(samples.sky_event(ANA, 3, "repost", "3x", old))))
    assert activity.imported.first == TIMES[0]
    assert activity.imported.time_source == {"server": 4}
    assert activity.imported.clock_skew["rows above 60 s"] == 1


def test_an_imported_stream_keeps_the_stated_times(write):
    late = samples.BLUESKY.replace(b'"time_us": 15', b'"time_us": 16')  # three years on
    activity = read(write("b.jsonl", late))
    assert activity.posts_table["created_at"][0] == datetime.fromtimestamp(NOON, UTC) + timedelta(milliseconds=100)
    assert activity.imported.time_source == {"stated by the client": 3}


def test_the_csv_of_4cat_knows_retweets_by_name_and_text(write):
    posts = read(write("f.csv", samples.FOURCAT_CSV)).posts_table
    assert posts["target_account_id"].to_list() == [None, "101", None]
    assert posts["target_post_id"][1] == FIRST  # the post with these words is in the table
    gone = samples.FOURCAT_CSV.replace(b",see #This,", b",other words,", 1)
    assert read(write("g.csv", gone)).posts_table["target_post_id"][1].startswith("retweet/ann/")
    assert posts["hashtags"][0].to_list() == ["This", "That"]
    assert posts["urls"][0].to_list() == ["https://a.org/x,y", "https://b.org"]


def test_the_csv_of_4cat_counts_messages_of_telegram_within_their_chat(write):
    table = samples.table(
        "id thread_id chat author body reply_to timestamp unix_timestamp author_forwarded_from_name",
        *({"id": "1", "thread_id": chat, "chat": chat, "author": "7", "body": "x", "unix_timestamp": NOON}
          for chat in ("one", "two")),
        {"id": "2", "chat": "one", "author": "8", "body": "y", "unix_timestamp": NOON, "reply_to": "1"},
        {"id": "3", "chat": "one", "author": "8", "body": "z", "unix_timestamp": NOON,
         "author_forwarded_from_name": "Elsewhere"},
    )  # fmt: skip
    posts = read(write("t.csv", table)).posts_table
    assert posts["post_id"].to_list() == ["one/1", "two/1", "one/2", "one/3"]
    assert posts["action"].to_list() == ["post", "post", "reply", "retweet"]
    assert posts.select("target_post_id", "target_account_id").row(2) == ("one/1", "7")
    assert posts["target_post_id"][3].startswith("forward/Elsewhere/")
    assert posts["target_account_id"][3] is None


def test_the_csv_of_4cat_names_posts_of_bluesky_by_link(write):
    three = f"at://{BOB}/app.bsky.feed.post/3three"
    link = "https://bsky.app/profile/{}/post/3one".format
    at = "2020-01-01T12:00:0{}+00:00".format
    table = samples.table(
        "id thread_id created_at author author_id body timestamp quoted_post replied_to_post replied_to_user",
        {"id": SKY, "author": "ana.example", "author_id": ANA, "body": "x", "created_at": at(0)},
        {"id": three, "author": "bob.example", "author_id": BOB, "body": "y", "created_at": at(1),
         "replied_to_post": link("ana.example"), "replied_to_user": "ana.example"},
        {"id": three + "4", "author": "bob.example", "author_id": BOB, "body": "y", "created_at": at(2),
         "quoted_post": link(ANA)},
        {"id": three + "5", "author": "bob.example", "author_id": BOB, "body": "y", "created_at": at(3),
         "quoted_post": "DELETED"},
    )  # fmt: skip
    posts = read(write("b.csv", table)).posts_table
    assert posts["action"].to_list() == ["post", "reply", "quote", "quote"]
    assert posts["target_post_id"].to_list() == [None, SKY, SKY, None]
    assert posts["target_account_id"].to_list() == [None, ANA, ANA, None]


def test_captures_of_x_are_read_whatever_their_year(write):
    old = {"type": "adaptive", "user": {"id_str": "101", "screen_name": "ann"},
           "legacy": {**samples.captured(FIRST, 0, "see", "101", "ann")["legacy"], "id_str": FIRST}}  # fmt: skip
    gone = samples.captured(SECOND, 1, "RT @ann: see", "102", "ben",
                            retweeted_status_result={"result": {"tombstone": {}}})  # fmt: skip
    activity = read(write("f.ndjson", samples.lines(old, gone)))
    assert activity.posts_table.select(IDS).rows() == [X[0], ("102", SECOND, "retweet", None, None)]
    assert activity.accounts_table["name"].to_list() == ["ann", "ben"]


def test_the_qut_table_is_known_by_order(write):
    renamed = samples.QUT.replace(b"message_id,user_id,username", b"a,b,c", 1)
    posts = read(write("q.csv", renamed), format="qut").posts_table
    assert posts.select(IDS).rows() == EXPECTED["qut a.csv"]
    assert posts["urls"].to_list() == [["https://a.org/x,y", "http://b.org"], ["https://a.org/x,y"], None]
    with pytest.raises(InputError, match="has 8 columns"):
        read(write("r.csv", b"a,b\n1,2\n"), format="qut")


def test_columns_do_not_apply_to_records(write):
    with pytest.raises(SettingsError, match="read by its own names"):
        read(write("x.jsonl", samples.X_V2_FLAT), columns={"account_id": "author_id"})


# ---- several platforms


def test_ids_carry_their_platform_where_there_are_several(write):
    x, sky = write("x.jsonl", samples.X_V2_PAGE), write("b.jsonl", samples.BLUESKY)
    both = read([x, sky])
    assert both.imported.format.startswith("x-v2 + bluesky:")
    assert set(both.account_ids) == {"x:101", "x:102", f"bluesky:{ANA}", f"bluesky:{BOB}"}
    assert set(both.posts_table["target_post_id"].drop_nulls()) == {f"x:{FIRST}", f"bluesky:{SKY}"}
    assert both.accounts_table["account_id"].to_list() == ["x:101", "x:102"]
    assert both.posts_table["hashtags"].drop_nulls().explode().unique().to_list() == ["This"]
    assert_frame_equal(read([sky, x]).posts_table, both.posts_table)


def test_formats_of_one_platform_share_their_ids(write):
    both = read([write("x.jsonl", samples.X_V2_PAGE), write("y.jsonl", samples.X_V1)])
    assert both.imported.dropped == {"conflicting duplicate": 2, "duplicate": 1}
    assert set(both.account_ids) == {"101", "102"}


def test_one_file_may_hold_several_formats(write):
    mixed = read(write("m.jsonl", samples.BLUESKY + samples.X_V2_FLAT + samples.TELETHON))
    assert len(mixed) == 9
    assert set(mixed.account_ids) >= {"x:101", f"bluesky:{ANA}", "telegram:user101"}
    x = mixed.posts_table.filter(pl.col("account_id").str.starts_with("x:"))
    assert x["created_at"].to_list() == TIMES


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
