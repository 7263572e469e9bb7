#!/bin/sh
# tiktok-research-api-helper 0.1.3 stores times in the zone of the machine, without it: one hour a year is there twice.
#
# Guess: create_time, which TikTok's Research API gives in seconds since 1970, is in UTC in the database, as crawls are.
# Seen: it is the local time of the machine that collects, in a column without a zone. Two teams, in New York and in
# Berlin, have the same video five or six hours apart, so that a link of theirs falls out of every window, and the day
# on which it was posted differs. Where clocks go back, two videos posted an hour apart have one time, and one of the
# half hour between comes before both: order and gaps are lost for good. The first 32 bits of the id hold the second in
# which the video was made; take that, or set TZ=UTC before collecting.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q sqlalchemy==2.0.46 attrs==25.4.0 rich==14.2.0 >/dev/null 2>&1
venv/bin/pip install -q --no-deps tiktok-research-api-helper==0.1.3 >/dev/null 2>&1
cat > collect.py <<'PY'
import sqlite3
import sys
from datetime import datetime, timezone
from pathlib import Path

from tiktok_research_api_helper import models

DATABASE = f"{sys.argv[1]}.db"
BEFORE = int(datetime(2026, 11, 1, 5, 30, tzinfo=timezone.utc).timestamp())
videos = [{"id": (second << 32) + number, "username": f"account{number}", "region_code": "US", "create_time": second}
          for number, second in enumerate((BEFORE, BEFORE + 1800, BEFORE + 3600))]
engine = models.get_sqlite_engine_and_create_tables(Path(DATABASE))
models.upsert_videos(videos, crawl_id=1, engine=engine)
with sqlite3.connect(DATABASE) as database:
    for (stored,) in database.execute("SELECT create_time FROM video ORDER BY id"):
        print(stored[:16])
PY
for zone in UTC Europe/Berlin America/New_York; do
    TZ=$zone venv/bin/python -W ignore collect.py "$(basename $zone)" > "$(basename $zone).txt"
    echo "tiktok-research-api-helper 0.1.3, TZ=$zone: $(tr '\n' ';' < "$(basename $zone).txt")"
done
[ "$(tr '\n' ';' < UTC.txt)" = "2026-11-01 05:30;2026-11-01 06:00;2026-11-01 06:30;" ]
[ "$(tr '\n' ';' < Berlin.txt)" = "2026-11-01 06:30;2026-11-01 07:00;2026-11-01 07:30;" ]
[ "$(tr '\n' ';' < New_York.txt)" = "2026-11-01 01:30;2026-11-01 01:00;2026-11-01 01:30;" ]
