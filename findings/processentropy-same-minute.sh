#!/bin/sh
# ProcessEntropy 1.1.2 (information flow between accounts): of posts with equal times each "was before" the other.
#
# Guess: the cross entropy of two accounts uses what the source wrote "before the current time", as documented; where
# times are equal, neither of two posts was before the other.
# Seen: of equal times the source comes first, and each account is once the source: a "source" sorts before a "target",
# which is how the rows are named. Of a copier that repeats a leader's 100 posts 20 seconds later, the entropy given the
# leader is 0.8 bits and the other way round 4.1, as between strangers. With the same times in whole minutes it is 0.8
# both ways: the leader is as predictable from the copier, that is from posts which it wrote first, as the copier from
# the leader. pairwise_information_flow() subtracts the two, so that the strongest flow there can be is none. Times of
# exports in minutes or days, and whoever posts in the same second, meet this. Leave out equal times, or order them.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q nltk==3.9.1 numba==0.61.2 numpy==2.2.6 pandas==2.3.3 tqdm==4.67.1 >/dev/null 2>&1
"$folder/venv/bin/pip" install -q --no-deps ProcessEntropy==1.1.2.dev0 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import random

import pandas as pd
from ProcessEntropy.CrossEntropyPythonOnly import pairwise_information_flow, timeseries_cross_entropy

draw = random.Random(1)
words = [f"word{number}" for number in range(500)]


def write_post():
    return " ".join(draw.choice(words) for _ in range(12))


leader = [(600 * number + draw.randrange(30), write_post()) for number in range(100)]
accounts = {"leader": leader, "copier": [(time + 20, text) for time, text in leader]}
accounts |= {name: [(time, write_post()) for time, _ in leader] for name in ("stranger", "passer-by")}
found, flows = {}, {}
for unit in (1, 60):
    posts = {name: [(time // unit, text) for time, text in rows] for name, rows in accounts.items()}
    found[unit] = [round(float(timeseries_cross_entropy(posts[target], posts[source])), 1)
                   for target, source in (("copier", "leader"), ("leader", "copier"), ("leader", "stranger"))]
    rows = [(name, *row) for name, rows in posts.items() for row in rows]
    table = pairwise_information_flow(pd.DataFrame(rows, columns=["username", "time", "tweet"]), time_col="time",
                                      show_warnings=False, progressbar=False)
    flows[unit] = round(float(table.set_index(["source", "target"]).flow["leader", "copier"]), 2)
print("ProcessEntropy 1.1.2: entropy of the copier given the leader, leader given copier, leader given stranger:",
      f"seconds {found[1]}, minutes {found[60]}; flow from leader to copier: seconds {flows[1]}, minutes {flows[60]}")
assert found[1][0] < 1 and found[1][1] > 4 and found[1][2] > 4
assert found[60][:2] == [found[1][0]] * 2 and found[60][2] > 4
assert abs(flows[1]) > 0.5 and abs(flows[60]) < 0.1
PY
