#!/bin/sh
# uunet 2.2.1 (multinet): add_nx_layer() drops the weights that it is told to copy, and only glouvain could use them.
#
# Guess: edge_attr={"name": ["w_"], "type": ["numeric"]} copies the weights of a networkx graph, as documented, and
# communities of several layers (glouvain, infomap, flat_ec) are then found by weight.
# Seen: the edges arrive without attributes; no warning. Two groups that share 30 posts inside and one across are ONE
# community in all three methods, as in a complete graph. Set with set_values, the attribute "w_" (no other name)
# is used by glouvain, which finds the two groups; infomap and flat_ec still find one. Multiplex studies of coordination
# (retweets, links, hashtags as layers) that load their graphs so compare who ever met, not how often.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uunet==2.2.1 networkx==3.6.1 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
from itertools import combinations

import networkx as nx
import uunet.multinet as ml

pairs = list(combinations([f"{side}{number}" for side in "ab" for number in range(4)], 2))
weights = [30.0 if one[0] == two[0] else 1.0 for one, two in pairs]
layers = ("retweets", "links")


def count_groups(network):
    return {name: len(set(getattr(ml, name)(network)["cid"])) for name in ("glouvain", "infomap", "flat_ec")}


loaded, by_hand = ml.empty(), ml.empty()
ml.add_layers(by_hand, list(layers))
for layer in layers:
    graph = nx.Graph()
    graph.add_weighted_edges_from(((*pair, weight) for pair, weight in zip(pairs, weights)), weight="w_")
    ml.add_nx_layer(loaded, graph, layer, edge_attr={"name": ["w_"], "type": ["numeric"]})
    one, two = map(list, zip(*pairs))
    edges = {"from_actor": one, "from_layer": [layer] * len(pairs), "to_actor": two, "to_layer": [layer] * len(pairs)}
    ml.add_attributes(by_hand, ["w_"], type="numeric", target="edge", layer=layer)
    ml.add_edges(by_hand, edges)
    ml.set_values(by_hand, "w_", edges=edges, values=weights)
attributes = [data for graph in ml.to_nx_dict(loaded).values() for _, _, data in graph.edges(data=True)]
print(f"uunet 2.2.1: {sum(map(bool, attributes))} of {len(attributes)} edges have attributes;",
      f"groups as loaded: {count_groups(loaded)}, with w_ set by hand: {count_groups(by_hand)}")
assert not any(attributes) and count_groups(loaded) == {"glouvain": 1, "infomap": 1, "flat_ec": 1}
assert count_groups(by_hand) == {"glouvain": 2, "infomap": 1, "flat_ec": 1}
PY
