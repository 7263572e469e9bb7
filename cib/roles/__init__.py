"""Two scores an account, highly engaged and amplifier, with reasons that add up to them.

``role.py`` says what speaks for a role, ``population.py`` what accounts are compared with, ``scoring.py`` how the two
become scores, and ``scorer.py`` wraps it for scikit-learn.
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
