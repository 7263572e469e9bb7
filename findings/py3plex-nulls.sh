#!/usr/bin/env bash
# py3plex 2.0.8: its null models of multilayer networks find that layers which were drawn at random belong together.
#
# Expected: a configuration model or edge swaps of a network with two layers keep each layer's degrees, so that two layers
# that were drawn independently overlap about as much as in 19 nulls; "layer_shuffle" assigns nodes to layers anew.
# Seen: both models take each account in each layer as a node of ONE graph: half of the edges of the null run between
# layers ("ann in retweets" with "ben in links"), which no action can, and each layer keeps half of its own. Independent
# layers so overlap more than all 19 nulls in 10 of 10 trials (the chance is one in 20). Weights are lost. layer_shuffle
# only swaps the names of the layers: its overlap is the observed one, to the last digit, and its p is 1 always.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q py3plex==2.0.8 networkx==3.6.1 numpy==2.4.6 scipy==1.17.1 >/dev/null 2>&1
cd "$folder"
cat > compare.py <<'PY'
import random
from itertools import combinations

from py3plex.algorithms.statistics.multilayer_statistics import edge_overlap
from py3plex.core import multinet
from py3plex.nullmodels import generate_null_model

LAYERS = ("retweets", "links")


def draw_network(seed):
    """Two layers of 200 of the 780 pairs of 40 accounts, drawn independently."""
    draw, network = random.Random(seed), multinet.multi_layer_network(directed=False, network_type="multilayer")
    pairs = list(combinations([f"account {number}" for number in range(40)], 2))
    for layer in LAYERS:
        ends = draw.sample(pairs, 200)
        edges = [{"source": one, "target": two, "source_type": layer, "target_type": layer, "weight": 7} for one, two in ends]
        network.add_edges(edges)
    return network


def draw_nulls(network, model):
    return generate_null_model(network, model=model, num_samples=19, seed=1, n_jobs=1).samples


exceeds, seen = dict.fromkeys(("configuration", "edge_swap"), 0), {}
for seed in range(10):
    network = draw_network(seed)
    for model in exceeds:
        nulls = draw_nulls(network, model)
        exceeds[model] += edge_overlap(network, *LAYERS) > max(edge_overlap(null, *LAYERS) for null in nulls)
        edges = [edge for null in nulls for edge in null.core_network.edges(data=True)]
        seen[model] = sum(one[1] != two[1] for one, two, _ in edges) / len(edges), {data.get("weight") for *_, data in edges}
shuffled = {edge_overlap(null, *LAYERS) for null in draw_nulls(network, "layer_shuffle")}
print(f"py3plex 2.0.8: independent layers exceed all 19 nulls in {exceeds} of 10 trials; between layers and weights: {seen};",
      f"overlap {edge_overlap(network, *LAYERS)}, after layer_shuffle {shuffled}")
assert set(exceeds.values()) == {10} and all(0.4 < share < 0.6 for share, _ in seen.values())
assert all(7 not in weights for _, weights in seen.values()) and shuffled == {edge_overlap(network, *LAYERS)}
PY
venv/bin/python -W ignore compare.py 2>/dev/null
