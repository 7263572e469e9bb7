#!/bin/sh
# xgi 0.10.2: random_edge_shuffle(seed=...) gives other hypergraphs in each process where accounts have names.
#
# Guess: a seed makes the shuffle repeatable: the same script, run again, has the same null model and the same p-values.
# Seen: twenty seeded shuffles of one hypergraph of eight posts give four hypergraphs in four processes; with numbers in
# place of the names, one. The seed chooses positions in a list that is made from a set, and Python orders sets of text
# by a hash that changes from process to process. Within a process all looks repeatable, so a notebook does not show it.
# It is the move of the configuration model of hypergraphs (thousands of them make one null), and p near a threshold
# changes from run to run. Set PYTHONHASHSEED=0, or relabel accounts with numbers first.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q xgi==0.10.2 numpy==2.4.6 scipy==1.17.1 networkx==3.6.1 pandas==2.3.3 >/dev/null 2>&1
cat > "$folder/shuffle.py" <<'PY'
import random
import sys

import xgi

draw, named = random.Random(1), sys.argv[1] == "names"
posts = [[f"account{number}" if named else number for number in draw.sample(range(12), 4)] for _ in range(8)]
shared = xgi.Hypergraph(posts)
for seed in range(20):
    shared.random_edge_shuffle(seed=seed)
print(sorted(sorted(map(str, shared.edges.members(post))) for post in shared.edges))
PY
for kind in names numbers; do
    for hash in 1 2 3 4; do
        PYTHONHASHSEED=$hash "$folder/venv/bin/python" -W ignore "$folder/shuffle.py" $kind
    done | sort -u > "$folder/$kind"
    echo "xgi 0.10.2, accounts with $kind: $(wc -l < "$folder/$kind") hypergraphs of 4 processes with one seed"
done
PYTHONHASHSEED=1 "$folder/venv/bin/python" -W ignore "$folder/shuffle.py" names > "$folder/once"
PYTHONHASHSEED=1 "$folder/venv/bin/python" -W ignore "$folder/shuffle.py" names | cmp - "$folder/once"
test "$(wc -l < "$folder/numbers")" = 1
test "$(wc -l < "$folder/names")" -gt 1
