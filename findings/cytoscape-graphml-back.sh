#!/bin/sh
# cytoscape-graphml 1.0.6: what networkx wrote has weights named "d2"; what it writes is an empty graph to networkx.
#
# Guess: attributes have their names and types, edges their direction; GraphML that comes out of Cytoscape.js can be
# read by networkx and igraph, or they refuse it.
# Seen: fields are named after the keys of the file ("d0", "d1", "d2", whose order changes with the data) and are text,
# so edges[weight > 10] finds none of two; the names that the file gives to its keys are not looked at, nor its
# direction. On the way back nodes and edges have no namespace (xmlns=""), there is no key and no direction, edges have
# new random ids: networkx 3.6.1 and igraph 1.0.0 read 0 nodes and 0 edges, without a word. A network that was laid out
# or corrected by hand in a page is lost when it is saved. Exchange Cytoscape's own JSON (nx.cytoscape_data) instead.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q networkx==3.6.1 igraph==1.0.0 >/dev/null 2>&1
npm install --silent --no-audit --no-fund jsdom@26.1.0 jquery@3.7.1 cytoscape@3.33.1 cytoscape-graphml@1.0.6 \
    >/dev/null 2>&1
venv/bin/python - <<'PY'
import networkx as nx

graph = nx.DiGraph()
graph.add_nodes_from([("ann", {"role": "amplifier", "posts": 120}), ("ben", {"role": "seed", "posts": 9})])
graph.add_node("cem", role="amplifier", posts=30)
graph.add_weighted_edges_from([("ann", "ben", 100), ("cem", "ben", 20), ("ben", "ann", 3)])
nx.write_graphml(graph, "network.graphml")
PY
cat > page.cjs <<'JS'
const { readFileSync, writeFileSync } = require("fs"), { window } = new (require("jsdom").JSDOM)("<body></body>");
Object.assign(global, { window, document: window.document, XMLSerializer: window.XMLSerializer });
const jquery = require("jquery"), cytoscape = require("cytoscape");
require("cytoscape-graphml")(cytoscape, jquery);
console.warn = () => {};
const cy = cytoscape({ headless: true });
cy.graphml({ layoutBy: "null" });
cy.graphml(readFileSync("network.graphml", "utf8"));
const fields = Object.fromEntries(Object.entries(cy.edges()[0].data()).filter(([name]) => name !== "id"));
const heavy = cy.edges("[weight > 10]").length;
console.log("cytoscape-graphml 1.0.6: an edge", JSON.stringify(fields), "; edges[weight > 10]:", heavy);
writeFileSync("back.graphml", cy.graphml());
const { weight, ...others } = fields;
if (weight !== undefined || heavy !== 0 || !Object.values(others).includes("100")) process.exit(1);
if (cy.nodes().length !== 3 || cy.edges().length !== 3) process.exit(1);
JS
node page.cjs
venv/bin/python -W ignore - <<'PY'
import igraph
import networkx as nx

with open("back.graphml") as file:
    text = file.read()
by_networkx, by_igraph = nx.read_graphml("back.graphml"), igraph.Graph.Read_GraphML("back.graphml")
print(f"back: networkx 3.6.1 reads {by_networkx}, igraph 1.0.0 {by_igraph.vcount()} nodes")
assert text.count("<node") == text.count("<edge") == 3 and "<key" not in text
assert len(by_networkx) == 0 and by_igraph.vcount() == 0
PY
