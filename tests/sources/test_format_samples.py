"""Public samples, row by row against a reading of the raw JSON that shares no code with ours."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest

import cib

KINDS = {"retweeted": "retweet", "quoted": "quote", "replied_to": "reply"}


@pytest.fixture(scope="module")
def samples(shared):
    return shared / "format_samples"


def records(path):
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def posts_of_v2(path):
    """Every post of pages, streams and flattened lines, with the posts and accounts that it may refer to."""
    for record in records(path):
        if "data" not in record:
            yield record, {}, {}
            continue
        data = record["data"] if isinstance(record["data"], list) else [record["data"]]
        includes = record.get("includes", {})
        known = {post["id"]: post for post in data + includes.get("tweets", [])}
        users = {user["username"].lower(): user["id"] for user in includes.get("users", [])}
        for post in data:
            yield post, known, users


def link_of(url):
    link = url.get("unwound_url") or url.get("expanded_url") or url["url"]
    return re.sub(r"(/status/\d+)/(photo|video)/\d+$", r"\1", link)


def said_of_v2(post, known, users):
    references = {one["type"]: one for one in post.get("referenced_tweets", [])}
    kind = next((kind for kind in KINDS if kind in references), None)
    target = references.get(kind, {})
    original = known.get(target.get("id"), target)
    whole = original if kind == "retweeted" and "text" in original else post
    entities = {**whole.get("entities", {}), **whole.get("note_tweet", {}).get("entities", {})}
    named = [one.get("id") or users.get(one["username"].lower()) for one in entities.get("mentions", [])]
    links = [url for url in entities.get("urls", []) if "media_key" not in url]
    links = [url for url in links if not url.get("display_url", "").startswith("pic.")]
    author = original.get("author_id") or (post.get("in_reply_to_user_id") if kind in (None, "replied_to") else None)
    action = KINDS.get(kind, "reply" if author else "post")
    return {
        "account_id": post["author_id"],
        "action": action,
        "target_post_id": target.get("id"),
        "hashtags": [tag["tag"] for tag in entities.get("hashtags", [])],
        "urls": set(map(link_of, links)),
        "mentions": set(filter(None, named)),
        "target_account_id": author,
    }, named.count(None)


@pytest.mark.parametrize(
    "name", ["page", "flat", "stream_truncated_line", "edited_before", "edited_after", "quoted_reply", "geo"]
)
def test_every_post_of_the_api_v2_says_what_its_json_says(samples, name):
    path = samples / "twarc2" / f"{name}.jsonl"
    activity = cib.read(path, progress=False)
    read = {row["post_id"]: row for row in activity.posts_table.iter_rows(named=True)}
    authors = {row["post_id"]: row["account_id"] for row in read.values()}
    expected, unknown = {}, 0
    for post, known, users in posts_of_v2(path):
        told, unnamed = said_of_v2(post, known, users)
        told["target_account_id"] = told["target_account_id"] or authors.get(told["target_post_id"])
        expected[post["id"]], unknown = told, unknown + unnamed
    assert read.keys() == expected.keys()
    for number, told in expected.items():
        row = read[number]
        got = {name: row[name] for name in told} | {name: set(row[name] or ()) for name in ("urls", "mentions")}
        assert got == told
    counted = [note for note in activity.imported.notes if "mentions without the id" in note]
    assert [int(note.split()[0]) for note in counted] == ([unknown] if unknown else [])


@pytest.mark.parametrize("name", ["events", "kinds"])
def test_every_event_of_jetstream_is_a_row_or_counted(samples, name):
    path = samples / "jetstream" / f"{name}.jsonl"
    activity = cib.read(path, progress=False)
    report = activity.imported
    raw = records(path)
    assert report.rows_read == len(raw)
    commits = [event for event in raw if event.get("kind") == "commit"]
    made = [event for event in commits if event["commit"]["operation"] == "create"]
    feed = {f"at://{e['did']}/{e['commit']['collection']}/{e['commit']['rkey']}": e["commit"]["record"] for e in made
            if e["commit"]["collection"] in ("app.bsky.feed.post", "app.bsky.feed.repost")}  # fmt: skip
    gone = {f"at://{e['did']}/{e['commit']['collection']}/{e['commit']['rkey']}" for e in commits
            if e["commit"]["operation"] == "delete"}  # fmt: skip
    read = {row["post_id"]: row for row in activity.posts_table.iter_rows(named=True)}
    assert read.keys() == feed.keys() - gone
    for uri, row in read.items():
        record = feed[uri]
        features = [one for facet in record.get("facets") or [] for one in facet["features"]]
        assert set(row["hashtags"] or ()) == {f["tag"] for f in features if "tag" in f} | set(record.get("tags") or ())
        assert {f["uri"] for f in features if "uri" in f} <= set(row["urls"] or ())
        assert set(row["mentions"] or ()) == {f["did"] for f in features if "did" in f}
        answered = record.get("reply", {}).get("parent", {}).get("uri")
        target = record["subject"]["uri"] if "subject" in record else answered
        assert row["action"] == "quote" or row["target_post_id"] == target


def stated(post, name):
    number = post.get(f"{name}_str") or post.get(name)
    return str(number) if number else None


def test_every_post_of_the_api_v1_is_a_row(samples):
    path = samples / "bloc" / "v1_tweets.jsonl"
    read = {row["post_id"]: row for row in cib.read(path, progress=False).posts_table.iter_rows(named=True)}
    raw = {str(post.get("id_str") or post["id"]): post for post in records(path)}
    assert read.keys() == raw.keys()
    for number, post in raw.items():
        row, entities = read[number], post.get("entities", {})
        assert row["account_id"] == str(post["user"].get("id_str") or post["user"]["id"])
        assert row["target_post_id"] == (stated(post, "quoted_status_id") or stated(post, "in_reply_to_status_id"))
        assert row["hashtags"] == [tag["text"] for tag in entities.get("hashtags", [])]
        assert len(row["mentions"]) == len(entities.get("user_mentions", []))
        assert len(row["urls"]) == len({url["expanded_url"] for url in entities.get("urls", [])})
        when = datetime.strptime(post["created_at"], "%a %b %d %H:%M:%S %z %Y")
        assert abs((row["created_at"] - when).total_seconds()) < 1


def test_tables_keep_every_row(samples):
    folder = samples / "cib_mango_tree"
    columns = {"account_id": "Unique UserID", "created_at": "Timestamp", "text": "Post Content"}
    tags = cib.read(folder / "hashtag_input.csv", columns=columns, zone="UTC", progress=False)
    assert (tags.imported.dropped, len(tags)) == ({}, 100)
    assert len(cib.read(folder / "messages.csv", progress=False)) == 3
