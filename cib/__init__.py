"""Find coordinated networks of accounts in social-media activity, with evidence.

>>> import cib
>>> activity, truth = cib.simulate(scale=0.002, seed=1)
>>> detection = cib.detect(activity, progress=False)
>>> detection.networks[0].verdict
'candidate'
"""

from __future__ import annotations

from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cib import evaluation, presets, testing
    from cib.activity import Activity
    from cib.collection import Collection
    from cib.detection import Detection, load
    from cib.errors import CibError
    from cib.features.extract import extract
    from cib.features.feature import feature
    from cib.features.standard import STANDARD, FeatureSet
    from cib.features.table import FeatureTable
    from cib.graphs.coaction import coaction_graph, coaction_graphs
    from cib.graphs.graph import Graph
    from cib.graphs.interactions import mention_graph, quote_graph, reply_graph, retweet_graph
    from cib.graphs.layers import Layer
    from cib.graphs.nulls.registry import backbone
    from cib.graphs.similarity import similarity_graph
    from cib.import_report import ImportReport
    from cib.linkage.known import KnownNetworks
    from cib.linkage.links import Links, link
    from cib.networks.find import find_networks
    from cib.networks.network import Network, Networks
    from cib.networks.verdict import Reason, Rule
    from cib.pipeline import detect
    from cib.reports import plots
    from cib.roles import Role, RoleScorer
    from cib.settings import Settings
    from cib.simulation import sample, simulate
    from cib.sources.columns import Columns
    from cib.sources.concatenation import concat
    from cib.sources.files import read
    from cib.sources.format import Format

__version__ = "0.1.0"

__all__ = [
    "STANDARD",
    "Activity",
    "CibError",
    "Collection",
    "Columns",
    "Detection",
    "FeatureSet",
    "FeatureTable",
    "Format",
    "Graph",
    "ImportReport",
    "KnownNetworks",
    "Layer",
    "Links",
    "Network",
    "Networks",
    "Reason",
    "Role",
    "RoleScorer",
    "Rule",
    "Settings",
    "backbone",
    "coaction_graph",
    "coaction_graphs",
    "concat",
    "detect",
    "evaluation",
    "extract",
    "feature",
    "find_networks",
    "link",
    "load",
    "mention_graph",
    "plots",
    "presets",
    "quote_graph",
    "read",
    "reply_graph",
    "retweet_graph",
    "sample",
    "similarity_graph",
    "simulate",
    "testing",
]

#: Where each name is found when it is first used: what nobody uses is not loaded.
_PLACES = {
    "STANDARD": "cib.features.standard:STANDARD",
    "Activity": "cib.activity:Activity",
    "CibError": "cib.errors:CibError",
    "Collection": "cib.collection:Collection",
    "Columns": "cib.sources.columns:Columns",
    "Detection": "cib.detection:Detection",
    "FeatureSet": "cib.features.standard:FeatureSet",
    "FeatureTable": "cib.features.table:FeatureTable",
    "Format": "cib.sources.format:Format",
    "Graph": "cib.graphs.graph:Graph",
    "ImportReport": "cib.import_report:ImportReport",
    "KnownNetworks": "cib.linkage.known:KnownNetworks",
    "Layer": "cib.graphs.layers:Layer",
    "Links": "cib.linkage.links:Links",
    "Network": "cib.networks.network:Network",
    "Networks": "cib.networks.network:Networks",
    "Reason": "cib.networks.verdict:Reason",
    "Role": "cib.roles:Role",
    "RoleScorer": "cib.roles:RoleScorer",
    "Rule": "cib.networks.verdict:Rule",
    "Settings": "cib.settings:Settings",
    "backbone": "cib.graphs.nulls.registry:backbone",
    "coaction_graph": "cib.graphs.coaction:coaction_graph",
    "coaction_graphs": "cib.graphs.coaction:coaction_graphs",
    "concat": "cib.sources.concatenation:concat",
    "detect": "cib.pipeline:detect",
    "evaluation": "cib.evaluation",
    "extract": "cib.features.extract:extract",
    "feature": "cib.features.feature:feature",
    "find_networks": "cib.networks.find:find_networks",
    "load": "cib.detection:load",
    "link": "cib.linkage.links:link",
    "mention_graph": "cib.graphs.interactions:mention_graph",
    "plots": "cib.reports.plots",
    "presets": "cib.presets",
    "quote_graph": "cib.graphs.interactions:quote_graph",
    "read": "cib.sources.files:read",
    "reply_graph": "cib.graphs.interactions:reply_graph",
    "retweet_graph": "cib.graphs.interactions:retweet_graph",
    "sample": "cib.simulation:sample",
    "similarity_graph": "cib.graphs.similarity:similarity_graph",
    "simulate": "cib.simulation:simulate",
    "testing": "cib.testing",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = resolve_name(_PLACES[name])
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
