#!/bin/sh
# bluesky-search 0.1.7 writes a repost as a post of the original's author at the original's time: the reposter is lost.
#
# Guess: the row of a repost names who reposted (the account that was asked for) and when (indexedAt of the reason).
# Seen: two accounts repost one post, hours and days after it. The CSV has two equal rows with post_type "repost" whose
# user_handle, author_handle, author_did, uri and created_at are all those of the original; its author seems to have
# reposted itself twice in the same instant. Who amplifies whom cannot be had from such a file, duplicates are what is
# left of it, and a reader that drops equal rows drops these. Take the feed itself (reason.by, reason.indexedAt).
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q bluesky-search==0.1.7 atproto==0.0.73 polars==2.1.0 >/dev/null 2>&1
cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PY'
import csv
from types import SimpleNamespace

from atproto import models
from bluesky_search.fetcher import BlueskyPostsFetcher

CID = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"


def profile(name):
    return {"$type": "app.bsky.actor.defs#profileViewBasic", "did": f"did:plc:{name:a<24}", "handle": f"{name}.example"}


original = {
    "uri": f"at://{profile('zoe')['did']}/app.bsky.feed.post/3kaaaaaaaaa2a", "cid": CID, "author": profile("zoe"),
    "indexedAt": "2024-01-01T08:00:00.000Z",
    "record": {"$type": "app.bsky.feed.post", "text": "the harbour is open", "createdAt": "2024-01-01T08:00:00.000Z"},
}
reposts = {"ann.example": ("ann", "2024-01-01T11:30:00.000Z"), "ben.example": ("ben", "2024-01-05T20:10:00.000Z")}


def answer_feed(actor, **_):
    name, time = reposts[actor]
    reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": profile(name), "indexedAt": time}
    page = {"feed": [{"post": original, "reason": reason}]}
    return models.get_or_create(page, models.AppBskyFeedGetAuthorFeed.Response)


fetcher = BlueskyPostsFetcher()
fetcher.client = SimpleNamespace(get_author_feed=answer_feed, get_profile=lambda actor: {"handle": actor}, app=None)
bsky = SimpleNamespace(get_profile=lambda asked: SimpleNamespace(did=profile(reposts[asked["actor"]][0])["did"]))
fetcher.client.app = SimpleNamespace(bsky=SimpleNamespace(actor=bsky))
fetcher.export_to_csv([row for handle in reposts for row in fetcher.get_user_posts(handle, 10)], "posts.csv")
with open("data/posts.csv", newline="") as file:
    rows = list(csv.DictReader(file))
for row in rows:
    print({name: row[name] for name in ("post_type", "user_handle", "author_handle", "created_at", "uri")})
assert len(rows) == 2 and rows[0] == rows[1] and rows[0]["post_type"] == "repost"
assert rows[0]["user_handle"] == rows[0]["author_handle"] == "zoe.example"
assert rows[0]["created_at"] == "2024-01-01T08:00:00.000Z" and "ann" not in str(rows) and "ben" not in str(rows)
PY
