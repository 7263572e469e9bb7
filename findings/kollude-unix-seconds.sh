#!/bin/sh
# kollude 0.4.0: times in Unix seconds, as many interfaces give them, all lie within one hour of 1970, or their rows go.
#
# Guess: created_at = 1767225600 is read as 2026-01-01, or refused; a year of posts stays a year, however times are
# written.
# Seen: forty accounts use one sentence, one every third day, for four months. With times in ISO 8601 nothing is
# coordinated (0.0; the sentence spans 2,808 hours). The same times as integers or decimals are taken as nanoseconds:
# all lie on 1970-01-01 at 00:00:01, one hour holds them all, every post is coordinated (1.0) and the cluster's span is
# 0 hours, the most suspicious one there is. In milliseconds they lie ten seconds apart at 00:29. As text ("1767225600",
# what JSON of several platforms has) all rows are dropped and the scan of nothing finds nothing. No warning in any of
# the cases. Write times in ISO 8601 before handing them over.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q kollude==0.4.0 pandas==3.1.1 numpy==2.4.6 pyarrow==26.0.1 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
from datetime import UTC, datetime

import kollude

FORMS = {
    "ISO 8601": lambda second: datetime.fromtimestamp(second, UTC).isoformat(),
    "integers": int,
    "decimals": float,
    "milliseconds": lambda second: second * 1000,
    "text": str,
}
found = {}
for name, write in FORMS.items():
    posts = [{"id": number, "author": f"account {number}", "created_at": write(1767225600 + number * 3 * 86400),
              "text": "We all stand with the harbour workers of our city today"} for number in range(40)]
    frame = kollude.from_records(posts)
    result = kollude.scan(frame)
    found[name] = (len(frame), sorted(set(frame.t.dt.year)), result.summary["coordinated_event_share"],
                   [round(cluster["span_h"], 2) for cluster in result.clusters])
    print(f"kollude 0.4.0, times as {name}: rows, years, coordinated share, hours of the cluster {found[name]}")
assert found["ISO 8601"] == (40, [2026], 0.0, [2808.0])
assert all(found[name] == (40, [1970], 1.0, [0.0]) for name in ("integers", "decimals", "milliseconds"))
assert found["text"] == (0, [], 0.0, [])
PY
