#!/usr/bin/env bash
# twscrape 0.20.1: a post is left out if its retweet is on the same page, and quoted posts come in unasked.
#
# Expected: a page of a search with three entries, a retweet by ann of ben's post, that post itself, and cat's quote of
# a post of dan, gives these three posts; what is retweeted or quoted is nested in them.
# Seen: the retweet, the quote and DAN'S post, which the search did not find, maybe years old. Ben's post is missing,
# since posts that a retweet on the page repeats are left out, whether or not they are entries themselves. Whether an
# original is collected so depends on who retweets it within the same twenty results: the most amplified authors lose
# posts, and accounts that never used the search term appear. Take authors of originals from retweetedTweet, and drop
# posts that do not match the search.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q twscrape==0.20.1 >/dev/null 2>&1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from twscrape.models import parse_tweets

COUNTS = ("followers_count", "friends_count", "statuses_count", "favourites_count", "listed_count", "media_count")
TALLIES = ("reply_count", "retweet_count", "favorite_count", "quote_count")
IDS = {"ann": "11", "ben": "12", "cat": "13", "dan": "14"}


def make_post(number, who, text, **nested):
    """Return a post as it is in an answer of X; `nested` is what it retweets or quotes."""
    core = {"screen_name": who, "name": who, "created_at": "Mon May 06 12:00:00 +0000 2013"}
    texts = {"description": "", "location": "", "profile_image_url_https": ""}
    author = {"__typename": "User", "rest_id": IDS[who], "core": core, "legacy": {**dict.fromkeys(COUNTS, 1), **texts}}
    legacy = {
        "id_str": number,
        "user_id_str": IDS[who],
        "created_at": "Mon May 13 12:00:00 +0000 2024",
        "full_text": text,
        "lang": "en",
        "conversation_id_str": number,
        "entities": {},
        **dict.fromkeys(TALLIES, 0),
    }
    post = {"__typename": "Tweet", "rest_id": number, "core": {"user_results": {"result": author}}, "legacy": legacy}
    if "retweets" in nested:
        legacy["retweeted_status_result"] = {"result": nested["retweets"]}
    if "quotes" in nested:
        legacy["quoted_status_id_str"] = nested["quotes"]["rest_id"]
        post["quoted_status_result"] = {"result": nested["quotes"]}
    return post


def make_page(*posts):
    entries = [{"content": {"itemContent": {"tweet_results": {"result": post}}}} for post in posts]
    return {
        "data": {"search_by_raw_query": {"search_timeline": {"timeline": {"instructions": [{"entries": entries}]}}}}
    }


original = make_post("1790000000000000001", "ben", "the #harbour is open")
retweet = make_post("1790000000000000002", "ann", "RT @ben: the #harbour is open", retweets=original)
quote = make_post(
    "1790000000000000003", "cat", "as the #harbour was", quotes=make_post("1500000000000000004", "dan", "old news")
)
together = [(post.user.username, post.rawContent) for post in parse_tweets(make_page(retweet, original, quote))]
alone = [(post.user.username, post.rawContent) for post in parse_tweets(make_page(original))]
print(f"twscrape 0.20.1: one page {together}; the original on a page of its own {alone}")
assert sorted(who for who, _ in together) == ["ann", "cat", "dan"] and alone == [("ben", "the #harbour is open")]
PY
