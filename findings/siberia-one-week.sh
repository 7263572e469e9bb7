#!/bin/sh
# siberia 0.1.1 (signed networks from time series): of 100 random series of a week 50 pairs are significant, with p = 0.
#
# Guess: of 4,950 pairs of series without any connection next to none survives the correction (FDR 0.05) in
# build_graph().
# Seen: 7 numbers a series, as daily activity in a week: about 50 positive edges, each with a corrected p-value of 0,
# and no negative one. The upper tail is taken as 1 - P(X <= observed), which leaves the observed value itself out: two
# series that agree on all seven days, which happens by chance once in 128 pairs, have nothing beyond them, so p is 0
# and no correction can remove them. The lower tail has the observed value in it, so opposition is judged fairly and
# agreement is not. With 12 days none to two are left. Small weekly panels of accounts become networks of chance; P(X >=
# observed) finds none. Ask for more points in time.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q siberia==0.1.1 numpy==1.26.4 scipy==1.17.1 statsmodels==0.15.0 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import contextlib
import io

import numpy as np
from scipy.stats import binom
from siberia import TSeries
from statsmodels.stats.multitest import multipletests

draw = np.random.default_rng(1)
pairs = np.triu_indices(100, 1)
found = {}
for days in (7, 12):
    found[days] = []
    for _ in range(3):
        series = TSeries(draw.standard_normal((100, days)))
        with contextlib.redirect_stdout(io.StringIO()):
            series.compute_signature()
            series.fit(model="bSRGM")
            series.predict()
            edges = series.build_graph()[pairs]
        corrected = series.p_values_corrected[pairs]
        agree = np.asarray(series.binary_concordant_motifs)[pairs]
        chance = (series.pit_plus**2 + series.pit_minus**2)[0, 0]
        tails = np.minimum(binom.cdf(agree, days, chance), binom.sf(agree - 1, days, chance))
        fair = multipletests(np.minimum(1, 2 * tails), method="fdr_bh")[0]
        found[days].append([int(counted.sum()) for counted in (edges > 0, edges < 0, corrected == 0, fair)])
    print(f"siberia 0.1.1, 100 random series of {days} days, three times: (positive edges, negative edges, p = 0,",
          f"significant with the observed value in both tails) {found[days]}")
assert all(row[0] > 25 and row == [row[0], 0, row[0], 0] for row in found[7])
assert all(row[0] < 5 and row[1] == 0 for row in found[12])
PY
