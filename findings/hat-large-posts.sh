#!/bin/sh
# HypergraphAnalysisToolbox 1.1.18: three posts of 1,206 sharers are ONE if their first and last three are equal.
#
# Guess: an incidence matrix (accounts by posts) gives as many hyperedges as it has columns; at most equal ones are one.
# Seen: "no duplicate rows" is checked on the TEXT of each list of sharers, and NumPy prints a long list as its first
# and last three entries with dots between. Posts of over 1,000 sharers are "equal" if those six are: the matrix goes
# from three columns to one and from 3,618 shares to 1,206; no warning. With accounts sorted by activity the busiest
# come first, and they share everything that spreads. Below 1,001 sharers, or as edge_list=, the three stay; there, as
# in the matrix, posts of the very same accounts are one, so that ten posts of one group count once.
# compress=False keeps all columns.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q hypergraphanalysistoolbox==1.1.18 numpy==2.4.6 pandas==2.3.3 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import numpy as np
from HAT import Hypergraph


def make_shares(sharers):
    """Three posts of 2,000 accounts: the first and last three accounts, and as many others by chance."""
    draw, shares = np.random.default_rng(1), np.zeros((2000, 3), dtype=int)
    shares[:3] = shares[-3:] = 1
    for post in range(3):
        shares[draw.choice(np.arange(3, 1997), sharers - 6, replace=False), post] = 1
    return shares


counts = {}
for sharers in (900, 1206):
    shares = make_shares(sharers)
    alike = int((shares[:, 0] & shares[:, 1]).sum())
    for compress in (True, False):
        graph = Hypergraph(incidence_matrix=shares.copy(), compress=compress)
        counts[sharers, compress] = (graph.incidence_matrix.shape[1], int(graph.incidence_matrix.sum()))
        print(f"HAT 1.1.18, {sharers} sharers each ({alike} in two of them), compress={compress}:",
              "posts and shares", counts[sharers, compress])
listed = Hypergraph(edge_list=[["ann", "ben", "cem"]] * 10 + [["ann", "dan", "eve"]])
print("ten posts of one group and one other:", listed.nedges)
assert counts[900, True] == counts[900, False] == (3, 2700) and counts[1206, False] == (3, 3618)
assert counts[1206, True] == (1, 1206) and listed.nedges == 2
PY
