#!/bin/sh
# pystylometry 1.4.3: Burrows' Delta of two texts is 1.41 whoever wrote them, the cosine delta 2, and 1 of equal texts.
#
# Guess: two texts of one author have a lower Delta than texts of two authors ("lower: likely same author"), equal texts
# 0; the cosine delta is between 0 and 2 and tells them apart better.
# Seen: frequencies are standardised by the two texts themselves, and of two numbers the deviation is their difference,
# so each word adds the square root of 2, be the texts alike or not, unless its frequencies are equal to the last digit.
# The two vectors are opposite by construction: the cosine delta of any two texts is 2, and 1 of a text and itself. What
# is left in Delta is how often counts AND lengths agree: two authors with 100 words each have 1.34, one author with 100
# and 103 words 1.41. "eder" is the same number. All accounts are then linked, or none, by the length of their posts.
# Standardise by a collection of many texts, as Burrows does.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pystylometry==1.4.3 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import random
from string import ascii_lowercase

from pystylometry.authorship import compute_burrows_delta, compute_cosine_delta

draw = random.Random(1)
WORDS = [f"word{one}{two}" for one in ascii_lowercase for two in ascii_lowercase][:200]


def make_style():
    return [draw.expovariate(1) / (rank + 1) for rank in range(len(WORDS))]


def write(style, length):
    return " ".join(draw.choices(WORDS, style, k=length))


ann, ben = make_style(), make_style()
first, second, other = write(ann, 20000), write(ann, 20007), write(ben, 20011)
short, longer, foreign = write(ann, 100), write(ann, 103), write(ben, 100)
pairs = {"a text and itself": (first, first), "one author": (first, second), "two authors": (first, other),
         "one author, 100 and 103 words": (short, longer), "two authors, 100 words each": (short, foreign)}
found = {}
for name, texts in pairs.items():
    delta, eder = (compute_burrows_delta(*texts, mfw=100, distance_type=kind).delta_score
                   for kind in ("burrows", "eder"))
    found[name] = round(delta, 2), round(compute_cosine_delta(*texts, mfw=100).delta_score, 2)
    assert eder == delta
print("pystylometry 1.4.3, Burrows' Delta and cosine delta:", found)
assert found["one author"] == found["two authors"] == (1.41, 2.0) and found["a text and itself"] == (0.0, 1.0)
assert found["one author, 100 and 103 words"][0] == 1.41 and found["two authors, 100 words each"][0] < 1.38
assert {cosine for delta, cosine in found.values() if delta} == {2.0}
PY
