#!/bin/sh
# astrodetection 0.3.6 joins accounts by links that they do not share: t= and s= go from every address, as tracking.
#
# Guess: tracking parameters (utm_source, fbclid, t= and s= of X) go; what names the page stays, as on forums.
# Seen: "t" and "s" are dropped on all sites. viewtopic.php?t=101 and ?t=305 of a phpBB forum, and ?s=one and ?s=two of
# a WordPress search, are one link. Six accounts that each link to a topic of their own in three forums have no page in
# common, and create_coURL_graph, with its defaults, connects all of them at similarity 1; the hub score is 100 %. With
# another name for the parameter the same posts give no edge. Pass strip_tracking_params=False and clean links before.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q astrodetection==0.3.6 faiss-cpu==1.15.1 numpy==2.4.6 networkx==3.6.1 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import pandas as pd
from astrodetection.network_utilities import create_coURL_graph
from astrodetection.utils import get_similarity_hub_score

accounts = ["ann", "ben", "cem", "dan", "eve", "fay"]
forums = ["boats.example", "birds.example", "bikes.example"]


def make_posts(page):
    return pd.DataFrame([
        {"screen name": account, "tweet": f"see https://{forum}/{page}={100 * topic + number}"}
        for number, account in enumerate(accounts)
        for topic, forum in enumerate(forums)
    ])


for page, edges in (("viewtopic.php?t", 15), ("?s", 15), ("viewtopic.php?topic", 0)):
    posts = make_posts(page)
    assert posts["tweet"].is_unique
    graph = create_coURL_graph(posts)
    weights = sorted({round(weight, 6) for _, _, weight in graph.edges(data="weight")})
    hub = get_similarity_hub_score(graph, posts, type_col=None) if edges else 0.0
    print(f"astrodetection 0.3.6, {page}=: {graph.number_of_edges()} edges {weights}, hub score {hub:.0f} %")
    assert graph.number_of_edges() == edges and (not edges or (weights == [1.0] and hub == 100))
assert create_coURL_graph(make_posts("viewtopic.php?t"), strip_tracking_params=False).number_of_edges() == 0
PY
