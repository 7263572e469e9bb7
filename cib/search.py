"""Search for networks in the tested co-action graphs of the layers, as used by all detections and reruns."""

from __future__ import annotations

from collections.abc import Sequence

from cib.activity import Activity
from cib.graphs.graph import Graph
from cib.graphs.layers import significant
from cib.mapped import release_pages
from cib.networks.find import find_networks
from cib.networks.network import Networks
from cib.roles import RoleScores
from cib.settings import Settings

__all__ = ["search"]


def search(
    tested: Sequence[Graph], settings: Settings, *, activity: Activity, roles: RoleScores
) -> tuple[list[Graph], Networks]:
    """Keep the significant edges of each layer and find the networks in them.

    Parameters
    ----------
    tested : sequence of Graph
        One graph per layer, from :func:`cib.graphs.layers.coaction_layers`.
    settings : Settings
    activity : Activity
        The activity that the layers were computed from.
    roles : RoleScores

    Returns
    -------
    layers : list of Graph
        Edges with q at most ``settings.alpha`` divided by the number of layers.
    networks : Networks
    """
    layers = list(significant(tested, settings.alpha))
    release_pages()
    networks = find_networks(
        layers, roles, activity=activity, tied=tested, exclude=settings.exclude, rule=settings.rule, seed=settings.seed
    )
    return layers, networks
