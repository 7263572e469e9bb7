#!/usr/bin/env bash
# HIF, the exchange format of hypergraphs: what xgi 0.10.2 writes loses names, weights and posts in hypergraphx 1.8.0.
#
# Expected: accounts that share posts (one hyperedge a post) come out of the Hypergraph Interchange Format as they went in:
# the same accounts, three posts, the same weights; that is what the format was made for.
# Seen: hypergraphx numbers the accounts from 0 in place of their names, and keeps the name of those only that
# have attributes; the others are numbers without a name. Two posts of the same three accounts are ONE hyperedge of
# weight 2, their ids are gone, and the weights in the file (0.5, 0.25, 7) are not read: they become 2 and 1. It cannot
# write the result either. Weights of hypergraphx are numbers of repetitions: use xgi, or a plain table, for posts.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q xgi==0.10.2 hypergraphx==1.8.0 >/dev/null 2>&1
cd "$folder"
cat > exchange.py <<'PY'
import xgi
from hypergraphx.readwrite.hif import read_hif, write_hif

posts = {"post1": (["ann", "ben", "cat"], 0.5), "post2": (["ann", "ben", "cat"], 0.25), "post3": (["ben", "dan"], 7.0)}
shared = xgi.Hypergraph()
shared.add_node("ann", role="seed")
for post, (accounts, weight) in posts.items():
    shared.add_edge(accounts, idx=post, weight=weight)
xgi.write_hif(shared, "shared.hif.json")
again = xgi.read_hif("shared.hif.json")
assert {post: again.edges[post]["weight"] for post in again.edges} == {post: weight for post, (_, weight) in posts.items()}
assert again.edges.members("post2") == {"ann", "ben", "cat"}

read = read_hif("shared.hif.json")
names = {node: attributes.get("node") for node, attributes in read.get_nodes(metadata=True).items()}
weights = sorted(read.get_weights())
print(f"hypergraphx 1.8.0: {len(read.get_edges())} posts of sizes {sorted(map(len, read.get_edges()))}, weights {weights}, names {names}")
assert sorted(map(len, read.get_edges())) == [2, 3] and weights == [1, 2]
assert sorted(names) == [0, 1, 2, 3] and sorted(names.values(), key=str) == [None, None, None, "ann"]
try:
    write_hif(read, "back.hif.json")
except TypeError as error:
    print("written again:", error)
else:
    raise SystemExit("hypergraphx now writes what it read")
PY
venv/bin/python -W ignore exchange.py
