"""Find coordinated networks of accounts in social-media activity, with evidence.

>>> import cib
>>> activity, truth = cib.simulate(scale=0.002, seed=1)
>>> detection = cib.detect(activity, progress=False)
>>> detection.networks[0].verdict
'candidate'
"""

from __future__ import annotations

from cib import evaluation, presets, testing
from cib.activity import Activity
from cib.detection import Detection
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
from cib.networks.verdict import Rule
from cib.networks.network import Network, Networks
from cib.networks.verdict import Reason, Rule
from cib.pipeline import detect
from cib.reports import plots
from cib.roles import RoleScorer
from cib.settings import Settings
from cib.simulation import simulate
from cib.sources.columns import Columns
from cib.sources.files import read

__version__ = "0.1.0"

__all__ = [
    "STANDARD",
    "Activity",
    "CibError",
    "Columns",
    "Detection",
    "FeatureSet",
    "FeatureTable",
    "Graph",
    "ImportReport",
    "KnownNetworks",
    "Layer",
    "Links",
    "Network",
    "Networks",
    "RoleScorer",
    "Rule",
    "Settings",
    "backbone",
    "coaction_graph",
    "coaction_graphs",
    "detect",
    "evaluation",
    "extract",
    "feature",
    "find_networks",
    "link",
    "mention_graph",
    "plots",
    "presets",
    "quote_graph",
    "read",
    "reply_graph",
    "retweet_graph",
    "similarity_graph",
    "simulate",
    "testing",
]
