#!/bin/sh
# hypergraphx 1.8.0 get_svh(): six accounts that share twenty posts, all six each time, have p = 1.
#
# Guess: the Statistically Validated Hypergraph finds the two planted groups in a crowd of 200: three accounts, and six
# accounts, with twenty posts in common each, while no two of the crowd share more than a few.
# Seen: the three have 8e-34, the six 1. A group is only compared with posts of just as many sharers: where nobody else
# has posts of six, the six are in "all" posts and nothing is a surprise. What decides is whether OTHERS happen to have
# groups of that size: with 300 posts of six strangers the same six have 9e-114. In data of coordination the biggest
# groups are the only ones of their size, so they are what is left out, silently (fdr is False). get_svc(), which
# compares with all posts, finds both.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q hypergraphx==1.8.0 numpy==2.4.6 pandas==2.3.3 scipy==1.17.1 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import random
from collections import Counter

from hypergraphx import Hypergraph
from hypergraphx.filters import get_svc, get_svh

draw, crowd = random.Random(1), [f"crowd{number:03d}" for number in range(200)]
three, six = (tuple(f"{name}{number}" for number in range(size)) for name, size in (("three", 3), ("six", 6)))
posts = Counter(tuple(sorted(draw.sample(crowd, draw.choice([2, 3, 4])))) for _ in range(600))
posts += Counter({three: 20, six: 20})


def find_groups(posts):
    graph = Hypergraph(list(posts), weighted=True, weights=list(posts.values()))
    svh, svc = get_svh(graph), get_svc(graph)
    rows = {row.edge: (row.pvalue, row.fdr) for table in svh.values() for row in table.itertuples()}
    return rows[three], rows[six], set(svc[svc.fdr].group)


of_three, of_six, cores = find_groups(posts)
strangers = Counter(tuple(sorted(draw.sample(crowd, 6))) for _ in range(300))
_, among_others, _ = find_groups(Counter({group: posts[group] for group in (three, six)}) + strangers)
print(f"hypergraphx 1.8.0 get_svh: three p {of_three[0]:.1g}, six p {of_six[0]:.1g};",
      f"six beside 300 posts of six strangers p {among_others[0]:.1g}; get_svc: {sorted(cores)}")
assert of_three[0] < 1e-30 and of_three[1] and of_six == (1.0, False)
assert among_others[0] < 1e-30 and among_others[1] and cores == {three, six}
PY
