#!/usr/bin/env bash
# twscrape 0.20.1: a long post of X has its whole text and links, but only the hashtags and mentions of its beginning.
#
# Expected: hashtags and mentionedUsers are those of rawContent, as in any post of up to 280 characters.
# Seen: X gives long posts twice, cut with their entities and whole ("note_tweet") with theirs. twscrape takes text and
# links from the whole, hashtags and mentions from the cut one. Hashtags are mostly written last: of #harbour and #ferry
# at the end of 330 characters the list has none. Who joins accounts by these lists sees no co-hashtag among long posts,
# and with the same hashtags in short posts sees some; the text in the same record shows them.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q twscrape==0.20.1 >/dev/null 2>&1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import re

from twscrape.models import parse_tweets

COUNTS = ("followers_count", "friends_count", "statuses_count", "favourites_count", "listed_count", "media_count")


def find_tags(text):
    return [{"text": found[1], "indices": list(found.span())} for found in re.finditer(r"#(\w+)", text)]


def find_people(text):
    people = ({"screen_name": found[1], "name": found[1], "id_str": "12"} for found in re.finditer(r"@(\w+)", text))
    return [{**person, "indices": [0, 1]} for person in people]


def parse(text):
    """Hand a post to twscrape as X answers: cut after 275 characters where it is long."""
    core = {"screen_name": "ann", "name": "Ann", "created_at": "Mon May 06 12:00:00 +0000 2013"}
    texts = {"description": "", "location": "", "profile_image_url_https": ""}
    author = {"__typename": "User", "rest_id": "11", "core": core, "legacy": {**dict.fromkeys(COUNTS, 1), **texts}}
    cut = text if len(text) <= 280 else text[:275] + "…"
    entities = {"hashtags": find_tags(cut), "user_mentions": find_people(cut), "urls": [], "symbols": []}
    legacy = {
        "id_str": "1790000000000000001",
        "user_id_str": "11",
        "created_at": "Mon May 13 12:00:00 +0000 2024",
        "full_text": cut,
        "lang": "en",
        "conversation_id_str": "1790000000000000001",
        "entities": entities,
        **dict.fromkeys(("reply_count", "retweet_count", "favorite_count", "quote_count"), 0),
    }
    post = {
        "__typename": "Tweet",
        "rest_id": legacy["id_str"],
        "core": {"user_results": {"result": author}},
        "legacy": legacy,
    }
    if cut != text:
        link = {"url": "https://t.co/a", "expanded_url": "https://a.example/1", "display_url": "a.example/1"}
        whole = {"hashtags": find_tags(text), "user_mentions": find_people(text), "urls": [link], "symbols": []}
        post["note_tweet"] = {"note_tweet_results": {"result": {"id": "n", "text": text, "entity_set": whole}}}
    (parsed,) = parse_tweets({"data": {"tweetResult": {"result": post}}})
    return parsed


end = "#harbour #ferry @zoe"
short, long = parse("The harbour is ours. " + end), parse("The harbour is ours, whatever they say in town. " * 6 + end)
for post in (short, long):
    print(
        f"twscrape 0.20.1, {len(post.rawContent)} characters that end with {post.rawContent[-20:]!r}:",
        f"hashtags {post.hashtags},",
        f"{len(post.mentionedUsers)} mentions, links {[link.url for link in post.links]}",
    )
assert short.hashtags == ["harbour", "ferry"] and len(short.mentionedUsers) == 1
assert long.rawContent.endswith(end) and long.links and long.hashtags == [] and long.mentionedUsers == []
PY
