#!/bin/sh
# astrodetection 0.3.6: prepare_input_data() calls every post French, so that no translation is ever found.
#
# Guess: in the steps of its documentation (prepare_input_data, then semantic_faiss with threshold_language=0.715), a
# post and its translation with a similarity of 0.8 are a pair of kind "translation".
# Seen: no pair. The first step writes "fr" into the column language; where it is there, no language is detected, two
# posts of one language cannot be a translation, and the higher threshold for rewordings (0.9) applies. With the true
# languages the pair is found. Operations that say one thing in several languages are what the method is for, and
# threshold_language can be set to anything without effect. Overwrite the column, or drop it.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q astrodetection==0.3.6 faiss-cpu==1.15.1 numpy==2.4.6 networkx==3.6.1 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - 2>/dev/null <<'PY'
import contextlib
import io

import numpy as np
import pandas as pd
from astrodetection import prepare_input_data, semantic_faiss

posts = pd.DataFrame({
    "tweet": [
        "the harbour must stay open for everybody in the city",
        "el puerto debe seguir abierto para todos en la ciudad",
        "my cat sleeps on the warm roof of the old red car",
    ]
}, index=["101", "102", "103"])
meanings = np.array([[1, 0, 0], [0.8, 0.6, 0], [0, 0, 1]], dtype=np.float32)


def find_pairs(threshold_language, languages=None):
    with contextlib.redirect_stdout(io.StringIO()):
        prepared, embeddings = prepare_input_data(posts, embeddings=meanings)
        prepared["language"] = languages or prepared["language"]
        pairs, _ = semantic_faiss(
            prepared.rename(columns={"tweet": "original"}), df_embeddings_use=embeddings,
            threshold_grapheme=0.8, threshold_language=threshold_language, threshold_semantic=0.9,
        )
    return pairs[["source", "target", "dup_type"]].values.tolist(), prepared["language"].tolist()


as_documented, with_languages = find_pairs(0.715), find_pairs(0.715, ["en", "es", "en"])
print(f"astrodetection 0.3.6: as documented {as_documented}, with the true languages {with_languages}")
assert as_documented == find_pairs(0.1) == ([], ["fr", "fr", "fr"])
assert with_languages[0] == [["101", "102", "translation"]]
PY
