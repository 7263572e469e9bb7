"""simulate(): account activity with planted operations among organic accounts, with the truth beside it.

Nobody knows the truth about real activity, so tests and measurements need made activity. The numbers
come from what was published about the takedown of June 2020 and from the generator described in the
literature on coordination; what is made here says nothing about any real account.

``clock`` holds hours and delays, ``wording`` invented words, ``population`` accounts, ``events`` what
they do. ``everyday`` is ordinary behaviour and the popularity it follows. ``organic``, ``crowds``, ``readers``,
``boosting``, ``operations`` and ``prepared`` hold the *parts* of a scenario: a part brings its accounts, then its
posts, then, once all posts are there, its reactions. A scenario is a tuple of parts (``scenarios``), so a new tactic or
look-alike is one more dataclass with three methods. ``evasion`` changes what operations do, ``drafts``
lets all parts act, and ``simulations`` tells the result.
"""

from __future__ import annotations

from cib.simulation.evasion import EVASIONS, STRENGTHS
from cib.simulation.samples import sample
from cib.simulation.scenarios import SCENARIOS
from cib.simulation.simulations import Simulation, simulate, write

__all__ = ["EVASIONS", "SCENARIOS", "STRENGTHS", "Simulation", "sample", "simulate", "write"]
