"""Role: a name, what it means, and how much each feature speaks for it; and the two that come with the package.

The order of the weights follows what is known of takedowns (Twitter 2020, ASPI 2020); none is a published
value. They were tuned by coordinate search on the simulator, seeds 0 to 9 at 1:100, clean and with a fifth of the
core amplifying as well; those of the amplifier then again on seeds 0 to 2 with each evasion at the strengths 1 and 2
(``benchmarks/role_weights.py``, which does it anew). Then they were rounded and frozen; ``benchmarks/roles.py``
measures them on other seeds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scipy.special import logit

__all__ = ["AMPLIFIER", "HIGHLY_ENGAGED", "Role"]

#: Score of an account that stands in the middle of everything.
MIDDLE = 0.10


@dataclass(frozen=True)
class Role:
    """A role: a name, what it means, and how much each feature speaks for it.

    Parameters
    ----------
    name : str
        The column of its score.
    label : str
        What a high score says about an account, in a sentence.
    weights : mapping of str to float
        By feature; negative ones speak against the role. Features that a table lacks do not count.
    bias : float
        Logit of the score of an account in the middle of everything.

    Examples
    --------
    >>> newsroom = Role("newsroom", "Posts at all hours and retweets nobody.", {"hour_entropy": 1, "originality": 1})
    >>> newsroom.weights["originality"]
    1
    """

    name: str
    label: str
    weights: Mapping[str, float]
    bias: float = float(logit(MIDDLE))


HIGHLY_ENGAGED = Role(
    "highly_engaged",
    "Others engage with what the account posts, more than it engages with others.",
    {
        "h_index": 0.9,
        "in_share": 0.7,
        "originality": 0.6,
        "mention_balance": 0.4,
        "engagement_anomaly": 0.4,
        "asymmetry": -0.6,
        "reciprocity": -0.8,
    },
)

AMPLIFIER = Role(
    "amplifier",
    "The account passes on what others post: much, soon, and of few.",
    {
        "retweets_made": 1.0,
        "asymmetry": 1.3,
        "originality": -1.6,
        "reciprocity": 0.9,
        "target_concentration": 0.5,
        "speed": 0.3,
        "fast_excess": 0.3,
        "to_core": 0.3,
    },
)
