"""What members share, in the order of networks and objects; test_evidence.py counts it by hand."""

from __future__ import annotations

import numpy as np

from cib.networks.sharing import shared_by


def test_shared_objects_are_sorted_by_network_and_object():
    rng = np.random.default_rng(0)
    account, objects = (rng.integers(0, n, 500).astype(np.int32) for n in (30, 40))
    objects.sort()
    network = (account % 7).astype(np.int64)
    found = shared_by(network, account, objects, np.arange(500))
    keys = list(zip(found.network.tolist(), found.object.tolist(), strict=True))
    assert keys == sorted(set(keys))
    on = {key: account[(network == key[0]) & (objects == key[1])] for key in keys}
    assert found.members.tolist() == [len(set(on[key].tolist())) for key in keys]
    assert found.acts.tolist() == [len(on[key]) for key in keys]
    assert found.accounts.tolist() == sorted({who for mine in on.values() for who in mine.tolist()})


def test_without_acts_nothing_is_shared():
    none = np.empty(0, np.int32)
    assert [len(column) for column in shared_by(np.empty(0, np.int64), none, none, np.empty(0, np.int64))] == [0] * 7
