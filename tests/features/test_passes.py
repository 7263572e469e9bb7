"""Passes over the rows of each account, against NumPy."""

from __future__ import annotations

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.features.passes import account_times, dealt, pace, quantiles, weeks

values_of_accounts = st.lists(st.lists(st.floats(0, 1e6), max_size=40), min_size=1, max_size=8)
times_of_accounts = st.lists(
    st.lists(st.integers(-(10**9), 2 * 10**9), min_size=1, max_size=30).map(sorted), min_size=1, max_size=8
)


def laid_out(groups, kind):
    starts = np.concatenate([[0], np.cumsum(list(map(len, groups)))])
    return starts, np.array([value for group in groups for value in group], kind)


@given(values_of_accounts)
def test_quantiles_are_those_of_each_account_alone(groups):
    starts, values = laid_out(groups, float)
    before = values.copy()
    found = quantiles(starts, values, np.array([0.0, 0.1, 0.5, 1.0]))
    assert np.array_equal(values, before)
    for row, group in zip(found, groups, strict=True):
        if group:
            assert row == pytest.approx(np.quantile(group, [0.0, 0.1, 0.5, 1.0]), abs=1e-6)
            assert row[[0, 3]].tolist() == [min(group), max(group)]
        else:
            assert np.isnan(row).all()


@given(times_of_accounts)
def test_pace_is_that_of_each_account_alone(groups):
    starts, times = laid_out([[second * 10**6 for second in group] for group in groups], np.int64)
    for row, group in zip(pace(starts, times, 60.0), groups, strict=True):
        gaps = np.diff(group).astype(float)
        if len(gaps) == 0:
            assert np.isnan(row).all()
            continue
        assert row[0] == np.median(gaps)
        fast = [False, *(gaps <= 60), False]
        runs = np.diff(np.flatnonzero(~np.array(fast))) - 1
        assert row[4] == (runs >= 2).sum()
        m, s = gaps.mean(), gaps.std()
        if len(gaps) > 1 and m > 0:
            more, less = np.sqrt(len(gaps) + 1), np.sqrt(len(gaps) - 1)
            assert row[1:3] == pytest.approx([s / m, (more * s / m - less) / ((more - 2) * s / m + less)])
        varies = len(gaps) > 2 and len(set(gaps[1:])) > 1 and len(set(gaps[:-1])) > 1
        assert np.isnan(row[3]) != varies
        if varies:
            assert row[3] == pytest.approx(np.corrcoef(gaps[1:], gaps[:-1])[0, 1], abs=1e-5)


@given(times_of_accounts)
def test_weeks_are_shares_and_distances_of_counts(groups):
    starts, times = laid_out([[second * 10**6 for second in group] for group in groups], np.int64)
    hours = [np.bincount((np.array(group) // 3600 + 72) % 168, minlength=168) for group in groups]
    everyone = sum(hours) / sum(map(len, groups))
    for row, group, week in zip(weeks(starts, times), groups, hours, strict=True):
        p, middle = week / week.sum(), (week / week.sum() + everyone) / 2
        divergence = sum((x * np.log2(x / m)).sum() / 2 for x, m in ((p[p > 0], middle[p > 0]),))
        q = everyone[everyone > 0]
        divergence += (q * np.log2(q / middle[everyone > 0])).sum() / 2
        day = week.reshape(7, 24).sum(axis=0)
        n = len(group)
        seen = (1 - min((day == 1).sum(), n - 1) / n) * day[day > 0] / n
        estimate = -(seen * np.log2(seen) / (1 - (1 - seen) ** n)).sum()  # Chao and Shen (2003)
        day = day / n
        assert row[0] == pytest.approx(min(estimate, np.log2(24)), abs=1e-9)
        assert row[1] ** 2 == pytest.approx(divergence, abs=1e-9)
        assert row[2:4] == pytest.approx([week[:120].sum() / week.sum(), day[:6].sum()])
        assert row[4] == pytest.approx(np.mean(np.array(group) % 60 == 0))


@given(st.lists(st.integers(0, 5), max_size=40))
def test_rows_are_dealt_out_in_their_order(accounts):
    account = np.array(accounts, np.int64)
    starts, rows = dealt(account, np.arange(len(account)))
    for a in range(len(starts) - 1):
        assert rows[starts[a] : starts[a + 1]].tolist() == np.flatnonzero(account == a).tolist()


def test_the_times_of_each_frame_are_its_own():
    kind = pl.Datetime("us", "UTC")

    def posts(account, second):
        times = (pl.Series(second) * 10**6).cast(kind)
        return nw.from_native(pl.DataFrame({"account_row": account, "created_at": times}), eager_only=True)

    one, other = posts([1, 0, 1], [5, 6, 7]), posts([0, 0, 1], [3, 2, 1])
    for _ in range(2):
        assert [part.tolist() for part in account_times(one)] == [[0, 1, 3], [6_000_000, 5_000_000, 7_000_000]]
        assert [part.tolist() for part in account_times(other)] == [[0, 2, 3], [2_000_000, 3_000_000, 1_000_000]]
