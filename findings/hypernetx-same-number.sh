#!/bin/sh
# hypernetx 2.4.3: bipartite() makes account 3 and post 3 one node, so that accounts who share nothing are connected.
#
# Guess: bipartite() has a node for each account and for each post, also where both are numbered: the documentation says
# that nodes and edges are distinct objects and that their identifiers may be shared.
# Seen: three posts and five accounts, numbered from 1 as tables and label encoders number them, become five nodes
# instead of eight, with loops at accounts 1 and 2, who shared posts 1 and 2. Accounts 1 and 5 are in two components of
# the hypergraph and two steps apart in its bipartite graph; a degree is that of account and post added up. No error and
# no warning, and only from_bipartite() refuses what bipartite() made. With text ids all is right: write "post 3".
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q hypernetx==2.4.3 networkx==3.6.1 numpy==1.26.4 pandas==2.3.3 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import hypernetx as hnx
import networkx as nx

SHARES = {1: [1, 2, 3], 2: [2, 3], 3: [4, 5]}
numbered = hnx.Hypergraph(SHARES)
named = hnx.Hypergraph({f"post {post}": [f"account {account}" for account in accounts]
                        for post, accounts in SHARES.items()})
graph, by_name = numbered.bipartite(), named.bipartite()
components = sorted(sorted(part) for part in numbered.connected_components())
steps = nx.shortest_path_length(graph, 1, 5)
print(f"hypernetx 2.4.3: {len(numbered.nodes)} accounts and {len(numbered.edges)} posts are {len(graph)} nodes, with",
      f"names {len(by_name)}; loops {list(nx.selfloop_edges(graph))}; components {components}, yet 1 and 5 are {steps}",
      f"steps apart; degree of account 3: {numbered.degree(3)} and {graph.degree(3)}")
assert len(graph) == 5 and len(by_name) == 8 and list(nx.selfloop_edges(graph)) == [(1, 1), (2, 2)]
assert components == [[1, 2, 3], [4, 5]] and nx.is_connected(graph)
assert nx.number_connected_components(by_name) == 2
assert numbered.degree(3) == 2 and graph.degree(3) == 4
try:
    hnx.Hypergraph.from_bipartite(graph)
    raise SystemExit("reads its own graph now")
except nx.NetworkXError as error:
    print("from_bipartite:", error)
PY
