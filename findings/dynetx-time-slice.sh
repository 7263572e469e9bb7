#!/bin/sh
# dynetx 0.3.2: a time slice of a graph of co-actions has their edges, but none of them happens at any time.
#
# Guess: time_slice(0, 100) of a graph whose co-actions all lie at 0 to 61 seconds is the same graph, and a shorter
# slice is what happened in it.
# Seen: the end of an interaction is counted in when it is read and left out when it is written, so that one at second
# 30 comes back as 30 to 29. The slice lists the edges; its snapshots, its interactions and degrees at each time are
# empty, what lasts loses its last second, and gaps between co-actions become -1. A study that cuts a day into windows
# and counts per snapshot sees nothing happen, or only what lasts. Build each window from the rows.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q dynetx==0.3.2 networkx==3.6.1 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import dynetx

graph = dynetx.DynGraph()
for second in (0, 30, 45):
    graph.add_interaction("ann", "ben", t=second)
graph.add_interaction("ann", "cem", t=60)
graph.add_interaction("ben", "cem", t=61, e=64)
seen = graph.time_slice(0, 100)
edges = [sorted((one, two) for one, two, _ in each.interactions()) for each in (graph, seen)]
counts = [{t: len(each.interactions(t=t)) for t in (0, 30, 45, 60, 61, 63)} for each in (graph, seen)]
gaps = [dict(each.inter_event_time_distribution("ann", "ben")) for each in (graph, seen)]
print("dynetx 0.3.2: same edges", edges[0] == edges[1])
print("snapshots", graph.temporal_snapshots_ids(), "in the slice", seen.temporal_snapshots_ids())
print("co-actions by second", counts[0], "in the slice", counts[1])
print("gaps", gaps[0], "in the slice", gaps[1])
assert edges[0] == edges[1] and set(counts[0].values()) == {1}
assert counts[1] == {0: 0, 30: 0, 45: 0, 60: 0, 61: 1, 63: 0} and seen.temporal_snapshots_ids() == [61, 62]
assert gaps[0] == {30: 1, 15: 1} and gaps[1][-1] == 3
PY
