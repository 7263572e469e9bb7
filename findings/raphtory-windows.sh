#!/usr/bin/env bash
# raphtory 0.17.0: rolling("1 day") and rolling("24 hours") differ; integer seconds are milliseconds.
#
# Expected: rolling("1 day") and rolling("24 hours") cut the same posts in the same way, since both last 86,400 seconds;
# and times that are given as integers, as the interfaces of platforms do, are Unix seconds.
# Seen: windows begin at the start of the unit that is NAMED: at midnight, or at the hour of the first post (23:00);
# rolling(86400000) begins with the post itself. Two accounts act at 23:50 and 00:10, on five nights: "1 day" never has
# them in one window, "24 hours" always. Integers are milliseconds: with Unix seconds one window of "1 day" holds 1,000
# days, and everybody meets everybody. Nothing warns. State windows in milliseconds, and times as text.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q raphtory==0.17.0 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
from datetime import UTC, datetime, timedelta

from raphtory import Graph

FIRST = datetime(2024, 5, 13, 23, 50, 30, tzinfo=UTC)
acts = [
    (FIRST + timedelta(days=3 * day, minutes=late), who) for day in range(5) for late, who in ((0, "ann"), (20, "ben"))
]


def find_meetings(window, to_time):
    """Number of windows in which both accounts act."""
    graph = Graph()
    for when, who in acts:
        graph.add_edge(to_time(when), who, "the link")
    windows = list(graph.rolling(window))
    return sum(each.has_node("ann") and each.has_node("ben") for each in windows), len(windows)


def as_text(when):
    return when.strftime("%Y-%m-%dT%H:%M:%S")


seen = {window: find_meetings(window, as_text) for window in ("1 day", "24 hours", 86_400_000)}
seconds = find_meetings("1 day", lambda when: int(when.timestamp()))
print(f"raphtory 0.17.0: meetings and windows {seen}; with Unix seconds {seconds}")
assert {window: meetings for window, (meetings, _) in seen.items()} == {"1 day": 0, "24 hours": 5, 86_400_000: 5}
assert seconds == (1, 1)
PY
