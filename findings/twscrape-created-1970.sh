#!/usr/bin/env bash
# twscrape 0.20.1: accounts whose creation time X did not send were all created on 1970-01-01.
#
# Expected: created is None, as protected, verified and blue are where X does not send them.
# Seen: 1970-01-01 00:00:00 UTC, and so in the JSON that twscrape prints, with nothing that tells it from a real time.
# "Made on the same day" is a sign of a batch of accounts and the first thing to look at; all accounts without a time
# share that day, to the second, and their age of 50 years makes means of ages worthless. X began in 2006: treat earlier
# times as unknown.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q twscrape==0.20.1 >/dev/null 2>&1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import json

from twscrape.models import parse_users

COUNTS = ("followers_count", "friends_count", "statuses_count", "favourites_count", "listed_count", "media_count")


def make_user(number, **core):
    legacy = {**dict.fromkeys(COUNTS, 1), "description": "", "location": "", "profile_image_url_https": ""}
    core = {"screen_name": f"user{number}", "name": f"User {number}", **core}
    return {"__typename": "User", "rest_id": str(number), "core": core, "legacy": legacy}


users = [make_user(1, created_at="Mon May 06 12:00:00 +0000 2013"), make_user(2), make_user(3)]
created = {user.username: json.loads(user.json()) for user in parse_users({"data": {"users": users}})}
print("twscrape 0.20.1:", {name: (user["created"], user["protected"]) for name, user in created.items()})
assert created["user1"]["created"].startswith("2013-05-06")
assert all(created[name]["created"] == "1970-01-01 00:00:00+00:00" for name in ("user2", "user3"))
assert created["user2"]["protected"] is None
PY
