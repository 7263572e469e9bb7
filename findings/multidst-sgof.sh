#!/bin/sh
# multidst 0.1.11: its SGoF finds 50 of 1,000 pure chance results significant, and only 63 where 300 effects are real.
#
# Guess: SGoF (sequential goodness of fit), one of the six methods of multitest(), calls nothing significant, or next to
# nothing, where p-values are uniform, and about as many as there are in excess of chance where some effects are real.
# Seen: its loop lowers the number of discoveries as long as it differs from what chance alone gives, so it stops at
# what chance gives. 1,000 uniform p-values: Bonferroni and Benjamini-Hochberg find 0, SGoF about 50. With 300 effects
# of p < 1e-6 the others find all 300, SGoF 63, as with 100; with 50 effects 63, of which 13 are chance. The number
# hangs on how many tests there are and hardly on what is in them: networks of chance are significant, real ones are cut
# to 6 %. weights="multi" of weighted_p_list() takes its weights from these results too. Leave SGoF out.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q MultiDST==0.1.11 numpy==2.4.6 scipy==1.17.1 statsmodels==0.15.0 pandas==3.1.1 \
    matplotlib==3.11.2 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import contextlib
import io

import numpy as np

with contextlib.redirect_stdout(io.StringIO()):  # it prints examples when it is imported
    from multidst.functions import multitest

draw = np.random.default_rng(1)
found = {}
for effects in (0, 50, 100, 300):
    p_values = np.concatenate([draw.uniform(0, 1e-6, effects), draw.uniform(0, 1, 1000 - effects)])
    results = multitest(p_values, alpha=0.05)
    found[effects] = {method: (len(results[method]), sum(index < effects for index in results[method]))
                      for method in ("Bonferroni", "BH", "SGoF")}
    print(f"multidst 0.1.11, {effects} real effects of 1,000: (significant, real among them)", found[effects])
for effects, results in found.items():
    assert results["Bonferroni"][1] == results["BH"][1] == effects and results["Bonferroni"][0] - effects <= 1
assert 40 <= found[0]["SGoF"][0] <= 63 and found[0]["BH"][0] == 0
assert [found[effects]["SGoF"] for effects in (50, 100, 300)] == [(63, 50), (63, 63), (63, 63)]
PY
