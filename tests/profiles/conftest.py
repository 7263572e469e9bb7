"""A simulated takedown, its detection, and the network of the operation."""

from __future__ import annotations

import pytest

import cib


@pytest.fixture(scope="session")
def takedown():
    activity, truth = cib.simulate(scale=0.004, seed=11)
    detection = cib.detect(activity, progress=False)
    operation = truth.filter(operation="takedown-2020")["account_id"].implode()
    planted = next(
        network
        for network in detection.networks
        if network.members["account_id"].is_in(operation).mean() > 0.9 and "amplifier" in network.members["joined"]
    )
    return detection, planted
