#!/bin/sh
# The disparity filter of pelote 0.8.2 and cppbone 0.2.3 drops a ring of ten accounts that share 100 posts, not chance.
#
# Guess: ten accounts of which each pair has 100 posts in common, among 200 accounts whose pairs have 1 to 3 by chance,
# are what the backbone keeps; weaker edges go first.
# Seen: the filter asks whether an edge is heavy FOR ITS TWO ENDS. In a ring of equal weights none is: each of its 45
# edges has 0.39, with weight 1 as with weight 100 or 10,000. At 0.35 the backbone has none of them and 196 edges of
# chance; a pair that shares 9 posts and has no other neighbour has 1 (pelote) or none (cppbone) and goes too. As the
# first step of a study (published ones do so) it removes the networks that are most alike and most apart from others.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q cppbone==0.2.3 \
    pelote==0.8.2 networkx==2.8.8 pandas==2.2.2 numpy==1.26.4 >/dev/null 2>&1
"$folder/venv/bin/python" - <<'PY'
import random
from itertools import combinations

import netbone_cpp
import networkx as nx
from pelote import edge_disparity, multiscale_backbone


def make_graph(weight):
    """A ring of ten accounts, a pair on its own and a crowd of 200 that meets by chance."""
    draw, graph = random.Random(1), nx.Graph()
    graph.add_weighted_edges_from((one, two, weight) for one, two in combinations([f"ring{n}" for n in range(10)], 2))
    graph.add_edge("pair1", "pair2", weight=9)
    for _ in range(600):
        graph.add_edge(*draw.sample([f"crowd{n}" for n in range(200)], 2), weight=draw.choice([1, 1, 1, 1, 1, 2, 2, 3]))
    return graph


def of_ring(scores):
    return {round(score, 4) for (one, _), score in scores.items() if one.startswith("ring")}


for weight in (1, 100, 10000):
    graph = make_graph(weight)
    table = netbone_cpp.disparity(graph).to_dataframe()
    scores = dict(zip(zip(table["source"], table["target"], strict=True), table["p_value"], strict=True))
    kept = [one for one, _ in multiscale_backbone(graph, 0.35).edges]
    groups = {group: sum(one.startswith(group) for one in kept) for group in ("ring", "pair", "crowd")}
    print(f"weight {weight}: pelote {of_ring(edge_disparity(graph))}, cppbone {of_ring(scores)}, kept at 0.35: {groups}")
    assert of_ring(edge_disparity(graph)) == of_ring(scores) == {0.3897}
    assert groups["ring"] == groups["pair"] == 0 and groups["crowd"] > 150
    assert edge_disparity(graph)["pair1", "pair2"] == 1 and scores["pair1", "pair2"] != scores["pair1", "pair2"]
PY
