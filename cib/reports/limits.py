"""What every output says about what it cannot say."""

from __future__ import annotations

__all__ = ["LIMITS"]

#: What every output says about itself.
LIMITS = (
    "Coordination is not inauthenticity: fans, activists and newsrooms coordinate too. A network here is a "
    "candidate with evidence, measured against a null model; who runs the accounts, and why, cannot be "
    "seen in these data."
)
