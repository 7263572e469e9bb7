#!/bin/sh
# twitterbloc 1.2.1 (BLOC) drops every pause between posts of an account whose posts come oldest first.
#
# Guess: behaviour strings are a property of the account, so add_bloc_sequences sorts by time, or refuses the order.
# Seen: it turns the list round, since the timeline interface answers newest first. Posts that are already in order of
# time, as archives and collected tables have them, run backwards: all delays are negative, count as "below a minute",
# and the string T-hour-T-hour-T-day-rr becomes rrTTT. Similarities are computed from such strings: accounts of two
# sources, or of one source sorted once, are unlike for no reason, and slow accounts look like fast ones. Pass
# tweet_order="sorted", which gives the right string for any order.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q twitterbloc==1.2.1 >/dev/null 2>&1
TZ=UTC "$folder/venv/bin/python" -W ignore - <<'PY'
from copy import deepcopy
from datetime import datetime, timedelta, timezone

from bloc.generator import add_bloc_sequences
from bloc.util import get_default_symbols

user, nothing = {"id": 1, "screen_name": "ann"}, {"hashtags": [], "urls": [], "user_mentions": [], "symbols": []}
posts = []
for number, (hours, is_retweet) in enumerate([(0, 0), (0.5, 0), (5, 0), (30, 1), (30.01, 1)]):
    time = datetime(2021, 3, 1, tzinfo=timezone.utc) + timedelta(hours=hours)
    post = {"id": 1366000000000000000 + number, "created_at": time.strftime("%a %b %d %H:%M:%S +0000 %Y"), "user": user,
            "full_text": "hello", "entities": nothing, "in_reply_to_status_id": None, "in_reply_to_user_id": None}
    if is_retweet:
        original = {"id": 5, "user": {"id": 2, "screen_name": "ben"}, "full_text": "hello", "entities": nothing}
        post["retweeted_status"] = {**original, "created_at": post["created_at"]}
    posts.append(post)


def describe(rows, **settings):
    made = add_bloc_sequences(deepcopy(rows), all_bloc_symbols=get_default_symbols(), bloc_alphabets=["action"], **settings)
    return made["bloc"]["action"].strip()


newest_first, oldest_first = describe(posts[::-1]), describe(posts)
print(f"twitterbloc 1.2.1: newest first {newest_first}, oldest first {oldest_first}")
assert newest_first == "T\u2680T\u2681T\u2682rr" and oldest_first == "rrTTT"
assert describe(posts, tweet_order="sorted") == describe(posts[::-1], tweet_order="sorted") == newest_first
PY
