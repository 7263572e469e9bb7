#!/bin/sh
# graphology-graphml 0.5.2 and graphology-gexf 0.13.2: three accounts that networkx wrote have one user_id.
#
# Guess: integers that networkx writes as type "long" (64 bits in GraphML and GEXF) are read as they are, as text if
# need be, or refused.
# Seen: 1344801000000000000, ...001 and ...064 are all 1344801000000000000, for numbers are doubles; no warning. The
# ids of X, Telegram, TikTok and Mastodon have that size. Keys of nodes are text and stay right, which hides it: one
# node has two ids. Filters, joins with other tables and "same account" by that attribute, in pages and tools that are
# built on graphology, put accounts together. Write ids as text: map str over them before nx.write_graphml.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q networkx==3.6.1 >/dev/null 2>&1
npm install --silent --no-audit --no-fund graphology@0.26.0 graphology-types@0.24.8 graphology-graphml@0.5.2 \
    graphology-gexf@0.13.2 >/dev/null 2>&1
venv/bin/python - <<'PY'
import networkx as nx

graph, text = nx.Graph(), nx.Graph()
for number in (1344801000000000000, 1344801000000000001, 1344801000000000064):
    graph.add_node(f"account {number}", user_id=number)
    text.add_node(f"account {number}", user_id=str(number))
nx.write_graphml(graph, "long.graphml")
nx.write_gexf(graph, "long.gexf")
nx.write_graphml(text, "text.graphml")
assert set(nx.get_node_attributes(nx.read_graphml("long.graphml"), "user_id").values()) == {
    1344801000000000000, 1344801000000000001, 1344801000000000064}
PY
grep -q 'attr.type="long"' long.graphml
cat > read.cjs <<'JS'
const { readFileSync } = require("fs"), Graph = require("graphology");
const parsers = { graphml: require("graphology-graphml").parse, gexf: require("graphology-gexf").parse };
const found = {};
for (const name of ["long.graphml", "long.gexf", "text.graphml"]) {
  const graph = parsers[name.split(".")[1]](Graph, readFileSync(name, "utf8"));
  found[name] = [graph.order, [...new Set(graph.mapNodes((node, attributes) => String(attributes.user_id)))]];
}
console.log("graphology-graphml 0.5.2, graphology-gexf 0.13.2: nodes and different ids", JSON.stringify(found));
const one = JSON.stringify([3, ["1344801000000000000"]]);
if (JSON.stringify(found["long.graphml"]) !== one || JSON.stringify(found["long.gexf"]) !== one) process.exit(1);
if (found["text.graphml"][1].length !== 3) process.exit(1);
JS
node read.cjs
