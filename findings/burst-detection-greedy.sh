#!/usr/bin/env bash
# burst-detection 0.1.3 (Kleinberg's bursts) never finds a burst that builds up slowly, however long it lasts.
#
# Expected: q is the "optimal state sequence" of Kleinberg's two-state automaton, found with Viterbi's algorithm.
# Seen: at each time the package takes the cheaper of the two states given the one state that it chose just before; the
# costs of whole sequences are never compared. Since going up costs gamma * ln(n) at once, a burst begins only where ONE
# period alone pays for it. A hashtag that goes from 10 % to 25 % of 100 daily posts for 12 of 24 days is no burst, as
# each day gains less than the step costs; the optimal sequence (all 2^24 are compared, by recursion) has all 12 days and
# costs 90, not 101. A single loud day is found. Slow campaigns are so reported as "no burst".
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q burst-detection==0.1.3 numpy==1.23.5 pandas==1.5.3 mpmath==1.3.0 sympy==1.12 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import numpy as np
import pandas as pd
from burst_detection import burst_detection, fit, tau


def find_optimum(fits, gamma):
    """States of the cheapest of all sequences, and its cost (each state keeps the best way that leads to it)."""
    n, best = len(fits), {0: (0.0, [])}
    for fit_of_state in fits:
        best = {
            state: min((cost + tau(before, state, gamma, n) + fit_of_state[state], [*way, state])
                       for before, (cost, way) in best.items())
            for state in (0, 1)
        }
    return min(best.values())


def compare(daily):
    total, tagged, gamma = pd.Series([100.0] * len(daily)), pd.Series(daily, dtype=float), 3.0
    found, *_, shares = burst_detection(tagged, total, len(daily), s=1.5, gamma=gamma, smooth_win=1)
    fits = [[fit(d, r, shares[state]) for state in (0, 1)] for d, r in zip(total, tagged)]
    found = found.ravel().astype(int).tolist()
    steps = sum(tau(one, two, gamma, len(daily)) for one, two in zip([0, *found], found))
    optimum, states = find_optimum(fits, gamma)
    return sum(found), steps + sum(row[state] for row, state in zip(fits, found)), sum(states), optimum


for name, daily in {"slow": [10] * 6 + [25] * 12 + [10] * 6, "loud day": [10] * 12 + [60] + [10] * 11}.items():
    days, cost, best_days, best_cost = compare(daily)
    print(f"burst-detection 0.1.3, {name}: {days} days at cost {cost:.1f}; optimum: {best_days} days at {best_cost:.1f}")
    assert best_days == (12 if name == "slow" else 1)
    assert (days, cost - best_cost > 5) == ((0, True) if name == "slow" else (1, False))
PY
