#!/bin/sh
# rensa 0.5.0: the threshold of RMinHashLSH decides nothing about query(): 0.5 and 0.99 return the same pairs.
#
# Guess: the threshold sets the bands, or filters what query() returns, as in datasketch.
# Seen: only num_bands decides. Queries with threshold 0.5 and 0.99 return the same 400 answers: with 16 bands of 8 that
# is 99 % of the pairs of Jaccard 0.82, and one in 25 of those of 0.5. A researcher who reads "threshold=0.99" as
# exact copies gets reworded and half-equal posts as well. Compare with jaccard() after the query.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q rensa==0.5.0 >/dev/null 2>&1
"$folder/venv/bin/python" - <<'PY'
import random

from rensa import RMinHash, RMinHashLSH

draw = random.Random(1)


def sketch(shingles):
    made = RMinHash(num_perm=128, seed=42)
    made.update([str(each) for each in shingles])
    return made


def make_pairs(common, alone):
    for _ in range(400):
        shared = [draw.getrandbits(60) for _ in range(common)]
        yield [sketch(shared + [draw.getrandbits(60) for _ in range(alone)]) for _ in range(2)]


def query(pairs, threshold):
    index = RMinHashLSH(threshold=threshold, num_perm=128, num_bands=16)
    for number, (one, _) in enumerate(pairs):
        index.insert(number, one)
    return [sorted(index.query(two)) for _, two in pairs]


for similarity, pairs in ((0.82, list(make_pairs(46, 5))), (0.5, list(make_pairs(34, 17)))):
    low, high = query(pairs, 0.5), query(pairs, 0.99)
    found = sum(number in answer for number, answer in enumerate(high)) / 400
    print(f"rensa 0.5.0: J {similarity}: threshold 0.99 finds {found:.0%}, same answers as with 0.5: {low == high}")
    assert low == high and (found > 0.9 if similarity > 0.8 else found > 0.01)
PY
