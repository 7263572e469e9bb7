#!/bin/sh
# pystylometry 1.4.3: texts above 32 kB have the compression distance from themselves that they have from any other.
#
# Guess: the normalised compression distance of a text and itself is near 0, as documented, the more so the longer the
# text; copies of an account's posts are found with it.
# Seen: at 20 kB it is 0.03 (another text: 0.83), at 40 kB 0.85, as for another text, with the default compressor "gzip"
# and with "zlib": they look back 32 kB at most, so that the second text no longer sees the first. An exact copy is then
# in the range that is given for "different authors" (0.6 to 0.9); and whoever joins all posts of an account, to have
# enough text, passes 32 kB after some 250 posts of 130 letters. bz2 sees 900 kB, but has 0.3 for equal texts. Cut both
# texts to 15 kB each, or compress with lzma.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pystylometry==1.4.3 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import random

from pystylometry.authorship import compute_compression_distance

draw = random.Random(1)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS = ["".join(draw.choices(LETTERS, k=draw.randint(2, 9))) for _ in range(3000)]


def write(size):
    text = ""
    while len(text) < size:
        text += draw.choice(WORDS) + " "
    return text[:size]


found = {}
for size in (20_000, 40_000, 65_000):
    text, other = write(size), write(size)
    found[size] = {kind: [round(compute_compression_distance(text, second, compressor=kind).ncd, 2)
                          for second in (text, other)] for kind in ("gzip", "zlib", "bz2")}
    print(f"pystylometry 1.4.3, {size} letters: distance from itself and from another text {found[size]}")
for kind in ("gzip", "zlib"):
    assert found[20_000][kind][0] < 0.05 and found[40_000][kind][0] > 0.8
    assert all(abs(found[size][kind][0] - found[size][kind][1]) < 0.05 for size in (40_000, 65_000))
assert all(found[size]["bz2"][0] < 0.4 for size in found)
PY
