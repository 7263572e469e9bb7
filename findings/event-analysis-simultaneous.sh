#!/bin/sh
# event-analysis 1.1.3 (event coincidences): one post in the same hour has p = 0, and chance pairs are "significant".
#
# Guess: the p-values of ECA() hold for accounts that post at random times, as its paper says for many events and short
# windows: 5 % of pairs below 0.05, one in a thousand below 0.001.
# Seen: with a window of 0, the natural choice for "in the same hour", each pair that has ONE hour in common has p = 0
# (80 % of 780 pairs drawn at random) and each other pair 1. With a window of one hour 22 % are below 0.05 and 2 % below
# 0.001, with two hours still 22 %. Times are whole units, so that a window of d covers d + 1 of them (0 to d); the
# chance is computed with d. That is half of it for a window of one unit and nothing for none, whatever the unit
# (time_normalization_factor=60 with a window of a minute is the same). Take units that are small beside the window, or
# shuffle the times.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q event-analysis==1.1.3 numba==0.61.2 numpy==2.2.6 pandas==2.3.3 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import contextlib
import io
from datetime import timedelta

import numpy as np
import pandas as pd
from EventAnalysis.src.EventAnalysis import EventAnalysis

ACCOUNTS, HOURS, POSTS = 40, 24 * 60, 50
rng = np.random.default_rng(1)
posted = np.zeros((HOURS, ACCOUNTS), dtype=bool)
for account in range(ACCOUNTS):
    posted[rng.choice(HOURS, POSTS, replace=False), account] = True
times = pd.date_range("2026-01-01", periods=HOURS, freq="h")
analysis = EventAnalysis(pd.DataFrame(posted, index=times, columns=[f"account{i}" for i in range(ACCOUNTS)]))
pairs = ~np.eye(ACCOUNTS, dtype=bool)
found = {}
for window in (0, 1, 2, 24):
    with contextlib.redirect_stdout(io.StringIO()):
        precursor = analysis.ECA(timedelta(hours=window), return_p_values=True)[4]
    found[window] = [round(float((precursor[pairs] < level).mean()), 3) for level in (0.05, 0.001)]
    if window == 0:
        together = (posted.T.astype(int) @ posted)[pairs] > 0
        none_or_one = set(np.unique(precursor[pairs]).tolist())
        assert none_or_one == {0.0, 1.0} and ((precursor[pairs] == 0) == together).all()
print(f"event-analysis 1.1.3: share of pairs drawn at random with p below 0.05 and 0.001, by window in hours: {found}")
assert found[0] == [round(float(together.mean()), 3)] * 2 and found[0][0] > 0.7
assert found[1][0] > 0.15 and found[1][1] > 0.01 and found[2][0] > 0.15
PY
