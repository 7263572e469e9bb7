#!/bin/sh
# cdlib 0.4.0: paris() replaces the account ids of the graph that it is given by 0, 1, 2 ..., in place.
#
# Guess: finding communities leaves the graph alone, as the other methods of the library do.
# Seen: the communities carry the right ids, but the caller's graph has the nodes 0, 1, 2 ... afterwards. What is
# computed or written from the same graph next (a centrality, a GEXF, a second method) names no account any more, and
# where ids are numbers, nobody notices that they are others. Give it graph.copy().
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q cdlib==0.4.0 leidenalg==0.12.0 networkx==3.6.1 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY' > "$folder/seen"
import networkx as nx
from cdlib import algorithms

edges = [("ann", "ben"), ("ben", "cat"), ("ann", "cat"), ("dan", "eve"), ("eve", "flo"), ("dan", "flo"), ("cat", "dan")]
left_alone = nx.Graph(edges)
algorithms.louvain(left_alone)
graph = nx.Graph(edges)
found = algorithms.paris(graph).communities
print(f"cdlib 0.4.0 paris: communities {found}, nodes of the graph afterwards {sorted(graph)}")
assert sorted(sum(found, [])) == sorted(left_alone) == ["ann", "ben", "cat", "dan", "eve", "flo"]
assert sorted(graph) == [0, 1, 2, 3, 4, 5]
PY
grep cdlib "$folder/seen"
