#!/bin/sh
# pybirewirex 0.2.2: in its null models whoever shares a link twice never moves: a group that does so has p = 1.
#
# Guess: a table of accounts and links that holds counts is taken as shared or not, as its sparse and DataFrame inputs
# are, or is refused; either way one table gives one null.
# Seen: in an array only cells of exactly 1 are swapped. Six accounts among 60 that share ten links, twice each,
# have their 150 common links in every null, p = 1; the same table as a DataFrame, or with 1 in place of each count,
# has no null above 40 and the least p that 199 nulls allow. A table in which everything was shared twice comes back
# unchanged as "rewired". A networkx graph whose nodes lack bipartite=0 and 1 comes back as a graph without nodes, so
# that any statistic of the null is 0 and any p the least. Nothing is raised or warned of. Those who repeat themselves
# are whom such studies look for. Pass (table > 0).astype(int).
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pybirewirex==0.2.2 numpy==2.4.6 pandas==3.1.1 networkx==3.6.1 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import networkx as nx
import numpy as np
import pandas as pd
from pybirewirex import rewire_bipartite

rng = np.random.default_rng(1)
table = (rng.random((60, 80)) < 0.15).astype(int)
table[:6] = 0
table[:6, :10] = 2


def count_common(one):
    shared = (np.asarray(one)[:6] > 0).astype(int)
    return int(np.triu(shared @ shared.T, k=1).sum())


def test(given):
    nulls = [count_common(rewire_bipartite(given, seed=seed)) for seed in range(199)]
    above = sum(null >= count_common(table) for null in nulls)
    return (1 + above) / 200, min(nulls), max(nulls)


found = {"counts": test(table), "counts, DataFrame": test(pd.DataFrame(table)),
         "0 and 1": test((table > 0).astype(int))}
twice = 2 * (rng.random((30, 30)) < 0.3)
unchanged = bool((rewire_bipartite(twice, seed=1) == twice).all())
graph = nx.Graph([(f"account {row}", f"link {column}") for row, column in np.argwhere(table)])
rewired = rewire_bipartite(graph, seed=1)
print(f"pybirewirex 0.2.2: {count_common(table)} links in common; p and least and most of 199 nulls {found};"
      f" everything twice is unchanged: {unchanged}; {graph} became {rewired}")
assert found["counts"] == (1.0, 150, 150) and count_common(table) == 150
assert found["counts, DataFrame"][0] == found["0 and 1"][0] == 0.005
assert unchanged and rewired.number_of_nodes() == 0
PY
