#!/bin/sh
# Hawkes processes on times in whole minutes: phawkes 0.1.0 says ann causes all of ben, or ben all of ann; others none.
#
# Guess: two accounts that post 300 times within half a minute of each other, neither of them first, excite each other
# about equally; rounding the times to minutes blurs that, and the order in which they are handed over does not matter.
# Seen: with exact times all is as expected, 0.7 both ways, the same in phawkes 0.1.0 and intensify 0.3.3. In whole
# minutes phawkes gives the account that is listed second an excitation of 1.00 by the first, a baseline of 0, and none
# back; listed the other way round, the other way round. Of equal times it lets the first list act before the second.
# intensify and hawkes-rs 0.1.2 do not see equal times at all: excitation 0 for accounts that were never apart. So "who
# leads" is the order of the columns, or "nobody", as soon as a platform or an export rounds times. All three say that
# they converged. Spread the times evenly inside their unit, several times, before fitting.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q phawkes==0.1.0 hawkes-rs==0.1.2 intensify==0.3.3 numpy==2.2.6 scipy==1.15.3 \
    >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import intensify
import numpy as np
from hawkes import multivariate
from phawkes import HawkesExpMLE

MINUTES = 335.0
rng = np.random.default_rng(1)
signals = np.sort(rng.uniform(0, 20000, 300))
ann, ben = (np.sort(signals + rng.uniform(0, 30, 300)) / 60 for _ in range(2))
whole = [np.floor(times) for times in (ann, ben)]


def fit_phawkes(times):
    fit = HawkesExpMLE(decay=1.0).fit(times, end_time=MINUTES)
    assert fit.converged_
    return np.round(fit.adjacency_, 2).tolist()


def fit_intensify(times):
    kernel = [[intensify.ExponentialKernel(0.1, 1.0) for _ in times] for _ in times]
    model = intensify.MultivariateHawkes(n_dims=2, mu=[0.5, 0.5], kernel=kernel)
    return np.round(model.fit(times, T=MINUTES, fit_decay=False).connectivity_matrix(), 2).tolist()


def fit_hawkes_rs(times):
    fit = multivariate.fit(times, horizon=MINUTES)
    assert fit.converged
    return np.round(fit.parameters.excitation, 2).tolist()


exact = fit_phawkes([ann, ben])
listed, turned = fit_phawkes(whole), fit_phawkes(whole[::-1])
others = fit_intensify(whole), fit_hawkes_rs(whole)
print(f"excitation [i][j] of i by j. Exact times: phawkes {exact}, intensify {fit_intensify([ann, ben])};",
      f"whole minutes: phawkes ann, ben {listed}, ben, ann {turned}; intensify {others[0]}, hawkes-rs {others[1]}")
assert min(exact[0][1], exact[1][0]) > 0.5 and fit_intensify([ann, ben]) == exact
assert listed == turned and listed[1][0] > 0.95 and listed[0][1] == 0
assert all(fit[0][1] < 0.01 and fit[1][0] < 0.01 for fit in others)
PY
