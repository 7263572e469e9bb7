"""Simulate account activity with planted operations among organic accounts, and return the ground truth.

The ground truth of real activity is unknown, so tests and benchmarks need simulated activity. Parameters are taken from
publications about the takedown of June 2020 and from generators described in the literature on coordination; simulated
data describe no real account.

``clock`` draws times and delays, ``wording`` texts, ``population`` accounts, ``events`` tables of actions. ``everyday``
is ordinary behaviour and the popularity it follows. ``organic``, ``crowds``, ``readers``, ``boosting``, ``operations``
and ``prepared`` define the *parts* of a scenario: a part creates its accounts, then its posts, then, once all posts
exist, its reactions. A scenario is a tuple of parts (``scenarios``), so a new tactic or look-alike is one more
dataclass with the methods in which it differs from ordinary accounts. ``evasion`` changes the actions of operations,
``drafts`` runs all parts, and ``simulations`` returns the result.
"""

from __future__ import annotations

from cib.simulation.evasion import EVASIONS, STRENGTHS
from cib.simulation.samples import sample
from cib.simulation.scenarios import SCENARIOS
from cib.simulation.simulations import Simulation, simulate, write

__all__ = ["EVASIONS", "SCENARIOS", "STRENGTHS", "Simulation", "sample", "simulate", "write"]
