#!/bin/sh
# datasketch 2.0.0: MinHashLSH(threshold=0.8) finds about half of the pairs whose similarity is 0.8 to 0.85.
#
# Guess: a pair clearly above the threshold (Jaccard 0.82 to 0.85) is found nine times in ten; errors are extra pairs,
# which a check of the estimate removes.
# Seen: 9 bands of 13 rows, which balance misses and extras (that is documented, the cost is not): pairs of 0.82 are
# found in little more than half of 400 cases, those of 0.85 in 72 %. What the index misses no later check brings back,
# and slightly reworded posts sit right there. With threshold 0.6 every pair of 0.82 is found; then compare estimates.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q datasketch==2.0.0 numpy==2.4.6 scipy==1.17.1 >/dev/null 2>&1
"$folder/venv/bin/python" - <<'PY'
import random

from datasketch import MinHash, MinHashLSH

draw = random.Random(1)


def sketch(shingles):
    made = MinHash(num_perm=128)
    made.update_batch([str(each).encode() for each in shingles])
    return made


def find_share(common, alone, **settings):
    """Share of 400 pairs that are found: each has this many shingles in common and alone on either side."""
    index, found = MinHashLSH(num_perm=128, **settings), 0
    for pair in range(400):
        shared = [draw.getrandbits(60) for _ in range(common)]
        one, two = (sketch(shared + [draw.getrandbits(60) for _ in range(alone)]) for _ in range(2))
        index.insert(str(pair), one)
        found += str(pair) in index.query(two)
    return found / 400


at_82, at_85 = (find_share(common, alone, threshold=0.8) for common, alone in ((46, 5), (46, 4)))
wide = find_share(46, 5, threshold=0.6)
print(f"datasketch 2.0.0, threshold 0.8: J 0.82 found {at_82:.0%}, J 0.85 found {at_85:.0%}; threshold 0.6: {wide:.0%}")
assert at_82 < 0.6 and at_85 < 0.8 and wide > 0.95
PY
