"""Two scores per account, highly engaged and amplifier, with contributions of features that add up to them.

``role.py`` defines the weights of a role, ``population.py`` the reference population, ``scoring.py`` computes scores
from both, and ``scorer.py`` wraps them for scikit-learn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cib.roles.role import AMPLIFIER, HIGHLY_ENGAGED, Role
from cib.roles.scores import RoleScores
from cib.roles.scoring import score_roles

if TYPE_CHECKING:
    from cib.roles.scorer import RoleScorer

__all__ = ["AMPLIFIER", "HIGHLY_ENGAGED", "Role", "RoleScorer", "RoleScores", "score_roles"]


def __getattr__(name: str) -> Any:
    if name == "RoleScorer":  # scikit-learn takes a second to import
        from cib.roles.scorer import RoleScorer

        return RoleScorer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
