#!/bin/sh
# networkx 3.6.1 double_edge_swap() draws graphs of the same degrees unequally, and which ones hangs on nswap being even.
#
# Guess: enough swaps give each graph with these degrees the same chance, which is what a null model with fixed degrees
# is; 100 or 101 swaps make no difference.
# Seen: only swaps that succeed are counted. A graph from which few swaps are possible is left at the next step like any
# other, where a chain that is to be fair has to stay. Of the 34 graphs with degrees 5 5 3 3 2 2 2 the commonest comes
# more than twice as often as the rarest, in proportion to the swaps it allows; with 1,000 swaps as with 30. Counting
# each attempt makes them equal. For a path of four accounts 100 swaps always give the graph itself and 101 never do: the
# null then has no variance, and z is infinite or 0/0. Count attempts: nswap=1 with an own loop is not enough either.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q networkx==3.6.1 >/dev/null 2>&1
"$folder/venv/bin/python" - <<'PY'
import random
from collections import Counter
from itertools import combinations

import networkx as nx

DEGREES = (5, 5, 3, 3, 2, 2, 2)
draw = random.Random(1)


def list_graphs(degrees, first=0, edges=()):
    """All graphs with these degrees, as sorted tuples of edges."""
    if first == len(degrees):
        return [edges] if not any(degrees) else []
    found = []
    for others in combinations(range(first + 1, len(degrees)), degrees[first]):
        left = [0 if node == first else degree - (node in others) for node, degree in enumerate(degrees)]
        if min(left) >= 0:
            found += list_graphs(left, first + 1, (*edges, *((first, other) for other in others)))
    return found


def list_swaps(edges):
    """Graphs that one swap makes of this one."""
    have, made = set(edges), []
    for (a, b), (c, d) in combinations(edges, 2):
        for new in (((a, c), (b, d)), ((a, d), (b, c))):
            new = [tuple(sorted(pair)) for pair in new]
            if all(one != two and (one, two) not in have for one, two in new):
                made.append(tuple(sorted(have - {(a, b), (c, d)} | set(new))))
    return made


def swap(edges, times):
    graph = nx.Graph(edges)
    nx.double_edge_swap(graph, nswap=times, max_tries=10**6, seed=draw.randrange(10**9))
    return tuple(sorted(tuple(sorted(edge)) for edge in graph.edges))


def swap_fairly(edges, attempts):
    """Propose a swap of two edges each time, and stay where it is not possible."""
    edges = list(edges)
    for _ in range(attempts):
        one, two = draw.sample(range(len(edges)), 2)
        (a, b), (c, d) = edges[one], draw.choice((edges[two], edges[two][::-1]))
        new = [tuple(sorted((a, c))), tuple(sorted((b, d)))]
        if a != c and b != d and not set(new) & set(edges):
            edges[one], edges[two] = new
    return tuple(sorted(edges))


graphs = list_graphs(DEGREES)
swaps = {graph: len(list_swaps(graph)) for graph in graphs}
total = sum(swaps.values())
DRAWS = 6000
seen, fair = Counter(swap(graphs[0], 30) for _ in range(DRAWS)), Counter(swap_fairly(graphs[0], 150) for _ in range(DRAWS))


def apart(counts, expected):
    """Largest relative difference between counts and expectation."""
    return max(abs(counts[graph] / expected(graph) - 1) for graph in graphs)


by_swaps = apart(seen, lambda graph: DRAWS * swaps[graph] / total)
equal, fairly = (apart(counts, lambda graph: DRAWS / len(graphs)) for counts in (seen, fair))
path = ((0, 1), (1, 2), (2, 3))
even, odd = ({swap(path, times) for _ in range(200)} for times in (100, 101))
print(f"networkx 3.6.1: {len(graphs)} graphs, commonest / rarest {max(seen.values()) / min(seen.values()):.1f};",
      f"off from equal by up to {equal:.0%}, from the number of swaps by {by_swaps:.0%}; each attempt counted {fairly:.0%}")
print("a path after 100 swaps", even, "after 101", odd)
assert set(seen) == set(fair) == set(graphs) and max(seen.values()) / min(seen.values()) > 2
assert equal > 0.6 and by_swaps < 0.3 and fairly < 0.35
assert even == {path} and path not in odd
PY
