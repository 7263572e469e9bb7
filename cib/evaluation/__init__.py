"""Evaluate a detection against labels; used by tests, benchmarks and `cib evaluate`.

>>> import cib
>>> activity, truth = cib.simulate(scale=0.002, seed=1)
>>> result = cib.evaluation.evaluate(cib.detect(activity, progress=False), truth)
>>> result.precision > result.rankings["precision_at_200"][1]     # the second row ranks by number of posts
True

``ranking`` evaluates rankings of accounts, ``partition`` networks against operations, ``calibration`` probabilities,
``bootstrap`` computes confidence intervals over operations and communities, ``trivial`` ranks accounts by baselines
such as activity. ``result`` combines them.

Three rules apply. Ties are one step, so that average precision does not depend on the order of equal scores.
Thresholds are those of the detection, never chosen with the labels. Every metric is reported beside that of a trivial
ranking: in many labelled collections the accounts of an operation are simply the most active ones, and then a high
value is not evidence for a method.
"""

from __future__ import annotations

from cib.evaluation.bootstrap import cluster_bootstrap
from cib.evaluation.calibration import Calibration, calibration
from cib.evaluation.partition import agreement, weighted_precision
from cib.evaluation.ranking import Ranking, average_precision
from cib.evaluation.result import Evaluation, evaluate
from cib.evaluation.trivial import trivial_scores

__all__ = [
    "Calibration",
    "Evaluation",
    "Ranking",
    "agreement",
    "average_precision",
    "calibration",
    "cluster_bootstrap",
    "evaluate",
    "trivial_scores",
    "weighted_precision",
]


def __dir__() -> list[str]:
    return __all__
