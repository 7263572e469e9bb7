#!/bin/sh
# narrativecluster 0.1.9: partial_fit() never puts a new post into a narrative that is there already.
#
# Guess: 20 more posts of each of eight narratives join their clusters, as they do when all posts are given to fit();
# "cluster IDs may shift" is all that its description warns of.
# Seen: each narrative is two clusters or more, one of the first 40 posts and others of the later 20, however alike they
# are (cosine 0.8); fit() with all 60 makes one of each. A link counts only where the EARLIER of two posts has the later
# among its neighbours, and those of earlier batches are not looked up again, so that old and new posts are never
# linked. Each batch, each day of a collection, starts its own narratives: what goes on for a week is seven short ones,
# and nothing lasts. Fit again with all posts.
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


def make_posts(batch, size):
    story = np.repeat(np.arange(8), size)
    vectors = (narratives[story] + rng.normal(0, 0.06, (len(story), 64))).astype(np.float32)
    texts = [f"batch {batch}, post {number}" for number in range(len(story))]
    return pd.DataFrame({"text": texts, "site": "x", "story": story, "batch": batch, "embedding": list(vectors)})


def fit(*batches):
    config = ClusterConfig(embed_col="embedding", text_col="text", site_col="site")
    with contextlib.redirect_stdout(io.StringIO()):
        model = NarrativeClusterer(config).fit(batches[0])
        for batch in batches[1:]:
            model.partial_fit(batch)
    posts = model.df_unique_
    both = posts.groupby("leiden_cluster").batch.nunique().eq(2).sum()
    return posts.leiden_cluster.nunique(), int(both)


first, second = make_posts(1, 40), make_posts(2, 20)
in_two, at_once = fit(first, second), fit(pd.concat([first, second], ignore_index=True))
print("narrativecluster 0.1.9, eight narratives in two batches: clusters, and clusters with posts of both batches:",
      f"fit and partial_fit {in_two}, fit with all {at_once}")
assert at_once == (8, 8) and in_two[0] >= 16 and in_two[1] == 0
PY
