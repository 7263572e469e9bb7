"""Colours of roles and verdicts in all plots and files."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["ROLES", "VERDICTS", "colours"]

#: Colour of each role on white; boosted accounts are no members of their network.
ROLES = {
    "highly_engaged": "#d1620a",
    "amplifier": "#2b6ca3",
    "both": "#8e4a9e",
    "peripheral": "#8a939c",
    "low_support": "#b5bcc3",
    "boosted": "#e2cfa8",
}

#: Colours of user-defined roles, in order of their names.
_OWN = ("#0d7a6b", "#a3195b", "#6b5b00", "#3b4cc0")

#: Colour of each verdict, from the strongest conclusion to the weakest.
VERDICTS = {"candidate": "#7a3e9d", "coordinated": "#0d7a6b", "insufficient": "#707a84"}


def colours(roles: Iterable[str | None]) -> dict[str, str]:
    """Return the colour of each role, user-defined roles last.

    >>> colours(["newsroom", "both", None])["newsroom"]
    '#0d7a6b'
    """
    own = sorted({role for role in roles if role is not None} - set(ROLES))
    return ROLES | {role: _OWN[k % len(_OWN)] for k, role in enumerate(own)}
