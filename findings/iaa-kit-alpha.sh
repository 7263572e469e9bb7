#!/usr/bin/env bash
# iaa-kit 0.1.2: its Krippendorff's alpha is not that of the textbook, "ordinal" is "interval", and AC2 is Cohen's kappa.
#
# Expected: alpha of Krippendorff's own example (4 coders, 12 units, gaps) is 0.743, as in krippendorff 0.9.0; ordinal
# and interval distances differ; ac2() with two categories is Gwet's coefficient, which is high where 95 of 100 codes agree.
# Seen: alpha_value() gives 0.720: a unit with one code counts for what chance expects, and units with more coders weigh
# more. Ordinal is 0.832, the very number of interval (right: 0.815 and 0.849). ac2() returns weighted kappa: -0.02
# where ac1() is 0.95. Codes of stance and role are skewed like that; the coefficient that is chosen to be safe from
# this paradox has it. Thresholds ("alpha above 0.8") cannot be carried over from papers.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q iaa-kit==0.1.2 krippendorff==0.9.0 numpy==2.4.6 >/dev/null 2>&1
"$folder/venv/bin/python" - <<'PY'
import iaa_kit
import krippendorff

gap = float("nan")
coders = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, gap, gap, gap],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, gap, 3],
    [gap, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, gap],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, gap],
]
units = [list(unit) for unit in zip(*coders)]
alphas = {}
for scale in ("nominal", "ordinal", "interval"):
    right = krippendorff.alpha(reliability_data=coders, level_of_measurement=scale)
    alphas[scale] = round(iaa_kit.alpha_value(units, scale=scale), 3), round(float(right), 3)
one = ["neutral"] * 95 + ["against"] * 3 + ["neutral"] * 2
two = ["neutral"] * 95 + ["neutral"] * 3 + ["against"] * 2
numbers = [[0 if code == "neutral" else 1 for code in codes] for codes in (one, two)]
skewed = {name: round(getattr(iaa_kit, name)(*numbers), 3) for name in ("ac1", "ac2", "weighted_kappa")}
print(f"iaa-kit 0.1.2 and krippendorff 0.9.0: {alphas}; 95 of 100 codes agree: {skewed}")
assert alphas == {"nominal": (0.72, 0.743), "ordinal": (0.832, 0.815), "interval": (0.832, 0.849)}
assert skewed["ac1"] > 0.9 and skewed["ac2"] == skewed["weighted_kappa"] < 0
PY
