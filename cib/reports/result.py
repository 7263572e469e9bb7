"""Interface of a detection as used by reports, and the metadata of every output."""

# ruff: noqa: D102 -- the parts of a Detection are explained there
from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Protocol

import polars as pl

from cib.activity import Activity
from cib.features.table import FeatureTable
from cib.graphs.graph import Graph
from cib.import_report import ImportReport
from cib.networks.network import Networks
from cib.reports.limits import LIMITS
from cib.roles import RoleScores

__all__ = ["NOTES", "Result", "about", "outcome_of"]

#: Note of each outcome other than ``'found'``.
NOTES = {
    "nothing found by these tests": "Nothing found by these tests. What they would have found: detection.power().",
    "nothing to test": "Nothing to test: no two accounts have anything in common that a layer looks at. That is no "
    "all-clear; detection.layers says what each layer had.",
}


class _Settings(Protocol):
    def to_dict(self) -> dict[str, Any]: ...


class Result(Protocol):
    """Protocol of :class:`cib.Detection` for reports, which do not import the pipeline."""

    @property
    def table(self) -> pl.DataFrame: ...
    @property
    def networks(self) -> Networks: ...
    @property
    def graphs(self) -> Mapping[str, Graph]: ...
    @property
    def roles(self) -> RoleScores: ...
    @property
    def settings(self) -> _Settings: ...
    @property
    def imported(self) -> ImportReport: ...
    @property
    def activity(self) -> Activity: ...
    @property
    def tested(self) -> pl.DataFrame: ...
    @property
    def notes(self) -> tuple[str, ...]: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def features(self) -> FeatureTable: ...
    @property
    def findings(self) -> dict[str, Any]: ...


def outcome_of(result: Result) -> str:
    """Return the outcome: ``'found'``, ``'nothing found by these tests'`` or ``'nothing to test'``."""
    if any(network.verdict != "insufficient" for network in result.networks):
        return "found"
    known = result.tested.height  # version 0.1 did not save what was tested
    return "nothing found by these tests" if not known or result.tested["pairs_tested"].sum() else "nothing to test"


def about(result: Result) -> dict[str, Any]:
    """Return the metadata of a result: version, settings, import report, fingerprint, notes, outcome, tests, limits."""
    return {
        "version": version("cib-detect"),
        "settings": result.settings.to_dict(),
        "imported": result.imported.to_dict(),
        "fingerprint": result.fingerprint,
        "notes": list(result.notes),
        "outcome": outcome_of(result),
        "tested": result.tested.to_dicts(),
        "limits": LIMITS,
    }
