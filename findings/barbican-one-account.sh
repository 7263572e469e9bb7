#!/bin/sh
# oubliette-barbican 0.1.1 reports an account that repeats itself as coordinated, and --window keeps no pair out.
#
# Guess: coordination needs two accounts; --window 60 keeps posts that lie more than a minute apart out of a cluster.
# Seen: one account that greets every morning for five days is "1 coordinated cluster" with a score of 0.69, exit
# code 1: authors are not compared. The days between do not matter either, whatever the window: time is a quarter of a
# weighted sum that two similar texts exceed without it. Automatic accounts, weather reports and threads are what such a
# run finds first. Keep one post for each author and text, and cut by time before.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q oubliette-barbican==0.1.1 >/dev/null 2>&1
"$folder/venv/bin/python" - "$folder/posts.jsonl" <<'PY'
import json
import sys

others = ["The new tram line opens on Monday", "Does anyone have a recipe for lentil soup", "What a season it was for us"]
posts = [("ann", f"2026-01-0{day}T07:00:00Z", f"Good morning, day {day} of my walk along the coast") for day in range(1, 6)]
posts += [(f"reader{number}", "2026-01-09T07:00:00Z", text) for number, text in enumerate(others)]
with open(sys.argv[1], "w") as file:
    for number, (author, time, text) in enumerate(posts):
        print(json.dumps({"post_id": f"p{number}", "author_id": author, "timestamp": time, "text": text}), file=file)
PY
code=0
"$folder/venv/bin/barbican" detect -i "$folder/posts.jsonl" --window 60 > "$folder/seen" || code=$?
cat "$folder/seen"
test "$code" = 1
grep -q "^1 coordinated cluster" "$folder/seen"
test "$(grep -c "ann  *2026" "$folder/seen")" = 5
if grep -q "reader" "$folder/seen"; then exit 1; fi
