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
``polio``        ``iiia.py``          so many posts retweeted together, those of one burst counting most
``nizzoli2021``  ``nizzoli.py``       a similarity that stands out among those of either account
``iannucci2025`` ``iannucci.py``      co-actions that fade with their lag, in several ways
``weber2021``    ``weber.py``         part of a heavy structure of co-actions in the same windows
``pote2026``     ``pote.py``          more similar than by chance in so many ways
``cinus2025``    ``cinus.py``         in a core that is dense, when weak edges are taken away
``mannocci2025`` ``mannocci.py``      similar within windows, in several ways
``d3lta``        ``viginum.py``       so many pairs of texts that are copied, reworded or translated
================ ==================== ==========================================================

Only ``pote2026`` tests an edge against chance; for the others :func:`cib.backbone` does.
"""

from __future__ import annotations

from cib.presets.cinus import cinus2025
from cib.presets.giglietto import coornet, estimate_coord_interval
from cib.presets.graham import qut
from cib.presets.iannucci import iannucci2025, modularity_clusters
from cib.presets.iiia import polio
from cib.presets.luceri import eigenvector_centrality, luceri2024
from cib.presets.mannocci import mannocci2025, multiplex_clusters
from cib.presets.nizzoli import nizzoli2021
from cib.presets.pacheco import pacheco2021
from cib.presets.pote import pote2026
from cib.presets.righetti import coortweet
from cib.presets.viginum import d3lta
from cib.presets.weber import focal_structures, weber2021

__all__ = [
    "cinus2025",
    "coornet",
    "coortweet",
    "d3lta",
    "eigenvector_centrality",
    "estimate_coord_interval",
    "focal_structures",
    "iannucci2025",
    "luceri2024",
    "mannocci2025",
    "modularity_clusters",
    "multiplex_clusters",
    "nizzoli2021",
    "pacheco2021",
    "polio",
    "pote2026",
    "qut",
    "weber2021",
]


def __dir__() -> list[str]:
    return __all__
