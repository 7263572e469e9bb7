#!/usr/bin/env bash
# coordination-network-toolkit 1.5.2 finds "co-links" between accounts that posted no link, and "co-tweets" without text.
#
# Expected: a co-link needs two posts with one link, a co-tweet two posts with one text.
# Seen: the tool's own CSV format has an empty cell where a post has no link. It is cut at spaces, which leaves the link
# "" and not none: all posts without a link, by whomever, share it. Four accounts that wrote different things without any
# link are as tightly co-linked (weight 2 each way) as two that shared two links. Mentions go from texts before they are
# compared: posts of only mentions, or of a picture without words, are all the same text. In real data these are the
# heaviest edges. Drop such rows first; the JSON input has the second trouble, not the first.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q coordination-network-toolkit==1.5.2 twarc==2.14.0 regex==2026.11.19 networkx==3.6.1 >/dev/null 2>&1
cd "$folder"
cat > posts.csv <<'CSV'
message_id,user_id,username,repost_id,reply_id,message,timestamp,urls
1,ann,ann,,,good morning all,0,
2,ann,ann,,,what a fine match,500,
3,ben,ben,,,the ferry is late again,10,
4,ben,ben,,,two tickets for sale,510,
5,cat,cat,,,@zoe,20,
6,cat,cat,,,@zoe @max,520,
7,dan,dan,,,@kim,30,
8,dan,dan,,,@lee @ida,530,
9,eve,eve,,,have a look,40,https://a.example/1
10,eve,eve,,,and at this,540,https://a.example/2
11,fay,fay,,,found this,50,https://a.example/1
12,fay,fay,,,and this too,550,https://a.example/2
CSV
cat > run.py <<'PY'
from coordination_network_toolkit.compute_networks import compute_co_link_network, compute_co_tweet_network
from coordination_network_toolkit.graph import get_edge_rows
from coordination_network_toolkit.preprocess import preprocess_csv_files

preprocess_csv_files("posts.db", ["posts.csv"])
compute_co_link_network("posts.db", 60, n_threads=1, min_edge_weight=2)
compute_co_tweet_network("posts.db", 60, n_threads=1, min_edge_weight=2)
links, texts = (
    {(one, two): weight for one, two, weight, _ in get_edge_rows("posts.db", kind) if one < two}
    for kind in ("co_link", "co_tweet")
)
print("coordination-network-toolkit 1.5.2: co-links", links, "co-tweets", texts)
without = ["ann", "ben", "cat", "dan"]
assert links == {(one, two): 2 for one in without for two in without if one < two} | {("eve", "fay"): 2}
assert texts == {("cat", "dan"): 2}
PY
venv/bin/python run.py
