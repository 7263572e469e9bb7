"""Rerun a detection: with other settings, on samples of the posts, in time windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from cib.activity import Activity
from cib.graphs.coaction import Window, window_seconds
from cib.graphs.graph import Graph
from cib.graphs.layers import Layer, coaction_layers
from cib.networks.network import Networks
from cib.progress import stage
from cib.robustness.matching import agreement, staying
from cib.roles import RoleScores
from cib.search import search
from cib.settings import Settings

__all__ = ["Rerun"]


@dataclass(frozen=True)
class Rerun:
    """A detection result with the inputs required to search again.

    Parameters
    ----------
    activity : Activity
    settings : Settings
    roles : RoleScores
    networks : Networks
    """

    activity: Activity
    settings: Settings
    roles: RoleScores
    networks: Networks

    def sensitivity(self, windows: Sequence[Window], settings: Sequence[Settings], progress: bool) -> pl.DataFrame:
        """Search with each window in place of those of the layers, and with each of several settings."""
        most = max(settings, key=lambda each: each.alpha, default=self.settings)
        with stage("layers at any time", progress):
            at_any_time = self._tested([layer for layer in most.layers if layer.window is None], most)
        timed = [layer for layer in most.layers if layer.window is not None]
        rows = []
        for window in windows:
            with stage(f"window {window}", progress):
                layers = list(dict.fromkeys(replace(layer, window=window) for layer in timed))
                tested = self._tested(layers, most) + at_any_time
                rows += [self._compared(window_seconds(window), each, tested) for each in settings]
        return pl.DataFrame(rows)

    def stability(self, runs: int, share: float, seed: int, progress: bool) -> pl.DataFrame:
        """Search on samples of the posts, and on all posts with other seeds of the clustering."""
        members = self.networks.members.select("account_id", "network_id")
        tested = self._tested(self.settings.layers, self.settings)
        rng = np.random.default_rng(seed)
        resampled, reseeded = np.zeros((2, members.height))
        for k in range(1, runs + 1):
            with stage(f"sample {k} of {runs}", progress):
                found = self.found_in(pl.Series(rng.random(len(self.activity)) < share))
                resampled += staying(members, found.members).to_numpy()
                other = self._search(tested, replace(self.settings, seed=self.settings.seed + k))
                reseeded += staying(members, other.members).to_numpy()
        table = members.with_columns(resampled=pl.Series(resampled / runs), reseeded=pl.Series(reseeded / runs))
        return table.sort("network_id", "account_id")

    def search_again(self) -> Networks:
        """Search the networks of all posts with the settings."""
        return self._search(self._tested(self.settings.layers, self.settings), self.settings)

    def found_in(self, posts: pl.Series) -> Networks:
        """Search the networks of the posts selected by a boolean mask, with the same settings."""
        return replace(self, activity=self.activity.keep_posts(posts)).search_again()

    def _tested(self, layers: Sequence[Layer], settings: Settings) -> list[Graph]:
        return coaction_layers(self.activity, layers, settings.max_pairs, settings.loosest_alpha)[0]

    def _search(self, tested: Sequence[Graph], settings: Settings) -> Networks:
        return search(tested, settings, activity=self.activity, roles=self.roles)[1]

    def _compared(self, window_s: float | None, settings: Settings, tested: Sequence[Graph]) -> dict[str, Any]:
        networks = self._search(tested, settings)
        shared = networks.members.join(self.networks.members, on="account_id", how="semi").height
        return {
            "window_s": window_s,
            "alpha": settings.alpha,
            "networks": len(networks),
            "candidates": len(networks.with_verdict("candidate")),
            "accounts": networks.members.height,
            "kept": shared / max(self.networks.members.height, 1),
            "agreement": agreement(self.networks.members, networks.members),
        }
