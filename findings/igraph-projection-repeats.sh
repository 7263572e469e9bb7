#!/usr/bin/env bash
# igraph 1.0.0: bipartite_projection(multiplicity=True) multiplies repetitions: one link that two share 30 times weighs 900.
#
# Expected: "multiplicity" is, as documented, how many neighbours two accounts have in common: here the links that both
# shared. That an account shares one of them again changes nothing, or at most adds one.
# Seen: it is the number of paths. A table of shares (one row a post) gives an edge a row; two accounts that posted one
# and the same link 30 times each weigh 900, two that shared 29 different links weigh 29. networkx 3.6.1 counts 1 and 29
# in the same table. After a cut at 100 the pair with one link is the "network" and the campaign is gone.
# Give igraph distinct pairs: graph.simplify() before the projection makes it 1 and 29.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q igraph==1.0.0 networkx==3.6.1 >/dev/null 2>&1
"$folder/venv/bin/python" - <<'PY'
import igraph
import networkx as nx

shares = [(account, "the one link") for account in ("ann", "ben") for _ in range(30)]
shares += [(account, f"link {number}") for account in ("cat", "dan") for number in range(29)]
links = {link for _, link in shares}


def project_with_igraph(simplify):
    graph = igraph.Graph.TupleList(shares)
    graph.vs["type"] = [name in links for name in graph.vs["name"]]
    projected = (graph.simplify() if simplify else graph).bipartite_projection(multiplicity=True, which=0)
    names = projected.vs["name"]
    return {tuple(sorted((names[edge.source], names[edge.target]))): edge["weight"] for edge in projected.es}


table = nx.MultiGraph(shares)
accounts = {account for account, _ in shares}
other = nx.bipartite.weighted_projected_graph(nx.Graph(table), accounts)
other = {tuple(sorted(pair)): weight for *pair, weight in other.edges(data="weight")}
repeated, simple = project_with_igraph(simplify=False), project_with_igraph(simplify=True)
print(f"igraph 1.0.0: {repeated}, after simplify() {simple}; networkx 3.6.1: {other}")
assert repeated == {("ann", "ben"): 900, ("cat", "dan"): 29}
assert simple == other == {("ann", "ben"): 1, ("cat", "dan"): 29}
PY
