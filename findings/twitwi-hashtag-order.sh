#!/bin/sh
# twitwi 0.25.1 (the normaliser of minet and gazouilloire) sorts the hashtags, mentions and links of a post.
#
# Guess: the lists keep the order in which the post has them, as the X interface and Bluesky's records give them.
# Seen: #zebra #harbour #ahead comes out as ahead, harbour, zebra; mentions and links are sorted too, each named once.
# Posts with the same hashtags in another order become equal: "the same sequence of five hashtags", a published sign of
# coordination, is then the same SET, which any community of a topic shares. The order is left in the text only.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q twitwi==0.25.1 ural==1.6.2 >/dev/null 2>&1
"$folder/venv/bin/python" - <<'PY'
from twitwi import normalize_tweet

user = {"id_str": "701", "screen_name": "ann", "name": "Ann", "location": "", "description": "", "url": None,
        "verified": False, "protected": False, "followers_count": 1, "friends_count": 1, "listed_count": 0,
        "statuses_count": 1, "favourites_count": 0, "created_at": "Thu Jan 01 00:00:00 +0000 2015",
        "profile_image_url_https": "https://example.org/a.png"}


def normalize(tags, names):
    post = {"id_str": "1344801000000000001", "created_at": "Fri Jan 01 00:00:00 +0000 2021", "lang": "en", "user": user,
            "full_text": " ".join([*(f"#{tag}" for tag in tags), *(f"@{name}" for name in names)]),
            "source": '<a href="https://example.org" rel="nofollow">web</a>', "retweet_count": 0, "favorite_count": 0,
            "in_reply_to_status_id_str": None, "in_reply_to_screen_name": None, "in_reply_to_user_id_str": None,
            "is_quote_status": False, "entities": {
                "hashtags": [{"text": tag} for tag in tags], "urls": [],
                "user_mentions": [{"screen_name": name, "id_str": name} for name in names]}}
    made = normalize_tweet(post)
    return made["hashtags"], made["mentioned_names"]


one = normalize(["zebra", "harbour", "ahead"], ["zoe", "ben"])
two = normalize(["harbour", "ahead", "zebra"], ["ben", "zoe"])
print(f"twitwi 0.25.1: {one} and {two}")
assert one == two == (["ahead", "harbour", "zebra"], ["ben", "zoe"])
PY
