"""Intervals over clusters."""

from __future__ import annotations

import numpy as np
import pytest

from cib.evaluation import cluster_bootstrap


def test_whole_clusters_are_drawn_and_as_many_operations_as_there_are():
    cluster = np.array([0, 0, 1, 2, 2, 2, 3])
    positive = np.array([True, False, True, False, False, False, False])
    samples = []

    def statistic(weight):
        assert all(len(set(weight[cluster == k])) == 1 for k in range(4))
        per_cluster = [weight[cluster == k][0] for k in range(4)]
        assert per_cluster[0] + per_cluster[1] == 2
        assert per_cluster[2] + per_cluster[3] == 2
        samples.append(per_cluster)
        return weight.sum()

    cluster_bootstrap(statistic, cluster, positive, repeats=200)
    assert len({tuple(sample) for sample in samples}) == 9


def test_the_interval_is_that_of_a_mean_of_clusters():
    """Twenty clusters of a hundred equal accounts: the standard error is that of twenty values, not of two thousand."""
    value = np.repeat(np.random.default_rng(0).normal(size=20), 100)
    cluster = np.repeat(np.arange(20), 100)
    low, high = cluster_bootstrap(lambda w: w @ value / w.sum(), cluster, np.zeros(2_000, bool))
    error = value.std() / np.sqrt(20)
    assert (high - low) / (2 * 1.96 * error) == pytest.approx(1, abs=0.15)
