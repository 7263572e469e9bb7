#!/usr/bin/env bash
# Mastodon.py 2.3.3: to_json() of a status is not the JSON of a status, and from_json() refuses what a server sends.
#
# Expected: status.to_json() gives the JSON of Mastodon's interface, one line a post, which other tools read, and
# Entity.from_json() reads such JSON.
# Seen: the status is below "_mastopy_data", beside "_mastopy_version" (2.0.1, whatever the installed version). A page of
# a timeline is ONE object with the list below that key. Fields that the server did not send are there as null. Without
# the wrapper from_json() raises. A tool that looks for "account" and "content" on each line finds none: an archive that
# was kept so is empty to it. json.dumps(status, default=str) writes what other tools expect.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q Mastodon.py==2.3.3 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import json

from mastodon.return_types import Status
from mastodon.types_base import Entity, try_cast_recurse

account = {"id": "109", "username": "ann", "acct": "ann", "url": "https://m.example/@ann", "created_at": "2022-11-01T00:00:00.000Z"}
sent = {
    "id": "112345678901234567", "uri": "https://m.example/users/ann/statuses/1", "created_at": "2024-05-13T12:00:00.123Z",
    "content": "<p>the harbour is open</p>", "account": account, "reblog": None, "tags": [], "mentions": [],
}
status = try_cast_recurse(Status, sent)
written, dumped = json.loads(status.to_json()), json.loads(json.dumps(status, default=str))
unsent = sorted(name for name, value in written["_mastopy_data"].items() if name not in sent and value is None)
print(f"Mastodon.py 2.3.3: to_json() has {sorted(written)}, version {written['_mastopy_version']}, {len(unsent)} fields that were not sent")
assert "account" not in written and written["_mastopy_version"] == "2.0.1" and "poll" in unsent
assert Entity.from_json(status.to_json()).uri == sent["uri"]
try:
    Entity.from_json(json.dumps(sent))
except ValueError as error:
    print("from_json() of the answer of a server:", error)
else:
    raise SystemExit("from_json() now reads the answer of a server")
assert dumped["account"]["acct"] == "ann" and dumped["content"] == sent["content"]
PY
