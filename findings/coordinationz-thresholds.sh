#!/bin/sh
# coordinationz 0.2.2: the quantile 0.99 keeps all chance pairs, and a threshold of similarity is one of p-values.
#
# Guess: the quantile above 0.99 is the top hundredth of the pairs that have something in common, and
# createNetworkFromNullModelOutput(similarityThreshold=0.5) asks for a cosine above 0.5, whatever the edges weigh.
# Seen: pairs without a common object count in the quantile. Of 600 accounts that share two of 1,500 links each at
# random, 431 pairs have one link in common, and all of them lie above 0.997: at 0.95 and 0.99, the thresholds of its
# pipeline, nothing is left out; larger and sparser data are worse. With usePValueWeights=True, which changes only
# weights, similarityThreshold is compared with 1 - p: where 51 pairs have a cosine above 0.5, all 7,164 pairs are
# edges. Take p-values that are corrected for the number of all pairs, and choose by cosine before weights change.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q coordinationz==0.2.2 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 igraph==1.0.0 \
    >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import numpy as np
from coordinationz.network import createNetworkFromNullModelOutput
from coordinationz.nullmodel import bipartiteNullModelSimilarity

OPTIONS = {"scoreType": ["pvalue", "quantile"], "realizations": 500, "workers": 1, "showProgress": False}


def share_links(accounts, links, each, idf):
    generator = np.random.default_rng(1)
    shares = [(f"account {account}", f"link {link}") for account in range(accounts)
              for link in generator.choice(links, each, replace=False)]
    return bipartiteNullModelSimilarity(shares, idf=idf, **OPTIONS)


def count_edges(result, **options):
    return createNetworkFromNullModelOutput(result, showProgress=False, **options).ecount()


sparse, dense = share_links(600, 1500, 2, "smoothlog"), share_links(200, 60, 5, None)
counts = [len(sparse["pvalues"]), *(count_edges(sparse, quantileThreshold=value) for value in (0.95, 0.99))]
lowest = round(float(min(sparse["quantiles"])), 4)
edges = [count_edges(dense, similarityThreshold=0.5, usePValueWeights=weights) for weights in (False, True)]
above = sum(value > 0.5 for value in dense["similarities"])
print(f"coordinationz 0.2.2: pairs with a link in common, above quantiles 0.95 and 0.99: {counts};",
      f"lowest quantile {lowest}")
print(f"cosine above 0.5: {above} of {len(dense['pvalues'])}; edges with weights of cosines and of p-values: {edges}")
assert counts == [431, 431, 431] and 0.997 < lowest < 0.999
assert (above, len(dense["pvalues"]), edges) == (51, 7164, [51, 7164])
PY
