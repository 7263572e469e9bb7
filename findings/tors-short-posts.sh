#!/bin/sh
# tors 0.16.0: dedup_near_dup() keeps one of 50 different links, and by its other methods one of all posts of two words.
#
# Guess: texts that have nothing but a beginning in common are no near-duplicates at the default threshold of 0.9; what
# is said of texts without any word ("empty, whitespace-only") holds for those only.
# Seen: by "simhash", the default, 50 posts with a link each to another page are one post, three different videos are
# one video, and of 50 numbered reasons two are left. Each piece votes, signs too: in a link the slash votes three times
# and the id once; and hashes of short pieces such as "17" and "18" differ in few bits. "shingle" and "minhash" keep all
# of these apart, but a text below three words has no shingle, and all texts without one are equal: "vote Sunday", "good
# morning" and "thank you" are one post. Drop links before, and compare short posts whole.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tors==0.16.0 >/dev/null 2>&1
"$folder/venv/bin/python" - <<'PY'
import tors

posts = {
    "links": [f"https://news.example/{page}" for page in range(50)],
    "videos": [f"https://youtu.be/{video}" for video in ("aB3dE5fG7hI", "zZ9yY8xX7wW", "kL1mN2oP3qR")],
    "reasons": [f"reason {number}: they lie to us about the harbour" for number in range(50)],
    "two words": ["good morning", "vote Sunday", "thank you", "harbour open", "buy now"],
    "three words": ["good morning everybody", "vote this Sunday", "thank you all", "harbour open now", "buy it now"],
}
kept = {name: {method: len(tors.dedup_near_dup(texts, method=method)["kept"])
               for method in ("simhash", "shingle", "minhash")} for name, texts in posts.items()}
assert tors.dedup_near_dup(posts["links"])["kept"] == [0]
for name, counts in kept.items():
    print(f"tors 0.16.0: of {len(posts[name])} {name} are kept {counts}")
assert kept["links"] == {"simhash": 1, "shingle": 50, "minhash": 50}
assert kept["videos"] == {"simhash": 1, "shingle": 3, "minhash": 3}
assert kept["reasons"]["simhash"] < 5 and kept["reasons"]["shingle"] == kept["reasons"]["minhash"] == 50
assert kept["two words"] == {"simhash": 5, "shingle": 1, "minhash": 1}
assert set(kept["three words"].values()) == {5}
PY
