"""The detection pipeline: build graphs, extract features, score roles and find networks.

This module connects the stages, which do not depend on it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from cib.activity import Activity
from cib.detection import Detection
from cib.domains import FLAG, THREADS, takes
from cib.engine import EngineActivity, brought_back, engine_of
from cib.errors import CibWarning, InputError, check_kind
from cib.features.extract import extract
from cib.features.on_engine import extract_on_engine
from cib.graphs.coaction import coaction_graphs
from cib.graphs.graph import Graph
from cib.graphs.interactions import mention_graph, quote_graph, reply_graph, retweet_graph
from cib.graphs.layers import LAYERS, OTHERWISE, coaction_layers, significant
from cib.graphs.numbered import number_accounts
from cib.networks.communities import interaction_communities
from cib.networks.evidence import coordination
from cib.networks.network import Networks
from cib.progress import say, stage
from cib.reports.result import NOTES
from cib.resources import check_memory, limited
from cib.roles import RoleScores, score_roles
from cib.search import search
from cib.settings import Settings

__all__ = ["detect", "detect_with"]

_INTERACTIONS = {
    "retweet": retweet_graph,
    "mention": mention_graph,
    "reply": reply_graph,
    "quote": quote_graph,
}

#: Input names of features, and the interaction graph of each.
_INPUTS = {"retweets": "retweet", "mentions": "mention", "replies": "reply", "quotes": "quote"}

#: Factor of the coordination score of accounts outside networks, whose evidence is single edges only.
UNGROUPED = 0.1


@takes(progress=FLAG, threads=THREADS)
def detect(
    activity: Activity | EngineActivity,
    settings: Settings | None = None,
    *,
    progress: bool = True,
    threads: int | None = None,
    max_memory: str | int | None = None,
) -> Detection:
    """Find candidate networks in account activity.

    Parameters
    ----------
    activity : Activity or EngineActivity
        From :func:`cib.read`. On an engine the result is equal and computed by queries; the last of
        ``detection.notes`` states the amount of data they returned. Methods that use posts (``profile``, ``save``,
        ``report``, ...) need them in memory.
    settings : Settings, optional
        If no default layer has any object, the layers of replies, quotes, mentions and hashtags are used as well; the
        settings of the result include them.
    progress : bool
        Whether to print one line per stage to standard error.
    threads : int, optional
        Number of threads of compiled kernels; default: all cores. The result does not depend on it. Polars reads the
        environment variable ``POLARS_MAX_THREADS`` when it is imported.
    max_memory : str or int, optional
        Memory limit, such as ``'8GB'``, or a number of bytes. A detection that is expected to exceed it is not started.

    Returns
    -------
    Detection

    Raises
    ------
    SettingsError
        If the detection is expected to take more memory than allowed.

    Examples
    --------
    >>> import cib
    >>> activity, truth = cib.simulate(scale=0.002, seed=1)
    >>> detection = cib.detect(activity, progress=False)
    >>> detection.accounts.columns[:6]
    ['account_id', 'coordination', 'highly_engaged', 'amplifier', 'role', 'network_id']
    """
    if isinstance(activity, Activity):
        check_memory(len(activity), max_memory)
    with limited(threads):
        return detect_with(coaction_graphs, activity, settings, progress)


def detect_with(
    count: Callable[..., list[Graph]],
    activity: Activity | EngineActivity,
    settings: Settings | None,
    progress: bool,
) -> Detection:
    """Run :func:`detect` with co-actions computed by `count` instead of :func:`cib.coaction_graphs`."""
    if not isinstance(activity, (Activity, EngineActivity)):  # an EngineActivity raises for unsupported stages
        raise InputError(
            "detect takes an activity",
            got=f"a {type(activity).__name__}",
            remedy="Read it first: cib.detect(cib.read(...)).",
        )
    settings = Settings() if settings is None else settings
    check_kind("settings", settings, Settings)
    if isinstance(activity, EngineActivity):
        return _on_engine(activity, settings, progress)
    return _detected(count, activity, settings, progress)


def _on_engine(activity: EngineActivity, settings: Settings, progress: bool) -> Detection:
    """Run the detection on an engine and add a note of the amount of data its queries returned."""
    with ExitStack() as stack, brought_back() as counted:
        with stage("numbering accounts", progress):
            numbered = number_accounts(activity, stack)
        found = _detected(coaction_graphs, numbered, settings, progress)
    note = f"ran on {engine_of(activity.posts)}, which brought back of {len(activity):,} rows: {counted}"
    say(note, progress)
    return replace(found, notes=(*found.notes, note))


def _detected(
    count: Callable[..., list[Graph]], given: Activity | EngineActivity, settings: Settings, progress: bool
) -> Detection:
    """Run the stages of the pipeline; the accounts of an activity on an engine must be numbered."""
    activity: Any = given.numbered if isinstance(given, EngineActivity) else given
    with stage("interaction graphs", progress):
        graphs = {name: build(given).in_files() for name, build in _INTERACTIONS.items()}
    tested, told, notes = _tested(count, given, settings, progress)
    if not tested and settings.layers == LAYERS:
        settings = replace(settings, layers=(*LAYERS, *OTHERWISE))
        tested, told, notes = _tested(count, given, settings, progress)
    with stage("features", progress), warnings.catch_warnings():
        warnings.simplefilter("ignore", CibWarning)  # those of co-actions are collected by _tested()
        coactions = next(significant(tested, settings.alpha), None)
        inputs: dict[str, Any] = {name: graphs[kind] for name, kind in _INPUTS.items()} | {"coactions": coactions}
        if isinstance(given, EngineActivity):
            features = extract_on_engine(activity, settings.features, inputs)
        else:
            features = extract(given, settings.features, **inputs)
    with stage("roles", progress):
        roles = score_roles(features, settings.roles)
    with stage("networks", progress):
        layers, networks = search(tested, settings, activity=activity, roles=roles)
        table = _accounts(activity, roles, networks, layers, graphs["retweet"], settings.seed)
    if isinstance(given, Activity):
        for layer in layers:
            layer.events.forget()
    known: Any = given if activity is given else activity.engine
    found = Detection(
        table=table,
        networks=networks,
        graphs={**graphs, **{layer.name: layer for layer in layers}},
        features=features,
        roles=roles,
        settings=settings,
        imported=given.imported,
        activity=known,
        notes=notes,
        tested=_kept(told, layers),
    )
    return found if found.outcome == "found" else replace(found, notes=(NOTES[found.outcome], *notes))


def _kept(told: pl.DataFrame, layers: list[Graph]) -> pl.DataFrame:
    """Add the number of significant edges to the table of tested layers."""
    kept = {graph.name.removeprefix("co-action "): graph.n_edges for graph in layers}
    significant = pl.col("layer").replace_strict(kept, default=None, return_dtype=pl.Int64)
    return told.with_columns(significant=significant)


def _tested(
    count: Callable[..., list[Graph]], activity: Activity | EngineActivity, settings: Settings, progress: bool
) -> tuple[list[Graph], pl.DataFrame, tuple[str, ...]]:
    """Test the co-actions of each layer that has objects in the data, and collect the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", CibWarning)
        tested, told = coaction_layers(
            activity, settings.layers, settings.max_pairs, settings.loosest_alpha, progress, count
        )
    return tested, told, tuple(sorted({str(warning.message) for warning in caught}))


def _accounts(
    activity: Activity, roles: RoleScores, networks: Networks, layers: list[Graph], retweets: Graph, seed: int
) -> pl.DataFrame:
    scores = roles.table.drop("support")
    evidence = coordination(layers) if layers else scores.select("account_id", coordination=pl.lit(0.0)).head(0)
    members = pl.concat([networks.members, networks.boosted])
    scores_of_all = scores.select("account_id", coordination=pl.lit(None, dtype=pl.Float64)).head(0)
    if networks.scores is not None:
        scores_of_all = networks.scores
    cluster = np.full(scores.height, -1)
    cluster[retweets.codes_in(activity.account_ids).to_numpy()] = interaction_communities(retweets, seed=seed)
    table = (  # the scores are of all accounts, in the order of their ids
        scores.with_columns(cluster=pl.Series(cluster).replace(-1, None))
        .join(evidence, on="account_id", how="left", maintain_order="left")
        .join(members, on="account_id", how="left", maintain_order="left", suffix="_in_network")
        .join(scores_of_all, on="account_id", how="left", maintain_order="left", suffix="_scored")
    )
    level = pl.coalesce("coordination_scored", "coordination_in_network", UNGROUPED * pl.col("coordination"), 0.0)
    columns = ("role", "network_id", "verdict", "joined", "network_role", "campaign", "cluster")
    named = (role.name for role in roles.roles)
    return table.select("account_id", level.alias("coordination"), *named, *columns).sort(
        "coordination", descending=True, maintain_order=True
    )
