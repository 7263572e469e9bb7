#!/bin/sh
# Python-EasyGraph 1.6.3: the number of edges is 13 or 361, modularity 0.50 or 27, by what was asked before.
#
# Guess: size(), degree(), density() and modularity() of a graph that nobody changes are the same in any order of calls.
# Seen: the first answer is kept and given to every later question, whatever weight that one asks for. In a graph of two
# groups that share 30 posts in each pair and one across, size() is 13; after degree(), which is weighted, it is 361,
# and the density 12.9. The other way round size(weight="weight") is 13, and modularity of the two groups, 0.497 in a
# fresh graph, is 27.2 after density() or size(); it cannot exceed 1. A weight that is changed in place is not seen
# either. A notebook that prints the number of edges first reports another modularity than one that does not, and
# methods that are compared on one graph are compared on what ran before. Ask each question of a copy: graph.copy()
# remembers nothing.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --no-deps Python-EasyGraph==1.6.3 >/dev/null 2>&1
"$folder/venv/bin/pip" install -q numpy==1.26.4 scipy==1.15.3 matplotlib==3.9.4 requests==2.34.2 tqdm==4.70.1 \
    fastjsonschema==2.22.3 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
from itertools import combinations

import easygraph as eg

GROUPS = [set("abcd"), set("wxyz")]


def two_groups():
    graph = eg.Graph()
    for group in ("abcd", "wxyz"):
        for one, other in combinations(group, 2):
            graph.add_edge(one, other, weight=30)
    graph.add_edge("a", "w", weight=1)
    return graph


asked = {
    "nothing": lambda graph: None,
    "size()": lambda graph: graph.size(),
    "density()": eg.density,
    "degree()": lambda graph: graph.degree(),
    "size() of a copy": lambda graph: graph.copy().size(),
}
found = {}
for name, ask in asked.items():
    answers = []
    for question in (lambda graph: graph.size(), lambda graph: graph.size(weight="weight"), eg.density,
                     lambda graph: eg.modularity(graph, GROUPS)):
        graph = two_groups()
        ask(graph)
        answers.append(round(question(graph), 3))
    found[name] = answers
changed = two_groups()
changed.degree()
changed["a"]["b"]["weight"] = 500
print(f"Python-EasyGraph 1.6.3: edges, sum of weights, density and modularity after {found};"
      f" degree after a weight became 500: {changed.degree()['a']}")
assert found["nothing"] == found["size() of a copy"] == [13, 361.0, 0.464, 0.497]
assert found["size()"][1] == found["density()"][1] == 13
assert found["size()"][3] == found["density()"][3] == 27.192
assert found["degree()"][0] == 361 and found["degree()"][2] > 12
assert changed.degree()["a"] == 91
PY
