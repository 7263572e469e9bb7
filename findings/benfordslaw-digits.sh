#!/bin/sh
# benfordslaw 2.1.1: method="ks" gives turned-round digits p = 1, "mad" calls half of all true samples an anomaly.
#
# Guess: counts of followers that follow Benford's law by construction are significant in one of twenty samples by each
# of its methods; numbers whose first digits are turned round (9 as often as 1 should be) are, in all.
# Seen: method="ks" compares the nine COUNTS, as two samples of nine numbers, with the nine counts that are expected: in
# which digit they lie does not matter, nor how many accounts there are. Turned round, p is 1.00 for 5,000 accounts and
# for a million. method="mad", "recommended for fraud detection", calls about half of the samples of 1,000 true ones an
# anomaly (P_significant), for it asks whether the deviation is above its expectation; alpha is not used. chi2 is right,
# and method=None mixes it with ks. Published bot checks use such a test of followers and friends: with "mad" every
# second honest group fails, with "ks" an invented one passes.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q benfordslaw==2.1.1 datazets==1.1.4 numpy==2.4.6 pandas==3.1.1 scipy==1.17.1 \
    matplotlib==3.11.2 >/dev/null 2>&1
MPLBACKEND=Agg "$folder/venv/bin/python" -W ignore - <<'PY'
import numpy as np
from benfordslaw import benfordslaw

rng = np.random.default_rng(1)


def draw_followers(accounts):
    return (10 ** rng.uniform(1, 6, accounts)).astype(int)


def turn_round(followers):
    size = 10 ** np.floor(np.log10(followers)).astype(int)
    first = followers // size
    return (10 - first) * size + followers % size


def test(method, followers):
    return benfordslaw(method=method, verbose=0).fit(followers)


samples = [draw_followers(1000) for _ in range(200)]
share = {method: float(np.mean([test(method, sample)["P_significant"] for sample in samples]))
         for method in ("chi2", "ks", "mad")}
print("benfordslaw 2.1.1: share of 200 true samples that are significant at 0.05:", share)
turned = {(method, accounts): float(test(method, turn_round(draw_followers(accounts)))["P"])
          for method in ("chi2", "ks") for accounts in (5000, 1_000_000)}
print("first digits turned round, p by method and accounts:", turned)
assert share["chi2"] < 0.1 and share["ks"] == 0 and 0.35 < share["mad"] < 0.7
assert all(p > 0.98 if method == "ks" else p < 1e-100 for (method, _), p in turned.items())
PY
