#!/bin/sh
# scikit-network 0.33.3: Leiden(random_state=1) gives other groups each time that it is called.
#
# Guess: random_state makes the result repeatable, as its description says and as in Louvain of the same library.
# Seen: six fits of one graph in one process are several partitions, of 9 and of 10 groups; Louvain gives one. The
# refinement draws from the rand() of C, which no seed of Python reaches and which goes on from call to call. A script
# that runs once looks repeatable, since each process starts at the same place; a notebook in which a cell ran twice, or
# another order of layers, changes who is in a network. Take Louvain, and split its groups into connected parts.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q scikit-network==0.33.3 numpy==2.4.6 scipy==1.17.1 >/dev/null 2>&1
"$folder/venv/bin/python" - <<'PY'
from sknetwork.clustering import Leiden, Louvain
from sknetwork.data import block_model

graph = block_model([60] * 5, 0.12, 0.06, seed=3)
partitions = {}
for method in (Leiden, Louvain):
    partitions[method.__name__] = {tuple(method(random_state=1).fit_predict(graph)) for _ in range(6)}
for name, different in partitions.items():
    groups = sorted({len(set(partition)) for partition in different})
    print(f"scikit-network 0.33.3 {name}: {len(different)} partitions of 6 fits, groups {groups}")
assert len(partitions["Louvain"]) == 1 < len(partitions["Leiden"])
PY
