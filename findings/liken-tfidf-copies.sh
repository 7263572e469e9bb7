#!/bin/sh
# liken 0.15.1 (near-duplicates in tables): of 300 reworded copies of one post tfidf() keeps 81, at every threshold.
#
# Guess: all pairs of the copies are above the threshold (the least similar of the first thirty have 0.65, the threshold
# is 0.5), so that drop_duplicates() leaves one post of the 300. Where a pair is missed, a lower threshold finds it.
# Seen: 81 of 300 are left, 26 of 100, 7 of 30, at 0.3, 0.4 and 0.5 alike. topn=2, the default, is the number of matches
# of each row, and the first of them is the row itself: each post is joined to its nearest only, and a campaign falls
# into pairs and small chains, one for every four posts. With topn=10 one is left; lsh() of the same library leaves one.
# The number of campaigns and their sizes are those of the setting, and nothing tells. Raise topn until nothing changes.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q liken==0.15.1 pandas==3.1.1 numpy==2.4.6 scikit-learn==1.9.1 sparse-dot-topn==1.2.0 \
    datasketch==1.10.0 pyarrow==26.0.1 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import random

import liken
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer

POST = ("we all stand with the harbour workers of our city and nobody will ever take their pier away from them, share "
        "this before they delete it")
WORDS = ["today", "really", "friends", "now", "please"]
draw = random.Random(1)
copies = {}
while len(copies) < 300:
    words = POST.split()
    words[draw.randrange(len(words))] = draw.choice(WORDS)
    words.insert(draw.randrange(len(words)), draw.choice(WORDS))
    copies[" ".join(words)] = True
table = pd.DataFrame({"text": list(copies)})
matrix = TfidfVectorizer(analyzer="char", ngram_range=(3, 3)).fit_transform(table.text[:30])
least = (matrix @ matrix.T).min()


def count_left(posts, deduper):
    return len(liken.dedupe(table[:posts].copy()).apply({"text": deduper}).drop_duplicates(keep="first"))


left = {posts: [count_left(posts, liken.tfidf(threshold=threshold)) for threshold in (0.3, 0.4, 0.5)]
        for posts in (30, 100, 300)}
more = [count_left(posts, liken.tfidf(threshold=0.5, topn=10)) for posts in left]
by_lsh = [count_left(posts, liken.lsh(threshold=0.5)) for posts in left]
print(f"liken 0.15.1: least similarity of thirty copies {least:.2f}; left of 30, 100 and 300 at thresholds of 0.3, 0.4",
      f"and 0.5: {left}; with topn=10 {more}, by lsh {by_lsh}")
assert least > 0.6 and all(len(set(counts)) == 1 for counts in left.values())
assert all(posts / 6 < counts[0] < posts / 3 for posts, counts in left.items())
assert more == by_lsh == [1, 1, 1]
PY
