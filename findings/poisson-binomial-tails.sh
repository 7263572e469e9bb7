#!/bin/sh
# The exact Poisson-binomial p-values of scipy 1.17.1 and bicm 3.4.0 end at 1e-16; the Poisson approximation does not.
#
# Guess: scipy.stats.poisson_binom.sf and the method "poibin" of bicm are accurate far out, where campaigns are.
# Seen: 60 posts that two accounts share by chance with probability 0 to 0.02 each. For 14 in common (7.6e-16) scipy is
# off by a quarter and bicm by a half; for 20 and 25 (1e-25, 6e-35) scipy says 0 and bicm 6e-16 and 7e-16, the stronger
# pair with the larger p. Both compute 1 - (...). Weights of -log10 p become infinite or noise, and the top of a ranking
# is in no order, while Poisson keeps order and size. Decide with these p-values, but rank by others.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q bicm==3.4.0 numpy==2.4.6 scipy==1.17.1 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - 2>/dev/null <<'PY'
from fractions import Fraction

import numpy as np
from bicm.poibin import PoiBin
from scipy.stats import poisson, poisson_binom

chances = np.random.default_rng(0).uniform(0, 0.02, 60)
outcomes = [Fraction(1)]  # probability of each number in common, without rounding
for chance in map(Fraction, chances):
    outcomes = [same * (1 - chance) + fewer * chance for same, fewer in zip([*outcomes, 0], [0, *outcomes])]
seen = {}
for common in (8, 14, 20, 25):
    exact, bound = float(sum(outcomes[common:])), poisson.sf(common - 1, chances.sum())
    seen[common] = (exact, poisson_binom.sf(common - 1, chances), float(PoiBin(chances).pval(common)), bound)
    print("{}: exact {:.2g}, scipy 1.17.1 {:.2g}, bicm 3.4.0 {:.2g}, Poisson {:.2g}".format(common, *seen[common]))
assert np.allclose(seen[8][1:3], seen[8][0], rtol=1e-6)
for common in (20, 25):
    exact, scipy, bicm, bound = seen[common]
    assert scipy == 0 and abs(bicm / exact - 1) > 0.9 and exact < bound < 1e4 * exact
PY
