"""The published methods by name, with their own defaults and their own counting.

A preset computes what its paper or package computes, so that earlier results can be reproduced and
compared. Defects that were published are not repeated; each docstring says which. One file holds the
methods of one group of authors:

================ ==================== ==========================================================
preset           file                 an edge says
================ ==================== ==========================================================
``coortweet``    ``righetti.py``      so many pairs of posts on one object within a window
``qut``          ``graham.py``        so many messages with another's message of like key near by
``pacheco2021``  ``pacheco.py``       among the most similar pairs by TF-IDF, or the same sequence
``luceri2024``   ``luceri.py``        similar in at least one of several ways
``coornet``      ``giglietto.py``     so many links shared in one interval
================ ==================== ==========================================================

None of them tests an edge against chance; :func:`cib.backbone` does.
"""

from __future__ import annotations

from cib.presets.giglietto import coornet, estimate_coord_interval
from cib.presets.graham import qut
from cib.presets.luceri import eigenvector_centrality, luceri2024
from cib.presets.pacheco import pacheco2021
from cib.presets.righetti import coortweet

__all__ = [
    "coornet",
    "coortweet",
    "eigenvector_centrality",
    "estimate_coord_interval",
    "luceri2024",
    "pacheco2021",
    "qut",
]
