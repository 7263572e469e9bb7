#!/bin/sh
# twarc-csv 0.7.2 converts no page of the X API v2 where pandas 3 is installed, which its metadata allow.
#
# Guess: a deprecated call, so a warning and the row.
# Seen: AttributeError, for it calls DataFrame.applymap, which pandas 3 removed; with pandas 2.2.3 the same valid page
# gives its row and a FutureWarning. Whoever installs both today has to pin pandas below 3.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q twarc-csv==0.7.2 twarc==2.14.0 >/dev/null 2>&1
cat > "$folder/convert.py" <<'PY'
import pandas
from dataframe_converter import DataFrameConverter

metrics = {"retweet_count": 0, "reply_count": 0, "like_count": 0, "quote_count": 0}
post = {"id": "1344801000000000001", "author_id": "701", "created_at": "2021-01-01T00:00:00.000Z", "lang": "en",
        "conversation_id": "1344801000000000001", "text": "the harbour is open", "public_metrics": metrics}
user = {"id": "701", "name": "Ann", "username": "ann", "created_at": "2015-01-01T00:00:00.000Z",
        "public_metrics": {"followers_count": 1, "following_count": 1, "tweet_count": 1, "listed_count": 0}}
page = {"data": [post], "includes": {"users": [user]}, "meta": {"result_count": 1}}
try:
    said = f"{len(DataFrameConverter('tweets').process([page]))} row"
except AttributeError as error:
    said = f"AttributeError: {error}"
print(f"pandas {pandas.__version__}: {said}")
PY
for pandas in 2.2.3 3.0.0; do
    "$folder/venv/bin/pip" install -q "pandas==$pandas" >/dev/null 2>&1
    "$folder/venv/bin/python" -W ignore "$folder/convert.py" | tee -a "$folder/seen"
done
grep -q "2.2.3: 1 row" "$folder/seen" && grep -q "3.0.0: AttributeError.*applymap" "$folder/seen"
