#!/bin/sh
# cdlib 0.4.0: louvain() and infomap() read the weights of edges, leiden(), rb_pots() and walktrap() do not.
#
# Guess: one library, one weighted graph, so all methods use its "weight" (or refuse the graph).
# Seen: two groups of four that share 30 posts inside and one across. louvain and infomap find the two; leiden, rb_pots,
# walktrap, label_propagation and greedy_modularity see a complete graph and answer with one group, without a word.
# leiden(weights="weight") finds them, while walktrap and label_propagation have no such parameter. A co-action graph
# is almost complete around a viral post and says everything by its weights: methods compared so are not comparable.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q cdlib==0.4.0 leidenalg==0.12.0 infomap==2.16.0 wurlitzer==3.1.1 \
    networkx==3.6.1 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY' | grep -v "^Note" | tee "$folder/seen"
from itertools import combinations

import networkx as nx
from cdlib import algorithms

accounts = [f"{side}{number}" for side in "ab" for number in range(4)]
graph = nx.Graph()
graph.add_weighted_edges_from((u, v, 30 if u[0] == v[0] else 1) for u, v in combinations(accounts, 2))
for name in ("louvain", "infomap", "leiden", "rb_pots", "walktrap", "label_propagation", "greedy_modularity"):
    print(f"cdlib 0.4.0 {name}: {len(getattr(algorithms, name)(graph).communities)}")
print(f"cdlib 0.4.0 leiden with weights: {len(algorithms.leiden(graph, weights='weight').communities)}")
PY
for name in louvain infomap "leiden with weights"; do grep -q "$name: 2" "$folder/seen"; done
for name in leiden rb_pots walktrap label_propagation greedy_modularity; do grep -q "$name: 1" "$folder/seen"; done
