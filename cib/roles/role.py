"""Role: a name, a label and the weights of features; and the two roles that come with the package.

Both measure attention: that which an account receives beyond what its followers explain, and that which it gives to
such accounts. Neither depends on the activity volume of an account. The features are those that separate core and
amplifiers in two simulators by different authors; the weights are round numbers, chosen by hand on seeds below 100 of
both, and none is a published value. ``benchmarks/roles.py`` measures them on other seeds. Evidence that the data lack
(followers, creation, texts, two weeks of time) adds 0, so that scores are closer to the middle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from scipy.special import logit

from cib.domains import MAPPING, TEXT, check_fields, real

__all__ = ["AMPLIFIER", "HIGHLY_ENGAGED", "Role"]

#: Score of an account with median values of all features.
MIDDLE = 0.10


@dataclass(frozen=True)
class Role:
    """Role of an account, defined by weights of features.

    Parameters
    ----------
    name : str
        Name of the role and of the column of its score.
    label : str
        Meaning of a high score, in a sentence.
    weights : mapping of str to float
        Weight of each feature; negative weights are evidence against the role. Features that a table lacks are ignored.
    bias : float
        Logit of the score of an account with median values of all features.

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

    def __post_init__(self) -> None:
        check_fields(self, name=TEXT, label=TEXT, weights=MAPPING, bias=real())
        for feature, weight in self.weights.items():
            real().check(f"the weight of {feature!r}", weight, f"Role {self.name!r}")

    def __hash__(self) -> int:
        return hash((self.name, self.label, frozenset(self.weights.items()), self.bias))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; weights as pairs, because the last digits of a score depend on their order."""
        return {**asdict(self), "weights": [[feature, weight] for feature, weight in self.weights.items()]}


HIGHLY_ENGAGED = Role(
    "highly_engaged",
    "Others engage with what the account posts, more than its followers explain and more than it engages with others.",
    {
        "unearned_received": 1.0,
        "audience_aim_at_batches": 1.0,
        "audience_batches": 0.8,
        "audience_days_off": 0.5,
        "copied_share": 0.7,
        "in_share": 0.5,
        "h_index": 0.6,
        "mention_balance": 0.2,
        "asymmetry": -0.6,
        "attention_returned": -0.4,
    },
)

AMPLIFIER = Role(
    "amplifier",
    "The account passes on what others post, above all those who get more attention than their followers explain.",
    {
        "unearned_given": 1.2,
        "aimed_at_copies": 0.8,
        "aimed_at_batches": 0.5,
        "aimed_at_days_off": 0.5,
        "asymmetry": 0.6,
        "originality": -0.7,
        "to_core": 0.2,
    },
)
