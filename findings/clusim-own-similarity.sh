#!/usr/bin/env bash
# clusim 0.4: groups compared with themselves score 0.001 (Pearson) or 1.06 (Jaccard, overlapping), others infinity (onmi).
#
# Expected: 22 measures, each of which says of equal groups that they are equal: 1 for a similarity, 0 for a distance; none
# exceeds 1. The package reads groups that overlap, and accounts are in several networks.
# Seen: pearson_correlation of any clustering with itself is 0.001 and less (its denominator is squared). With ONE account
# in two groups, jaccard_index, rand_index, adjrand_index and purity_index of the grouping with itself are 1.03 to 1.08 and
# classification_error is -0.08; no error, no warning. onmi, which is for such groups, is infinite where one side is a
# single group: in a sweep of a threshold the value where all have merged wins. omega_index is NaN there. For groups
# without overlap the pair-counting measures are right; for others use omega_index with at least two groups on each side.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q clusim==0.4 numpy==1.26.4 scipy==1.17.1 networkx==2.8.8 igraph==1.0.0 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import math

import clusim.sim as sim
from clusim.clustering import Clustering

three = Clustering(elm2clu_dict={account: [account % 3] for account in range(12)})
merged = Clustering(elm2clu_dict={account: [0] for account in range(12)})
overlapping = Clustering(elm2clu_dict={account: [0, 1] if account == 0 else [account % 2] for account in range(12)})


def compare(one, two, *names):
    return {name: round(float(getattr(sim, name)(one, two)), 3) for name in names}


MEASURES = ("jaccard_index", "rand_index", "adjrand_index", "purity_index", "classification_error")
plain = compare(three, three, "jaccard_index", "adjrand_index", "nmi", "pearson_correlation")
lapped = compare(overlapping, overlapping, *MEASURES, "onmi", "omega_index")
whole = compare(three, merged, "onmi", "adjrand_index")
print(f"clusim 0.4: itself {plain}; itself, one of 12 accounts in two groups {lapped}; three groups with one {whole}")
assert plain["jaccard_index"] == plain["adjrand_index"] == plain["nmi"] == 1 and plain["pearson_correlation"] < 0.01
assert all(lapped[name] > 1.02 for name in MEASURES[:-1]) and lapped["classification_error"] < 0
assert lapped["onmi"] == lapped["omega_index"] == 1 and math.isinf(whole["onmi"]) and whole["adjrand_index"] == 0
assert math.isnan(compare(merged, merged, "omega_index")["omega_index"])
PY
