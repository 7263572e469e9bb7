#!/usr/bin/env bash
# dfir-unfurl 20261007 dates one TikTok link in five to 1970 or 1975, and halves the milliseconds of the others.
#
# Expected: the first 32 bits of the id of a TikTok video are its second, the next ten its millisecond; Unfurl names
# both and shows the time that they make together.
# Seen: it reads nine bits for the milliseconds, which halves them, and writes the two numbers behind each other as text
# to get milliseconds since 1970: 1700000000 and 22 become 170000000022, May 1975, and with a single digit July 1970.
# The label beside it is padded ("1700000000.022") and looks right. Among 1,000 videos of one second, one for each
# millisecond, 200 get a wrong year. Times from ids: id >> 32 is the second.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q dfir-unfurl==20261007 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
from collections import Counter

from unfurl.core import Unfurl


def find_time(millisecond):
    """Time that Unfurl shows for a made-up video of 2023-11-14 22:13:20 and so many milliseconds."""
    video = (1700000000 << 32) | (millisecond << 22) | (13 << 8) | 1
    graph = Unfurl(remote_lookups=False)
    graph.add_to_queue(data_type="url", key=None, value=f"https://www.tiktok.com/@ann/video/{video}")
    graph.parse_queue()
    (time,) = (node.value for node in graph.nodes.values() if node.data_type == "timestamp.epoch-milliseconds")
    return time[:23]


shown = {millisecond: find_time(millisecond) for millisecond in range(0, 1000, 5)}
years = Counter(time[:4] for time in shown.values())
print("dfir-unfurl 20261007:", {ms: shown[ms] for ms in (5, 45, 195, 200, 600)}, "years:", dict(years))
assert years == {"1970": 4, "1975": 36, "2023": 160}
assert shown[600].startswith("2023-11-14 22:13:20.300")
PY
