"""The CSV of 4CAT."""

from __future__ import annotations

from tests.sources import samples
from tests.sources.samples import ANA, BOB, FIRST, NOON, SKY, read


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
