"""Write the fixtures of this folder: made-up records, run through the exporting tools' own converters.

    pip install Telethon==1.45.0 Mastodon.py==2.3.3 twarc==2.14.0 twarc-csv==0.7.2 twscrape==0.20.1
    pip install ural==1.6.2 "pandas<3"
    git clone https://github.com/digitalmethodsinitiative/4cat FOURCAT   # 1.56, commit 227bead
    python tests/sources/exported/make.py FOURCAT

Every name, id and text is invented. What each file must read to stands in ``test_exported.py``.
"""

from __future__ import annotations

import csv
import importlib
import json
import sys
import types
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import MagicMock

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2]))

from tests.sources.same_posts import NAMES, POSTS, capture, status, v2, x_v2_page  # noqa: E402


def write(name, text):
    (HERE / name).write_text(text, encoding="utf-8")


def write_lines(name, records):
    write(name, "".join(json.dumps(record, default=str) + "\n" for record in records))


def write_table(name, rows):
    with (HERE / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


# ---- Telethon


def telethon_messages():
    from telethon.tl import types as tl

    def message(number, chat, text, **more):
        tags = [tl.MessageEntityHashtag(text.index("#"), 8)] if "#" in text else []
        return tl.Message(number, tl.PeerChannel(chat), datetime(2023, 5, 1, 10, number, tzinfo=UTC), text, post=True,
                          entities=tags, **more)  # fmt: skip

    header = tl.MessageFwdHeader(datetime(2023, 5, 1, 10, 1, tzinfo=UTC), from_id=tl.PeerChannel(1001), channel_post=1)
    answer = tl.MessageReplyHeader(reply_to_msg_id=1)
    yield message(1, 1001, "see #harbour")
    yield message(2, 1002, "see #harbour", fwd_from=header)
    yield message(3, 1001, "well", reply_to=answer)
    yield tl.MessageService(4, tl.PeerChannel(1001), datetime(2023, 5, 1, 11, tzinfo=UTC), tl.MessageActionPinMessage())


def telethon():
    write("telethon.jsonl", "".join(message.to_json() + "\n" for message in telethon_messages()))


# ---- Mastodon.py


def mastodon_py():
    from mastodon.return_types import Status
    from mastodon.types_base import try_cast_recurse

    write_lines("mastodon_py.jsonl", (try_cast_recurse(Status, status(post)) for post in POSTS))


# ---- twarc-csv, twscrape


def twarc_csv():
    from dataframe_converter import DataFrameConverter

    frame = DataFrameConverter().process([json.loads(x_v2_page())])
    frame.to_csv(HERE / "twarc_csv.csv", index=False)


def twscrape():
    from twscrape.models import Tweet

    users = {number: {"id_str": number, "id": int(number), "screen_name": name, "name": name, "description": "",
                      "created_at": "Sun Jan 01 00:00:00 +0000 2012", "followers_count": 1, "friends_count": 1,
                      "statuses_count": 1, "favourites_count": 0, "listed_count": 0, "media_count": 0, "location": "",
                      "profile_image_url_https": ""} for number, name in NAMES.items()}  # fmt: skip
    tweets = {}
    for post in POSTS:
        counts = dict.fromkeys(("reply_count", "quote_count", "retweet_count", "favorite_count", "bookmark_count"), 0)
        legacy = {**capture(post)["legacy"], "lang": "en", "source": "<a>web</a>", **counts}
        links = [{"expanded_url": url, "url": "https://t.co/x", "display_url": "a"} for url in post.links]
        legacy["entities"]["urls"] = links
        legacy["entities"] |= {"symbols": [], "user_mentions": []}
        if post.action == "retweet":
            legacy |= {"retweeted_status_id_str": post.target.id, "full_text": f"RT @fern: {post.text}"}
        tweets[post.id] = legacy
    world = {"tweets": tweets, "users": users}
    write("twscrape.jsonl", "".join(Tweet.parse(tweet, world).json() + "\n" for tweet in tweets.values()))


# ---- 4CAT: its classes need a server, their maps do not


def fourcat_source(root, module, name):
    for stub in ("backend", "backend.lib", "backend.lib.search", "common.lib.helpers", "common.lib.exceptions",
                 "common.lib.user_input", "atproto", "atproto_client", "atproto_client.exceptions",
                 "common.config_manager", "dateutil"):  # fmt: skip
        sys.modules.setdefault(stub, MagicMock())
    sys.modules["backend.lib.search"] = types.SimpleNamespace(Search=object)
    helpers = sys.modules["common.lib.helpers"]
    helpers.normalize_url_encoding, helpers.strip_tags = str, lambda text: text.split(">")[-2].split("<")[0]
    if root not in sys.path:
        sys.path.append(root)
    return getattr(importlib.import_module(f"datasources.{module}"), name)


def rows_of(items):
    return [item.get_item_data(safe=True) for item in items]


def fourcat_x(root):
    source = fourcat_source(root, "twitter-import.search_twitter", "SearchTwitterViaZeeschuimer")
    counts = dict.fromkeys(("retweet_count", "reply_count", "favorite_count", "quote_count"), 0)

    def whole(record):
        user = record["core"]["user_results"]["result"]
        user["core"]["name"], user["legacy"] = "n", {"profile_image_url_https": ""}
        record["source"] = "<a>web</a>"
        record["legacy"] |= counts
        for name in ("hashtags", "urls"):
            record["legacy"]["entities"].setdefault(name, [])
        for url in record["legacy"]["entities"]["urls"]:
            url["display_url"] = "a"
        for inside in (record["legacy"].get("retweeted_status_result"), record.get("quoted_status_result")):
            if inside:
                whole(inside["result"])
        return {**record, "id": record["rest_id"]}

    records = [whole(capture(post)) for post in POSTS]
    for record, post in zip(records, POSTS, strict=True):
        if post.action == "reply":
            record["legacy"] |= {"in_reply_to_screen_name": "fern"}
        elif post.action != "post" or post is not POSTS[0]:
            record["legacy"]["conversation_id_str"] = post.id
    write_table("fourcat_x.csv", rows_of(map(source.map_item, records)))


def fourcat_x_v2(root):
    source = fourcat_source(root, "twitterv2.search_twitter", "SearchWithTwitterAPIv2")

    def enriched(record, post):
        user = {"username": NAMES[post.account], "name": "n", "public_metrics": {"followers_count": 1}}
        record |= {"author_user": user, "created_at": record["created_at"], "conversation_id": post.id}
        for reference in record.get("referenced_tweets", ()):
            for url in reference.get("entities", {}).get("urls", ()):
                url["display_url"] = "a"
            reference["author_user"] = {"username": NAMES[post.target.account]}
        if post.action == "reply":
            record["in_reply_to_user"] = {"username": NAMES[post.target.account]}
        return record

    write_table("fourcat_x_v2.csv", rows_of(source.map_item(enriched(v2(post, flat=True), post)) for post in POSTS))


def fourcat_telegram(root):
    source = fourcat_source(root, "telegram.search_telegram", "SearchTelegram")
    chats = {1001: "redkite", 1002: "bluefox"}
    records = []
    for message in telethon_messages():
        if type(message).__name__ != "Message":
            continue
        number = message.peer_id.channel_id
        type(message).text = ""
        chat = {"id": number, "username": chats[number], "title": chats[number], "_type": "Channel"}
        record = source.serialize_obj(message)
        records.append({**record, "_chat": chat, "_sender": chat, "_chat_peer": record["peer_id"]})
    write_lines("fourcat_telegram.ndjson", records)
    write_table("fourcat_telegram.csv", rows_of(map(source.map_item, records)))


def fourcat_truth(root):
    source = fourcat_source(root, "truth.search_truth", "SearchGab")

    def truth(post):
        record = status(post)
        account = record["account"] | {"username": NAMES[post.account], "display_name": "n", "avatar": "",
                                       "verified": False, "followers_count": 1, "following_count": 1}  # fmt: skip
        return record | {"account": account, "created_at": f"{post.time}.000Z", "mentions": [{"username": "moss"}]}

    write_table("fourcat_truth.csv", rows_of(source.map_item(truth(post)) for post in POSTS if post.action == "post"))


if __name__ == "__main__":
    telethon()
    mastodon_py()
    twarc_csv()
    twscrape()
    for make in (fourcat_x, fourcat_x_v2, fourcat_telegram, fourcat_truth):
        make(sys.argv[1])
