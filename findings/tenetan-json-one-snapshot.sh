#!/bin/sh
# tenetan 0.9.0: load_json() puts all days into ONE snapshot and gives all edges but the first the weight 1.
#
# Guess: a temporal graph comes out of JSON as out of CSV: three days, with the weights of the file.
# Seen: CSV is right. From the same rows as JSON there is one snapshot, whose time is the word "timestamp" (the name of
# the field), and of the weights 7, 1, 3 and 2 only the first can stay; here two posts of ann and ben on two days are
# one edge of weight 1. Everybody who met in three days met at once; nothing is raised. write_json(), with the default
# type of weights, fails with TypeError. Repeated rows of one pair and day are not added up in either format, the last
# counts. Use load_csv() and add up rows before.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q tenetan==0.9.0 numpy==2.4.6 >/dev/null 2>&1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import csv
import json

from tenetan.networks import SnapshotGraph

FIELDS = ("source", "target", "timestamp", "weight")
rows = [("ann", "ben", "day1", 7.0), ("ann", "cem", "day1", 1.0)]
rows += [("ben", "cem", "day2", 3.0), ("ann", "ben", "day3", 2.0)]
with open("met.csv", "w", newline="") as file:
    csv.writer(file).writerows([FIELDS, *rows])
with open("met.json", "w") as file:
    edges = [dict(zip(FIELDS, row, strict=True)) for row in rows]
    json.dump({"nodes": ["ann", "ben", "cem"], "edges": edges}, file)
by_csv, by_json, repeated = SnapshotGraph(), SnapshotGraph(), SnapshotGraph()
by_csv.load_csv("met.csv")
by_json.load_json("met.json")
repeated.load_edge_list([("ann", "ben", "day1", 1.0)] * 5, ["ann", "ben"], ["day1"])


def list_edges(graph):
    return [(one, two, time, float(graph.tensor[i, j, t])) for i, one in enumerate(graph.vertices)
            for j, two in enumerate(graph.vertices) for t, time in enumerate(graph.timestamps) if graph.tensor[i, j, t]]


print("tenetan 0.9.0 from CSV ", list_edges(by_csv))
print("tenetan 0.9.0 from JSON", list_edges(by_json))
assert sorted(list_edges(by_csv)) == sorted(rows)
assert by_json.timestamps == ["timestamp"] and len(list_edges(by_json)) == 3
assert {weight for *_, weight in list_edges(by_json)} == {1.0} and list_edges(repeated)[0][-1] == 1.0
try:
    by_csv.write_json("back.json")
    raise SystemExit("writes JSON now")
except TypeError as error:
    print("write_json:", error)
PY
