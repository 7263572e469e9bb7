#!/bin/sh
# multiple-hypothesis-testing 0.2.2: fdr_control() finds nothing where all tests are significant, or the first is not.
#
# Guess: "Benjamini-Hochberg FDR control" returns the largest p-value that the procedure of that name rejects, as
# scipy's false_discovery_control does; missing values are "excluded", as its description says.
# Seen: 100 pairs of accounts with p = 1e-10 each give NaN, which means "no discovery": it looks for the first p-value
# above its line and takes the one before, and where none is above, the search answers with the first. And it stops at
# the FIRST that is above, where Benjamini and Hochberg go on to the LAST that is below: ten tests of 0.02 are ten
# discoveries at 5 %, here none; of 40 pairs at 0.002 among 100 none is found, and one if another has 1e-9. The more
# alike the evidence of a group, the less is found. Missing values count as tests: with five of them among 45 Fisher's
# method is NaN, and Bonferroni multiplies by 45. Use scipy.stats.false_discovery_control.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q multiple-hypothesis-testing==0.2.2 numpy==2.4.6 scipy==1.17.1 matplotlib==3.11.2 \
    >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import numpy as np
from multitest import MultiTest
from scipy.stats import false_discovery_control

LEVEL = 0.05
chance = np.random.default_rng(1).uniform(LEVEL, 1, 60)
cases = {
    "100 of 1e-10": np.full(100, 1e-10),
    "ten of 0.02": np.full(10, 0.02),
    "40 equal ones of 0.002 among 100": np.append(np.full(40, 0.002), chance),
    "the same behind one of 1e-9": np.append([1e-9], np.append(np.full(39, 0.002), chance)),
    "40 of unequal size among 100": np.append(np.linspace(1e-6, 0.002, 40), chance),
}
found = {}
for name, values in cases.items():
    limit = MultiTest(values).fdr_control(LEVEL)
    found[name] = int((values <= limit).sum()), int((false_discovery_control(values) <= LEVEL).sum())
    print(f"multiple-hypothesis-testing 0.2.2, {name}: limit {limit}, found {found[name][0]}, scipy {found[name][1]}")
missing = MultiTest(np.concatenate([np.full(5, 1e-8), chance[:35], np.full(5, np.nan)]))
print("with five missing values of 45: Fisher", missing.fisher()[1], "Bonferroni", missing.bonferroni())
assert found["100 of 1e-10"] == (0, 100) and found["ten of 0.02"] == (0, 10)
assert found["40 equal ones of 0.002 among 100"] == (0, 40)
assert found["the same behind one of 1e-9"] == (1, 40)
assert found["40 of unequal size among 100"] == (40, 40)
assert np.isnan(missing.fisher()[1]) and np.isclose(missing.bonferroni(), 45e-8)
PY
