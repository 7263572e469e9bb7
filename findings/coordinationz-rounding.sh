#!/bin/sh
# coordinationz 0.2.2 (coordination networks with null models): rounding makes 3,160 chance pairs significant.
#
# Guess: of 120 accounts that share one link each, 80 the first and 40 the second, any two have the same link by chance
# more often than not, so bipartiteNullModelSimilarity gives all such pairs a p-value near 0.55, whatever the weights.
# Seen: without weights (idf=None) it does. With "smoothlog", the default of its pipeline, the 3,160 pairs of the first
# link have the smallest p-value there is, 1/2001, and those of the second 0.55; with "smoothlinear", "linear" and "log"
# it is other data. The cosine of two equal accounts is w*w/(|w|*|w|), which is 1.0 or 1.0000000000000002 depending on
# the last digit of w; the weights of the null are averages over 100 shuffles with another last digit, and
# "null >= observed" compares them exactly. Of twelve splits of 120 accounts three go wrong with "smoothlog". More
# realizations make the p-value smaller, and a correction by Benjamini and Hochberg keeps all 3,160. Use idf=None.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q coordinationz==0.2.2 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 igraph==1.0.0 \
    >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
from coordinationz.nullmodel import bipartiteNullModelSimilarity


def find_p_values(first, second, idf, realizations):
    links = {f"account {number}": f"link {1 + (number >= first)}" for number in range(first + second)}
    result = bipartiteNullModelSimilarity(list(links.items()), realizations=realizations, idf=idf, workers=1,
                                          showProgress=False)
    found = {}
    for (one, _), value, similarity in zip(result["indexedEdges"], result["pvalues"], result["similarities"]):
        found.setdefault(links[result["labels"][one]], []).append((round(float(value), 4), float(similarity)))
    return {link: (len(values), *map(max, zip(*values))) for link, values in sorted(found.items())}


plain, weighted = (find_p_values(80, 40, idf, 2000) for idf in (None, "smoothlog"))
splits = {first: find_p_values(first, 120 - first, "smoothlog", 100) for first in range(60, 116, 5)}
wrong = [first for first, found in splits.items() if min(value for _, value, _ in found.values()) < 0.02]
print(f"coordinationz 0.2.2, pairs, largest p-value and cosine by link: idf=None {plain}; smoothlog {weighted}")
print(f"accounts of the first link, of 120, where a link has p < 0.02: {wrong} of {list(splits)}")
assert plain["link 1"][0] == weighted["link 1"][0] == 80 * 79 // 2
assert all(0.45 < value < 0.65 for _, value, _ in (*plain.values(), weighted["link 2"]))
assert weighted["link 1"][1] == round(1 / 2001, 4) and wrong == [75, 80, 110]
PY
