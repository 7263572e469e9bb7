#!/bin/sh
# netpol 0.3.0 calls networks polarised in which 2,000 accounts retweet by chance; three outsiders flatten real camps.
#
# Guess: 30 authors of unequal popularity whom accounts retweet at random have no camps: at most one network in twenty
# has p below 0.05 in the dip test of the latent ideologies. Two real camps are seen whatever a few others do.
# Seen: eight of eight such networks are "polarised", most with p = 0.0000. Accounts with two retweeted authors, the
# least that is allowed and the commonest number, have one score for each pair of authors; the test, which is for
# continuous values, takes each pile of equal scores for a peak, and more accounts make it worse. With each score
# counted once none of the eight is. And two camps of 100, with leaders of their own, lie on both sides of 0 until three
# accounts elsewhere retweet two authors of their own: then all 200 are at one end and the three at the other, p =
# 0.0000 again. Test the distinct scores, and only the largest connected part.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q netpol==0.3.0 networkx==3.6.1 numpy==2.4.6 pandas==3.1.1 diptest==0.12.0 \
    >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import networkx as nx
import numpy as np
from netpol import PolarizationConfig, analyze
from netpol.bimodality import dip_test


def retweet_by_chance(seed, accounts=2000, authors=30):
    rng = np.random.default_rng(seed)
    popularity = 1 / np.arange(1, authors + 1)
    graph = nx.DiGraph()
    for account in range(accounts):
        count = 2 if rng.random() < 0.6 else 2 + rng.geometric(0.5)
        for author in rng.choice(authors, count, replace=False, p=popularity / popularity.sum()):
            graph.add_edge(f"account {account}", f"author {author}")
    return graph


def retweet_in_camps(outsiders):
    rng = np.random.default_rng(1)
    graph = nx.DiGraph()
    for account in range(200):
        own, other = ("left", "right") if account < 100 else ("right", "left")
        for author in rng.choice(5, 3, replace=False):
            graph.add_edge(f"{own} account {account}", f"{own} {author}")
        if rng.random() < 0.3:
            graph.add_edge(f"{own} account {account}", f"{other} {rng.integers(5)}")
    graph.add_edges_from((f"outsider {number}", f"singer {singer}") for number in range(outsiders) for singer in (1, 2))
    return graph


config = PolarizationConfig()
results = [analyze(retweet_by_chance(seed), config) for seed in range(8)]
polarised = sum(bool(result.is_polarized) for result in results)
distinct = [dip_test(np.unique(result.scores["score_1"].round(9)))[1] for result in results]
camps = {}
for outsiders in (0, 3):
    result = analyze(retweet_in_camps(outsiders), PolarizationConfig(n_influencers=12))
    scores = result.scores["score_1"]
    means = {side: round(float(scores[scores.index.str.startswith(side)].mean()), 2) for side in ("left", "right")}
    camps[outsiders] = means, f"p = {result.p_value:.4f}"
print(f"netpol 0.3.0: {polarised} of 8 random networks are polarised, p = {[round(r.p_value, 4) for r in results]},"
      f" with each score once {[round(p, 2) for p in distinct]}; mean scores of two camps, by outsiders {camps}")
assert polarised >= 7 and min(distinct) > 0.05
assert abs(camps[0][0]["left"] - camps[0][0]["right"]) > 1
assert camps[3][0]["left"] == camps[3][0]["right"] and abs(camps[3][0]["left"]) == 1
PY
