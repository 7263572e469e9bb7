"""Statements of limitations that are part of every output."""

from __future__ import annotations

__all__ = ["LIMITS", "MEASURED"]

#: Limitations of the method, part of every output.
LIMITS = (
    "Coordination is not inauthenticity: fans, activists and newsrooms coordinate too. A network here is a "
    "candidate with evidence, measured against a null model; who runs the accounts, and why, cannot be "
    "seen in these data."
)

#: False-alarm rates of candidates, in words; the figures are those of the README, with the commands that measure them.
MEASURED = (
    (
        "In simulated takedowns by an author who had no part in the rule, about 1 in 100 accounts of candidates was "
        "none of the operation, and at most 0.1 % of the ordinary accounts were in a candidate (five seeds; "
        "python benchmarks/worlds.py --rival none:501 none:502 none:503 none:504 none:505 --scale 0.01)."
    ),
    (
        "In twelve other simulated worlds up to 2 % of the accounts of candidates were none of an operation, and 0.3 % "
        "on average; in the three of them without an operation there was no candidate (two seeds each; python "
        "benchmarks/worlds.py --others all:561 all:571)."
    ),
    (
        "None of these figures was measured on your data. They say how often the rule errs in worlds of which the "
        "truth is known, not how likely this candidate is to be one."
    ),
)
