#!/usr/bin/env bash
# pycoornet 0.6.0 (CooRnet in Python): with an interval of 60 seconds it joins accounts that posted a month apart.
#
# Expected: coordination_interval=60 joins two pages that share a link within 60 seconds of each other; so ann with ben
# (10 seconds apart) and cat with dan (10 seconds apart, a month later), and nobody else.
# Seen: all six pairs, each with the same weight. The interval only chooses which shares count as coordinated; then page
# and link are joined without time, and all pages of a link with each other. Two groups, or two busy hours, become one
# network. coord_shares_differential() also joins chains: of twenty pages that post 60 seconds after one another all 190
# pairs are edges, up to 19 minutes apart. An edge is "both acted fast on this link", not "they acted together".
# (Its dependency ratelimiter needs asyncio.coroutine, which Python 3.11 no longer has; the script puts it back.)
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --no-deps pycoornet==0.6.0 >/dev/null 2>&1
"$folder/venv/bin/pip" install -q pandas==1.5.3 numpy==1.26.4 networkx==2.8.8 python-louvain==0.16 tldextract==5.1.2 \
    tqdm==4.67.1 PyCrowdTangle==0.5.0 ratelimiter==1.2.0.post0 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY' 2>/dev/null
import asyncio

asyncio.coroutine = lambda function: function
import pandas as pd
from pycoornet import Shared


def find_edges(method, seconds):
    shares = [
        {
            "id": f"{link} {page}", "date": pd.Timestamp("2024-05-01") + pd.Timedelta(hours=link, seconds=second),
            "expanded": f"https://news.example/{link}", "account_url": page, "account_name": page,
            "account_handle": page, "account_pageAdminTopCountry": "", "account_subscriberCount": 1,
            "account_platform": "Facebook", "account_platformId": page, "account_verified": False,
            "account_accountType": "page", "is_orig": True,
        }
        for link in range(3) for page, second in seconds.items()
    ]
    shares = Shared(pd.DataFrame(shares))
    _, graph, _ = getattr(shares, method)(coordination_interval=60, percentile_edge_weight=0)
    return {tuple(sorted(pair)): weight for *pair, weight in graph.edges(data="weight")}


month = 30 * 24 * 3600
edges = find_edges("coord_shares", {"ann": 0, "ben": 10, "cat": month, "dan": month + 10})
chain = find_edges("coord_shares_differential", {f"page {number}": 60 * number for number in range(20)})
print(f"pycoornet 0.6.0, interval of 60 s: {edges}; chain of 20: {len(chain)} edges, {chain['page 0', 'page 19']} first to last")
assert len(edges) == 6 and set(edges.values()) == {3} and ("ann", "dan") in edges
assert len(chain) == 190
PY
