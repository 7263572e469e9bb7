#!/usr/bin/env bash
# cdxj-indexer 1.5.0 and surt 0.3.1 (web archives, WACZ) give two YouTube videos and two short links one and the same key.
#
# Expected: the sort-friendly key of an archived page (SURT) lowers the host and sorts the query; the value of v=, an id
# in which case matters, stays as it is, so that each video has its own key.
# Seen: the whole address goes to small letters: watch?v=aB3dE5fG7hI and v=Ab3De5Fg7Hi, youtu.be/... and bit.ly/... alike.
# An index of the two archived pages has two lines with one key; a lookup by key (replay, "was this link archived?")
# answers with either. Keys of an archive must not be used to count who shared what: use the field "url" beside them.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q cdxj-indexer==1.5.0 surt==0.3.1 warcio==1.8.1 >/dev/null 2>&1
cd "$folder"
venv/bin/python - <<'PY'
from io import BytesIO

from surt import surt
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

pages = {"https://www.youtube.com/watch?v=aB3dE5fG7hI": "the harbour", "https://www.youtube.com/watch?v=Ab3De5Fg7Hi": "a cat"}
with open("pages.warc.gz", "wb") as file:
    writer = WARCWriter(file, gzip=True)
    for address, title in pages.items():
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        body = BytesIO(f"<title>{title}</title>".encode())
        writer.write_record(writer.create_warc_record(address, "response", payload=body, http_headers=headers))
keys = {address: surt(address) for address in (*pages, "https://bit.ly/3AbCdEf", "https://bit.ly/3aBcDeF")}
print("surt 0.3.1:", keys)
assert len(set(keys.values())) == 2
PY
venv/bin/cdxj-indexer pages.warc.gz > index.cdxj
echo "cdxj-indexer 1.5.0:"; cut -c-120 index.cdxj
test "$(wc -l < index.cdxj)" -eq 2
test "$(cut -d' ' -f1 index.cdxj | uniq)" = "com,youtube)/watch?v=ab3de5fg7hi"
grep -q 'watch?v=aB3dE5fG7hI' index.cdxj && grep -q 'watch?v=Ab3De5Fg7Hi' index.cdxj
