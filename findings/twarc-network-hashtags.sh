#!/bin/sh
# twarc-network 0.2.0 counts hashtags that are used together by their order in the text, and one of them with itself.
#
# Guess: two posts that use #vote and #harbour make one edge of weight 2, whatever the order.
# Seen: "#vote #harbour" and "#harbour #vote" make two directed edges of weight 1, and a post that says #vote twice
# makes an edge of #vote with itself. Weights of a campaign that shuffles its hashtags are spread over two directions: a
# threshold on the weight keeps the group that copies the text and drops the one that varies it.
# Add the two directions and drop loops before anything else.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q twarc-network==0.2.0 twarc==2.14.0 networkx==3.6.1 >/dev/null 2>&1
"$folder/venv/bin/python" - <<'PY'
import json

from twarc_network import get_graph


def make_post(number, *tags):
    return {"id": str(number), "conversation_id": "1", "author_id": "701", "created_at": "2021-01-01T00:00:00.000Z",
            "text": " ".join(f"#{tag}" for tag in tags), "entities": {"hashtags": [{"tag": tag} for tag in tags]}}


posts = [make_post(1, "vote", "harbour"), make_post(2, "harbour", "vote"), make_post(3, "vote", "now", "vote")]
user = {"id": "701", "username": "ann", "name": "Ann", "created_at": "2015-01-01T00:00:00.000Z"}
page = {"data": posts, "includes": {"users": [user]}, "meta": {"result_count": 3}}
graph = get_graph([json.dumps(page)], "hashtags", (), False)
edges = {(one, two): weight for one, two, weight in graph.edges.data("weight")}
print(f"twarc-network 0.2.0: {edges}")
assert edges["#vote", "#harbour"] == edges["#harbour", "#vote"] == edges["#vote", "#vote"] == 1
PY
