#!/bin/sh
# narrativecluster 0.1.9: the narrative that most posts tell falls into single posts, the small ones are found.
#
# Guess: of eight narratives whose posts are alike (cosine 0.8 on average) each is one cluster, whatever their sizes;
# that is so for eight of 40 posts each.
# Seen: with 1,000 posts in one and 40 in each of seven others, the seven are seven clusters and the thousand are 1,000
# clusters of one post, so that predict() accepts none of them. The mean of all posts is taken off first, and it IS the
# big narrative: what is left of its posts is noise, scaled up to length 1. From half of the data on it crumbles. Posts
# that were collected by a keyword, or in the week of a campaign, have one narrative that outweighs all others, and it
# is the one that is reported as absent; nothing tells. Look at cluster_diagnostics() for clusters of one post, or give
# fit() about as many posts of each topic.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q narrativecluster==0.1.9 faiss-cpu==1.15.1 leidenalg==0.12.0 igraph==1.0.0 \
    numpy==2.4.6 pandas==3.1.1 pyarrow==26.0.1 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - 2>"$folder/log" <<'PY'
import contextlib
import io

import numpy as np
import pandas as pd
from narrativecluster import ClusterConfig, NarrativeClusterer

rng = np.random.default_rng(1)
narratives = rng.normal(size=(8, 64))
narratives /= np.linalg.norm(narratives, axis=1, keepdims=True)
config = ClusterConfig(embed_col="embedding", text_col="text", site_col="site")


def cluster(sizes):
    story = np.repeat(np.arange(8), sizes)
    vectors = (narratives[story] + rng.normal(0, 0.06, (len(story), 64))).astype(np.float32)
    posts = pd.DataFrame({"text": [f"post {number}" for number in range(len(story))], "site": "x",
                          "story": story, "embedding": list(vectors)})
    with contextlib.redirect_stdout(io.StringIO()):
        model = NarrativeClusterer(config).fit(posts)
        accepted = int(model.predict(posts)[posts.story == 0].nv_accepted.sum())
    first, others = (model.df_unique_[model.df_unique_.story.eq(0) == is_first] for is_first in (True, False))
    unit = vectors[story == 0] / np.linalg.norm(vectors[story == 0], axis=1, keepdims=True)
    return first.leiden_cluster.nunique(), others.leiden_cluster.nunique(), accepted, float((unit @ unit.T).mean())


found = {size: cluster([size] + [40] * 7) for size in (40, 1000)}
for size, (first, others, accepted, alike) in found.items():
    print(f"narrativecluster 0.1.9: {size} posts of one narrative (mean cosine {alike:.2f}) are {first} clusters, of",
          f"which {accepted} posts are accepted; seven narratives of 40 posts are {others} clusters")
assert found[40][:3] == (1, 7, 40) and found[1000][0] > 950 and found[1000][1] == 7 and found[1000][2] < 20
assert min(alike for *_, alike in found.values()) > 0.75
PY
