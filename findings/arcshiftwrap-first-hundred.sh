#!/bin/sh
# arcshiftwrap 0.4.1 (Reddit, from Arctic Shift): the parallel collector returns nothing, the other the first 100 a day.
#
# Guess: collect_posts_by_windows and collect_posts_by_subreddits_parallel return all posts of the days asked for, or
# raise; "robust collection" in its own words.
# Seen: of 720 posts (one every four minutes for two days) the first returns 200, those until 06:36 of each day: one
# request a window of 24 hours, 100 posts a request, no second page and no warning. Everybody is then active after
# midnight and asleep from half past six, and who posts in the evening is missing altogether. The second returns an
# EMPTY list for the same arguments and logs an error for each subreddit (a local function cannot be sent to a process).
# Ask with step_hours=1 and check that no window has as many posts as the limit.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q arcshiftwrap==0.4.1 requests==2.32.5 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - 2>"$folder/log" <<'PY'
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from arcshiftwrap import ArcticShiftClient, collect_posts_by_subreddits_parallel
from arcshiftwrap.arctic_shift import collect_posts_by_windows

FIRST, DAYS = datetime(2026, 5, 1, tzinfo=UTC), 2
posts = [{"id": f"p{number}", "author": f"a{number % 50}", "created_utc": int(FIRST.timestamp()) + 240 * number}
         for number in range(DAYS * 360)]


class Archive(BaseHTTPRequestHandler):
    """Answer as the archive does: the oldest `limit` posts from `after` to `before`."""

    def do_GET(self):
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        after, before = (datetime.fromisoformat(asked[name]).timestamp() for name in ("after", "before"))
        found = [post for post in posts if after <= post["created_utc"] < before][: int(asked["limit"])]
        body = json.dumps({"data": found}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Archive)
Thread(target=server.serve_forever, daemon=True).start()
client = ArcticShiftClient(base_url=f"http://127.0.0.1:{server.server_port}", sleep_seconds=0)
asked = {"start": FIRST, "end": FIRST + timedelta(days=DAYS)}
one_by_one = collect_posts_by_windows(client, "harbour", **asked)
parallel = collect_posts_by_subreddits_parallel(client, ["harbour", "boats"], **asked)
hourly = collect_posts_by_windows(client, "harbour", step_hours=1, **asked)
hours = Counter(datetime.fromtimestamp(post["created_utc"], UTC).hour for post in one_by_one)
print(f"arcshiftwrap 0.4.1: {len(posts)} posts, collected {len(one_by_one)} (hours {sorted(hours)}),",
      f"in parallel {parallel}, with step_hours=1 {len(hourly)}")
assert len(one_by_one) == 200 and max(hours) == 6 and parallel == [] and len(hourly) == len(posts) == 720
PY
grep "Failed to collect" "$folder/log" | sort
