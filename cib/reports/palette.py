"""One colour a role, one a verdict, in every picture and file."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["ROLES", "VERDICTS", "colours"]

#: Colour of each role on white.
ROLES = {
    "highly_engaged": "#d1620a",
    "amplifier": "#2b6ca3",
    "both": "#8e4a9e",
    "peripheral": "#8a939c",
    "low_support": "#b5bcc3",
}

#: Colours of roles of the user's own, by the order of their names.
_OWN = ("#0d7a6b", "#a3195b", "#6b5b00", "#3b4cc0")

#: The same for verdicts, from the most that can be concluded to the least.
VERDICTS = {"candidate": "#7a3e9d", "coordinated": "#0d7a6b", "insufficient": "#707a84"}


def colours(roles: Iterable[str | None]) -> dict[str, str]:
    """The colour of each role, those of the user's own after the others.

    >>> colours(["newsroom", "both", None])["newsroom"]
    '#0d7a6b'
    """
    own = sorted({role for role in roles if role is not None} - set(ROLES))
    return ROLES | {role: _OWN[k % len(_OWN)] for k, role in enumerate(own)}
