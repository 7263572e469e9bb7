#!/bin/sh
# cane-networks 0.1.0 (accounts by shared narratives): accounts that have nothing in common have a stability of 1.0.
#
# Guess: tCANE(method="stability"), "fraction of bins in which the pair co-appears", is high for accounts that take part
# in the same narratives day after day, and accounts without a narrative in common have no edge.
# Seen: each account gets its ten nearest neighbours of the day, at whatever similarity, 0 included. Three accounts push
# one story for ten days, five others have each a topic of its own: all 28 pairs are joined with stability 1.0, those
# that share a story and those that share none. In a crowd of 100, each in a topic of its own, the group of three is
# joined to hundreds of pairs, and pairs with nothing in common have 1.0 as well, since the order of ties is the same
# every day. With the other methods they are edges too, of weight 0 (similarity_threshold=0.0 keeps them), so degrees,
# components and every measure without weights are those of the noise. And of accounts that do exactly the same some are
# joined to themselves, in CANE too, since an account's own row need not come first among equals. Take
# similarity_threshold=0.01 with "average", drop loops, and count the days yourself.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q cane-networks==0.1.0 networkx==3.6.1 numpy==2.4.6 pandas==3.1.1 scikit-learn==1.9.1 \
    scipy==1.17.1 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
from itertools import combinations

import networkx as nx
import pandas as pd
from cane import CANE, tCANE

GROUP = ["ann", "ben", "cem"]


def make_posts(others):
    topics = [(account, "the pier") for account in GROUP]
    topics += [(f"account {number}", f"topic {number}") for number in range(others)]
    return pd.DataFrame([(account, topic, day) for day in range(10) for account, topic in topics],
                        columns=["disc_node_id", "cluster", "time_bin"])


def build(posts, method):
    graph = tCANE(method=method, verbose=False).fit(posts)
    loops = list(nx.selfloop_edges(graph))
    graph.remove_edges_from(loops)
    shared = {frozenset(pair) for pair in combinations(GROUP, 2)}
    weights = {frozenset((one, other)): round(weight, 2) for one, other, weight in graph.edges(data="weight")}
    inside = sorted(weights[pair] for pair in weights if pair in shared)
    outside = sorted(weights[pair] for pair in weights if pair not in shared)
    return loops, inside, outside


for others in (5, 100):
    posts = make_posts(others)
    for method in ("stability", "average", "decay"):
        loops, inside, outside = build(posts, method)
        print(f"cane-networks 0.1.0, three of one story, {others} others, {method}: {len(inside)} edges of the three",
              f"with {inside}, {len(outside)} edges of pairs that share nothing with {outside[0]} to {outside[-1]}")
        assert inside == [{"stability": 1.0, "average": 1.0, "decay": 4.77}[method]] * 3
        assert len(outside) == 25 if others == 5 else len(outside) > 300
        assert outside[-1] == (1.0 if method == "stability" else 0.0)
        assert len(loops) > 0
loops = list(nx.selfloop_edges(CANE(verbose=False).fit(make_posts(100))))
print("CANE: accounts that are joined to themselves:", loops)
assert loops and all(one in GROUP for one, _ in loops)
PY
