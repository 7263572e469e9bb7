"""Bad input to every public parameter: a result or an error that says what to do, never a traceback, never in silence.

Each call below is a valid one. The law gives each of its parameters values that make no sense, one at a time. Numbers
refuse what is no number, NaN and, but for those in `SIGNED`, what is negative; switches refuse what is no truth value.
"""

from __future__ import annotations

import hashlib
import inspect
import math
import warnings
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import cib
from cib import evaluation, plots, presets
from cib.errors import CibError
from cib.roles.role import Role
from tests.saved.conftest import ring

BAD = {
    "None": None,
    "nan": math.nan,
    "inf": math.inf,
    "negative": -1,
    "negative share": -0.5,
    "huge": 10**30,
    "huge float": 1e300,
    "text": "nope",
    "no text": "",
    "NUL": "a\x00b",
    "bytes": b"x",
    "list": [],
    "list of it": [object()],
    "dict": {"nope": None},
    "frame": pl.DataFrame({"nope": [1]}),
    "array": np.array([math.nan]),
    "true": True,
    "function": lambda *_: None,
    "object": object(),
    "type": int,
}

#: Numbers that may be negative.
SIGNED = {"min_support", "min_facts", "bias"}

NUMBER = ("int", "float")


@cache
def toy():
    return cib.testing.toy_activity()


@cache
def found():
    return cib.detect(
        ring(1), cib.Settings(layers=[cib.Layer("post", "10min")], features=cib.FeatureSet(FEW)), progress=False
    )


FEW = ("h_index", "asymmetry", "retweets_made", "retweets_received", "posts_made")


@cache
def folder():
    import tempfile

    return found().save(Path(tempfile.mkdtemp()) / "saved")


@cache
def library():
    return cib.KnownNetworks().add(found().networks[0], "harbour", found().activity)


def projection():
    return next(graph for graph in found().graphs.values() if not graph.directed)


def new_folder():
    import tempfile

    return tempfile.mkdtemp()


def labels():
    return found().table.select("account_id", operation=pl.col("network_id"))


def scores():
    return np.array([0.1, 0.9]), np.array([False, True])


#: Valid calls by name: what is called, and its arguments.
CALLS = {
    "Settings": lambda: (cib.Settings, {}),
    "Rule": lambda: (cib.Rule, {}),
    "Layer": lambda: (cib.Layer, {"objects": "post"}),
    "Columns": lambda: (cib.Columns, {}),
    "FeatureSet": lambda: (cib.FeatureSet, {"features": ["h_index"]}),
    "Role": lambda: (Role, {"name": "r", "label": "R.", "weights": {"h_index": 1.0}}),
    "RoleScorer.fit": lambda: (lambda **k: cib.RoleScorer(**k).fit(found().features), cib.RoleScorer().get_params()),
    "read": lambda: (cib.read, {"source": ring(1).posts_table.head(50), "progress": False}),
    "detect": lambda: (
        cib.detect,
        {"activity": toy(), "settings": cib.Settings(features=cib.FeatureSet(FEW)), "progress": False},
    ),
    "concat": lambda: (cib.concat, {"activities": [toy()]}),
    "simulate": lambda: (cib.simulate, {"scale": 0.001}),
    "load": lambda: (cib.load, {"folder": folder()}),
    "extract": lambda: (cib.extract, {"activity": toy(), "features": ["h_index"]}),
    "coaction_graph": lambda: (cib.coaction_graph, {"activity": toy()}),
    "coaction_graphs": lambda: (cib.coaction_graphs, {"activity": toy()}),
    "similarity_graph": lambda: (cib.similarity_graph, {"activity": toy()}),
    "retweet_graph": lambda: (cib.retweet_graph, {"activity": toy()}),
    "mention_graph": lambda: (cib.mention_graph, {"activity": toy()}),
    "reply_graph": lambda: (cib.reply_graph, {"activity": toy()}),
    "quote_graph": lambda: (cib.quote_graph, {"activity": toy()}),
    "backbone": lambda: (cib.backbone, {"graph": cib.coaction_graph(toy(), min_weight=1)}),
    "find_networks": lambda: (cib.find_networks, {"coactions": projection()}),
    "link": lambda: (cib.link, {"detection": found(), "known": library(), "controls": 30}),
    "KnownNetworks.add": lambda: (
        cib.KnownNetworks().add,
        {"network": found().networks[0], "name": "a", "activity": found().activity},
    ),
    "KnownNetworks.save": lambda: (library().save, {"folder": new_folder()}),
    "KnownNetworks.read": lambda: (cib.KnownNetworks.read, {"folder": library().save(new_folder())}),
    "Graph.subgraph": lambda: (projection().subgraph, {"accounts": ["ring1"]}),
    "Graph.strongest": lambda: (projection().strongest, {"most": 3}),
    "Graph.keep_edges": lambda: (projection().keep_edges, {"keep": np.ones(projection().n_edges, dtype=bool)}),
    "Graph.matrix_of": lambda: (projection().matrix_of, {"column": "weight"}),
    "Graph.evidence": lambda: (projection().evidence, {"a": "ring0", "b": "ring1"}),
    "Network.edge": lambda: (found().networks[0].edge, {"a": "ring0", "b": "ring1"}),
    "Network.account_evidence": lambda: (found().networks[0].account_evidence, {"account": "ring0"}),
    "Networks.with_verdict": lambda: (found().networks.with_verdict, {"verdict": "candidate"}),
    "RoleScores.explain": lambda: (found().roles.explain, {"account": "ring0"}),
    "RoleScores.contributions": lambda: (found().roles.contributions, {"role": "amplifier"}),
    "RoleScores.for_account": lambda: (found().roles.for_account, {"account": "ring0"}),
    "FeatureTable.select": lambda: (found().features.select, {"names": ["h_index"]}),
    "Detection.profile": lambda: (found().profile, {"network_id": "N1"}),
    "Detection.explanations": lambda: (found().explanations, {"network_id": "N1"}),
    "Detection.sensitivity": lambda: (found().sensitivity, {"windows": ["60s"], "alphas": [0.01], "progress": False}),
    "Detection.stability": lambda: (found().stability, {"runs": 1, "progress": False}),
    "Detection.over_time": lambda: (found().over_time, {"window": "30d", "progress": False}),
    "Detection.save": lambda: (found().save, {"folder": new_folder(), "write": ["tables"]}),
    "Detection.report": lambda: (found().report, {"path": Path(new_folder()) / "r.html"}),
    "Detection.save_spreadsheet": lambda: (found().save_spreadsheet, {"path": Path(new_folder()) / "r.xlsx"}),
    "Detection.save_stix": lambda: (found().save_stix, {"path": Path(new_folder()) / "r.json"}),
    "Detection.save_release": lambda: (found().save_release, {"folder": new_folder()}),
    "Activity.native": lambda: (toy().native, {"frame": pl.DataFrame()}),
    "coornet": lambda: (presets.coornet, {"activity": toy()}),
    "coortweet": lambda: (presets.coortweet, {"activity": toy()}),
    "estimate_coord_interval": lambda: (presets.estimate_coord_interval, {"activity": toy()}),
    "eigenvector_centrality": lambda: (presets.eigenvector_centrality, {"graph": projection()}),
    "modularity_clusters": lambda: (presets.modularity_clusters, {"graph": projection()}),
    "iannucci2025": lambda: (presets.iannucci2025, {"activity": toy()}),
    "luceri2024": lambda: (presets.luceri2024, {"activity": toy(), "networks": ["co_retweet"]}),
    "nizzoli2021": lambda: (presets.nizzoli2021, {"activity": toy()}),
    "pacheco2021": lambda: (presets.pacheco2021, {"activity": toy()}),
    "polio": lambda: (presets.polio, {"activity": toy()}),
    "qut": lambda: (presets.qut, {"activity": toy()}),
    "evaluate": lambda: (evaluation.evaluate, {"detection": found(), "truth": labels(), "repeats": 2}),
    "trivial_scores": lambda: (evaluation.trivial_scores, {"activity": toy()}),
    "average_precision": lambda: (evaluation.average_precision, dict(zip(("scores", "truth"), scores(), strict=True))),
    "calibration": lambda: (evaluation.calibration, dict(zip(("probability", "truth"), scores(), strict=True))),
    "agreement": lambda: (evaluation.agreement, {"operation": pl.Series(["a"]), "network": pl.Series(["b"])}),
    "weighted_precision": lambda: (
        evaluation.weighted_precision,
        {"positive": pl.Series([True]), "network": pl.Series(["b"])},
    ),
    "plots.timeline": lambda: (plots.timeline, {"detection": found()}),
    "plots.week": lambda: (plots.week, {"detection": found()}),
    "plots.role_plane": lambda: (plots.role_plane, {"detection": found()}),
    "plots.network_map": lambda: (plots.network_map, {"detection": found()}),
    "plots.lags": lambda: (plots.lags, {"detection": found()}),
}


def parameters(name):
    """The parameters of a call, with their annotations; of a wrapped one those it is given."""
    function, given = CALLS[name]()
    known = inspect.signature(cib.RoleScorer if name == "RoleScorer.fit" else function).parameters
    told = {
        each.name: str(each.annotation)
        for each in known.values()
        if each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
    }
    return {name: told.get(name, "") for name in {**told, **given}}


def must_refuse(parameter, annotation, value):
    """Whether a value makes no sense for a parameter of this type, whatever it means."""
    if annotation.endswith(" | None") and value is None:
        return False
    types = set(annotation.removesuffix(" | None").split(" | "))
    if types == {"bool"}:
        return not isinstance(value, bool)
    if types and types <= set(NUMBER):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value):
            return True
        return (value < 0 and parameter not in SIGNED) or (
            "int" in types and value != int(value) if math.isfinite(value) else "int" in types
        )
    return False


def broken(name, parameter, annotation, bad):
    """What is wrong with how a call takes a bad value, if anything is."""
    function, given = CALLS[name]()
    value = BAD[bad]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            function(**{**given, parameter: value})
        except CibError as error:
            return None if error.remedy else f"no remedy: {error}"
        except BaseException as error:
            return f"{type(error).__name__}: {error!s:.150}"
    return "taken in silence" if must_refuse(parameter, annotation, value) else None


def cases():
    return [(name, parameter, bad) for name in CALLS for parameter in parameters(name) for bad in BAD]


def sample(n):
    """So many cases, the same in each run; each parameter of each call at least now and then."""
    chosen = sorted(cases(), key=lambda case: hashlib.sha256(repr(case).encode()).digest())
    return chosen[:n]


def faults(chosen):
    told = {name: parameters(name) for name in CALLS}
    return [
        f"{name}({parameter}={bad}): {fault}"
        for name, parameter, bad in chosen
        if (fault := broken(name, parameter, told[name][parameter], bad))
    ]


def test_there_are_enough_cases():
    assert len(cases()) >= 3_000


def test_bad_values_give_a_result_or_an_error_that_says_what_to_do():
    assert faults(sample(500)) == []


@pytest.mark.fuzz
def test_all_bad_values_do():
    assert faults(cases()) == []
