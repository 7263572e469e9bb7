"""How good a detection is, against labels; for tests, benchmarks and `cib evaluate`.

>>> import cib
>>> activity, truth = cib.simulate(scale=0.002, seed=1)
>>> result = cib.evaluation.evaluate(cib.detect(activity, progress=False), truth)
>>> result.precision > result.rankings["precision_at_200"][1]     # the second row ranks by number of posts
True

``ranking`` measures an order of accounts, ``partition`` networks against operations, ``calibration`` what is
called a probability, ``bootstrap`` how far a figure would move with other operations and communities,
``trivial`` ranks accounts by what needs no method. ``result`` puts them together.

Three rules. Ties share their fate: an average precision that depends on the order of equal scores is no
measurement. Thresholds are those of the detection, never chosen with the labels. And every figure stands
beside that of a trivial ranking: in many labelled collections the accounts of an operation are simply the
most active ones, and then a high figure says nothing about a method.
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
