#!/bin/sh
# speakeasy2 0.2.0: cluster() never reads the weights of a graph; the same numbers as a matrix give other groups.
#
# Guess: weights="weight", the default, reads that attribute, a list of weights is taken as it is, and a name that no
# edge has is refused, as its description says; a graph and its matrix are clustered alike.
# Seen: the argument is emptied before it is looked at. Two groups of 20 accounts that share 30 posts in each pair and
# one across are ONE group with the attribute, with a list, with weights=None, and with a name that does not exist; the
# matrix of the same graph gives the two groups, as Louvain of igraph does. Where 80 accounts are joined by chance and
# only the weights tell two halves apart, it reports nine groups of noise. A graph of co-actions is nearly complete
# around a viral post and says everything by its weights. Give it the matrix:
# numpy.array(graph.get_adjacency(attribute="weight").data, dtype=float).
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q speakeasy2==0.2.0 igraph==1.0.0 numpy==2.4.6 >/dev/null 2>&1
"$folder/venv/bin/python" - <<'PY'
from itertools import combinations

import igraph as ig
import numpy as np
import speakeasy2


def weigh(pairs, half):
    graph = ig.Graph(pairs)
    graph.es["weight"] = [30 if (one < half) == (other < half) else 1 for one, other in pairs]
    return graph


def count(one, **options):
    return len(set(speakeasy2.cluster(one, seed=1, **options)))


complete = weigh(list(combinations(range(40), 2)), 20)
rng = np.random.default_rng(1)
sparse = weigh([pair for pair in combinations(range(80), 2) if rng.random() < 0.3], 40)
matrix = np.array(complete.get_adjacency(attribute="weight").data, dtype=float)
found = {
    "attribute": count(complete),
    "list": count(complete, weights=complete.es["weight"]),
    "none": count(complete, weights=None),
    "unknown name": count(complete, weights="wieght"),
    "matrix": count(matrix),
    "Louvain": len(complete.community_multilevel(weights="weight")),
}
halves = count(sparse), len(sparse.community_multilevel(weights="weight"))
print(f"speakeasy2 0.2.0: groups among 40 accounts in two halves {found}; in a sparse graph {halves[0]},"
      f" Louvain {halves[1]}")
assert found == {"attribute": 1, "list": 1, "none": 1, "unknown name": 1, "matrix": 2, "Louvain": 2}
assert halves[0] > 4 and halves[1] == 2
PY
