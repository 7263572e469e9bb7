"""Two scores an account, highly engaged and amplifier, with reasons that add up to them.

What is particular to this room: ``role.py`` says what speaks for a role, ``population.py`` what accounts are
compared with, and neither knows of the other.
"""

from __future__ import annotations

from cib.roles.role import AMPLIFIER, HIGHLY_ENGAGED, Role
from cib.roles.scorer import RoleScorer
from cib.roles.scores import RoleScores

__all__ = ["AMPLIFIER", "HIGHLY_ENGAGED", "Role", "RoleScorer", "RoleScores"]
