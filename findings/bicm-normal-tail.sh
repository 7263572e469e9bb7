#!/bin/sh
# bicm 3.4.0 with method="normal" or "rna" tests for too few common neighbours: who shares the most has p = 1.
#
# Guess: poisson, poibin, normal and rna are approximations of one p-value and agree about a planted group.
# Seen: five accounts with ten rare posts in common. poisson and poibin validate their ten pairs and nothing else
# (p below 1e-6); normal and rna give the same pairs p = 1.0 and validate none, for they take the lower tail of the
# distribution and the other two the upper. A validated projection made with either lists pairs that avoid each other.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q bicm==3.4.0 numpy==2.4.6 scipy==1.17.1 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - 2>/dev/null <<'PY'
import contextlib
import io

import numpy as np
from bicm import BipartiteGraph

draw = np.random.default_rng(1)
popularity = 1 / np.arange(1, 201) ** 0.6
posts = np.zeros((80, 200), int)
for account in posts:
    account[draw.choice(200, 12, replace=False, p=popularity / popularity.sum())] = 1
posts[:5] = 0
posts[:5, draw.choice(np.arange(100, 200), 10, replace=False)] = 1  # the group: ten rare posts each
posts = posts[:, posts.any(axis=0)]

group = {(one, two) for one in range(5) for two in range(one + 1, 5)}
found, worst = {}, {}
for method in ("poisson", "poibin", "normal", "rna"):
    with contextlib.redirect_stdout(io.StringIO()):
        graph = BipartiteGraph(biadjacency=posts)
        pairs = graph.get_rows_projection(alpha=0.01, method=method, threads_num=1, fmt="edgelist")
    worst[method] = max(float(graph.rows_pvals[one][two]) for one, two in group)
    found[method] = {tuple(map(int, pair)) for pair in pairs}
    print(f"bicm 3.4.0 {method}: largest p in the group {worst[method]:.2g}, validated pairs {len(found[method])}")
assert found["poisson"] == found["poibin"] == group and max(worst["poisson"], worst["poibin"]) < 1e-6
assert not group & (found["normal"] | found["rna"]) and min(worst["normal"], worst["rna"]) > 0.99
PY
