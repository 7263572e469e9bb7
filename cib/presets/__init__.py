"""Published methods by name, with their own defaults and their own counts.

A preset computes what its paper or package computes, so that earlier results can be reproduced and
compared. Published defects are not repeated; each docstring lists them. Each file holds the methods of
one group of authors:

================ ==================== ==========================================================
preset           file                 meaning of an edge
================ ==================== ==========================================================
``coortweet``    ``righetti.py``      number of pairs of posts on one object within a window
``qut``          ``graham.py``        number of messages with a matching message within a window
``pacheco2021``  ``pacheco.py``       one of the most similar pairs by TF-IDF, or the same sequence
``luceri2024``   ``luceri.py``        similar by at least one of several measures
``coornet``      ``giglietto.py``     number of links shared in one interval
``polio``        ``iiia.py``          posts retweeted together, weighted by concentration in time
``nizzoli2021``  ``nizzoli.py``       a similarity that is large among those of either account
``iannucci2025`` ``iannucci.py``      co-actions weighted by decay with their lag, in several layers
``weber2021``    ``weber.py``         part of a focal structure of co-actions in the same windows
``pote2026``     ``pote.py``          number of indicators by which the pair is significantly similar
``cinus2025``    ``cinus.py``         part of a dense core, after removal of weak edges
``mannocci2025`` ``mannocci.py``      similar within windows, in several layers
``d3lta``        ``viginum.py``       number of pairs of texts copied, reworded or translated
================ ==================== ==========================================================

Only ``pote2026`` tests edges for significance; for the others use :func:`cib.backbone`.
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
