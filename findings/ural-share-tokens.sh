#!/bin/sh
# ural 1.6.2 keeps the token of the sharer in youtu.be links, and fingerprint_url makes two videos one.
#
# Guess: si=, which YouTube's share button makes anew for each sharer, goes from all its links, as it does from
# youtube.com; and a fingerprint leaves the letters of an id alone.
# Seen: youtube.com/watch?v=...&si=... loses it, youtu.be/...?si=... keeps it in normalize_url and fingerprint_url, so
# the same video of two accounts is two links. fingerprint_url ("destructive", for statistics) also writes ids in small
# letters (watch?v=, bit.ly/): different videos become one. A co-link network of it loses sharers and gains others.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q ural==1.6.2 >/dev/null 2>&1
"$folder/venv/bin/python" - <<'PY'
from ural import fingerprint_url, normalize_url

long = [f"https://www.youtube.com/watch?v=AbCdEfGhIjK&si={token}" for token in ("ann1", "ben2")]
short = [f"https://youtu.be/AbCdEfGhIjK?si={token}" for token in ("ann1", "ben2")]
others = [f"https://www.youtube.com/watch?v={name}" for name in ("AbCdEfGhIjK", "aBcDeFgHiJk")]
for make in (normalize_url, fingerprint_url):
    counts = [len({make(link) for link in links}) for links in (long, short, others)]
    print(f"ural 1.6.2 {make.__name__}: one video {counts[0]}, the same as youtu.be {counts[1]}, two {counts[2]}")
    assert counts == [1, 2, 2 if make is normalize_url else 1]
PY
