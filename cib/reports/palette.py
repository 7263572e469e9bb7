"""One colour a role, one a verdict, in every picture and file."""

from __future__ import annotations

__all__ = ["ROLES", "VERDICTS"]

#: Colour of each role on white.
ROLES = {
    "highly_engaged": "#d1620a",
    "amplifier": "#2b6ca3",
    "both": "#8e4a9e",
    "peripheral": "#8a939c",
    "low_support": "#b5bcc3",
}

#: The same for verdicts, from the most that can be concluded to the least.
VERDICTS = {"candidate": "#7a3e9d", "coordinated": "#0d7a6b", "insufficient": "#707a84"}
