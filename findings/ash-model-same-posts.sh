#!/bin/sh
# ash-model 1.0.0 (stream hypergraphs): of accounts that share the same posts only one has a centrality.
#
# Guess: six accounts and four posts; s_betweenness_centrality(edges=False) and the like have a value for each account,
# and equal ones for accounts that are in the same posts. A group that acts on five days is there on five days.
# Seen: ann, ben and cem (1, 2, 3) share the same three posts. In all measures that go by way of the dual hypergraph
# only the last of them, 3, is left; 1 and 2 have no entry, no error, no warning, since equal sets of posts become one
# hyperedge that keeps one name. Whoever acts in step vanishes from the ranking. And a set of accounts that comes again
# later gets its new times, its accounts do not: three accounts that act on five days are present on the first, on the
# others there is a hyperedge of three while number_of_nodes() is 0; averages over time are wrong as well (0.6 and not
# 3). Three posts of the same two on one day are one hyperedge of weight 1. Add the post to the accounts (a node of its
# own for each post and time) to keep the sets apart, and drop those nodes afterwards.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q ash-model==1.0.0 networkx==3.6.1 numpy==1.26.4 scipy==1.17.1 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
from ash_model import ASH
from ash_model.measures import s_centralities as measures
from ash_model.utils.projections import clique_projection

graph = ASH()
for accounts in ([1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 5], [4, 5, 6]):
    graph.add_hyperedge(accounts, start=0)
ranked = {name: sorted(getattr(measures, name)(graph, 1, edges=False))
          for name in ("s_betweenness_centrality", "s_closeness_centrality", "s_harmonic_centrality")}
print(f"ash-model 1.0.0: accounts {graph.nodes()}; accounts that have a value: {ranked}")
assert graph.nodes() == [1, 2, 3, 4, 5, 6] and all(accounts == [3, 4, 5, 6] for accounts in ranked.values())

days = ASH()
for day in range(5):
    days.add_hyperedge([1, 2, 3], start=day)
average = days.avg_number_of_nodes()
for _ in range(3):
    days.add_hyperedge([7, 8], start=5)
present = [(days.number_of_hyperedges(day), days.number_of_nodes(day)) for day in range(5)]
last = days.hyperedges(4, as_ids=False)
weight = clique_projection(days, 5, 5)[7][8]["weight"]
print(f"hyperedges and accounts a day: {present}; on the last {last}, account 1 is present on {days.node_presence(1)};",
      f"accounts on an average day {average}; three posts of one day weigh {weight}")
assert present == [(1, 3), (1, 0), (1, 0), (1, 0), (1, 0)] and last == [frozenset({1, 2, 3})]
assert days.node_presence(1) == [0] and average == 0.6 and weight == 1
PY
