"""Limits of threads and memory."""

from __future__ import annotations

import pytest

import cib
from cib.errors import SettingsError
from cib.resources import AN_ACTION, FIXED, check_memory, limited, n_bytes, n_threads


@pytest.mark.parametrize(
    ("memory", "expected"), [("8GB", 8 * 10**9), ("1.5 gb", 15 * 10**8), ("500 MB", 5 * 10**8), ("7kB", 7000), (9, 9)]
)
def test_amounts_of_memory(memory, expected):
    assert n_bytes(memory) == expected


@pytest.mark.parametrize("memory", ["much", "8 G", "-1GB", "", True])
def test_what_is_no_amount_is_refused(memory):
    with pytest.raises(SettingsError, match="no amount of memory"):
        n_bytes(memory)


def test_the_largest_detection_that_fits_is_told():
    allowed = FIXED + 1_000 * AN_ACTION
    check_memory(1_000, allowed)
    check_memory(10**12, None)
    with pytest.raises(SettingsError, match="at most 1,000 actions fit"):
        check_memory(1_001, allowed)


def test_a_detection_over_budget_is_refused_before_it_starts():
    activity = cib.simulate(scale=0.001, seed=1).activity
    with pytest.raises(SettingsError, match=r"max_memory: the detection of .* takes about 0.7 GB. Got 0.1 GB."):
        cib.detect(activity, progress=False, max_memory="100MB")


def test_threads_are_limited_within_the_call_unless_a_kernel_is_told_its_own():
    with limited(3):
        assert (n_threads(), n_threads(2)) == (3, 2)
    assert n_threads() >= 1


def test_one_thread_finds_the_same_edges():
    activity = cib.simulate(scale=0.001, seed=1).activity
    one, all_ = (cib.coaction_graph(activity, window="1h", threads=threads) for threads in (1, None))
    assert one.table.equals(all_.table)
    with limited(1):
        assert cib.coaction_graph(activity, window="1h").table.equals(one.table)
