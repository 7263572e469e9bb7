#!/usr/bin/env bash
# skycoll 0.3.8 (graphs of Bluesky follows): converting GML to GEXF and back turns each one-sided follow into a mutual one.
#
# Expected: `skycoll convert` changes the format; the same accounts follow each other before and after, and networkx and
# igraph read both files.
# Seen: on the way back mutual_only is written the wrong way round, so that ann and ben, who follow each other, do not,
# and zoe, whom nobody follows back, does. Accounts are then called by their display names; two of one name are one. In
# between, networkx 3.6.1 refuses the GEXF (a mutual follow is an undirected edge of a directed graph), and igraph 1.0.0
# refuses the GML (its ids are handles, where GML asks for integers); networkx reads that one.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q skycoll==0.3.8 igraph==1.0.0 networkx==3.6.1 >/dev/null 2>&1
cd "$folder"
cat > ann.example.gml <<'GML'
graph [
  directed 1
  node [
    id "ann.example"
    label "Ann"
    node_type "self"
  ]
  node [
    id "ben.example"
    label "Harbour"
    node_type "follow"
  ]
  node [
    id "zoe.example"
    label "Harbour"
    node_type "follow"
  ]
  edge [
    source "ann.example"
    target "ben.example"
    mutual_only 1
  ]
  edge [
    source "ann.example"
    target "zoe.example"
    mutual_only 0
  ]
]
GML
cat > write_own.py <<'PY'
from skycoll.storage import read_gml, write_gml

nodes, edges = read_gml("ann.example.gml")
before = open("ann.example.gml").read()
edges = [(edge["source"], edge["target"], edge["mutual"]) for edge in edges]
assert open(write_gml("ann.example", nodes, edges)).read() == before, "the file above is as skycoll writes it"
PY
venv/bin/python write_own.py
cp ann.example.gml first.gml
venv/bin/skycoll convert ann.example --to gexf
venv/bin/skycoll convert ann.example --to gml
cat > look.py <<'PY'
import igraph
import networkx as nx


def find_refusal(read, *arguments):
    try:
        read(*arguments)
    except (nx.NetworkXError, igraph.InternalError) as error:
        return str(error).strip()
    return None


def list_edges(name):
    with open(name) as file:
        lines = [line.split(maxsplit=1) for line in file]
    values = {key: [line[1].strip().strip('"') for line in lines if line[0] == key] for key in ("source", "target", "mutual_only")}
    return list(zip(*values.values()))


before, after = list_edges("first.gml"), list_edges("ann.example.gml")
refusals = {"networkx": find_refusal(nx.read_gexf, "ann.example.gexf"), "igraph": find_refusal(igraph.Graph.Read_GML, "first.gml")}
print("skycoll 0.3.8:", before, "become", after, refusals)
assert [mutual for *_, mutual in before] == ["1", "0"] and after == [("Ann", "Harbour", "0"), ("Ann", "Harbour", "1")]
assert "Undirected edge" in refusals["networkx"] and "Non-integer node id" in refusals["igraph"]
PY
venv/bin/python -W ignore look.py
