"""Acts on an engine count what acts in memory do."""

from __future__ import annotations

from contextlib import ExitStack

import numpy as np
import polars as pl
import pytest

import cib
from cib.errors import InputError
from cib.graphs.numbered import number_accounts
from cib.networks.acts import Acts
from cib.networks.engine_acts import EngineActs
from tests.toys import crowd

pytestmark = [pytest.mark.whole, pytest.mark.filterwarnings("ignore::cib.errors.CibWarning")]


@pytest.fixture
def both(put):
    """Acts on the engine and in memory, in several languages and with mentions of others and of oneself."""
    account = pl.col("account_id")
    rows = crowd(600).with_columns(
        lang=pl.Series(["zh", "en", None, "pt", "xx"] * 168),
        hashtags=pl.concat_list(pl.lit("#") + account.str.tail(1), account.str.tail(1), pl.lit("Vote")),
        urls=pl.concat_list(pl.lit("https://") + account.str.head(2) + ".org/x", pl.lit("http://b.org")),
        mentions=pl.concat_list(account, account.reverse(), account.reverse()),
    )
    with ExitStack() as stack:
        numbered = number_accounts(cib.read(put(rows), progress=False), stack).numbered
        yield EngineActs(numbered), Acts(cib.read(rows, progress=False))


def test_counts_of_all_accounts_are_the_same(both):
    ours, memory = both
    for name in ("made", "received", "occasions", "actors", "unearned", "order"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(memory, name))
    assert ours.end == memory.end
    assert ours.host_accounts.sort("host").equals(memory.host_accounts.drop_nulls("host").sort("host"))
    assert ours.language[1] == memory.language[1]
    np.testing.assert_array_equal(ours.language[0], memory.language[0])


def test_users_of_hashtags_are_the_same(both):
    chosen = np.arange(both[0].n_accounts) % 2 == 0
    ours, memory = (each.hashtag_users(chosen).sort("tag", "account") for each in both)
    assert ours.equals(memory)
    assert "vote" in memory["tag"]


def test_acts_of_members_and_on_them_are_the_same(both):
    ours, memory = both
    for step in (9, 18):  # the second is answered from the first
        chosen = np.arange(ours.n_accounts) % step == 0
        near = [
            sorted(zip(*(end[chosen[source] | chosen[target]].tolist() for end in (source, target)), strict=True))
            for _, source, target in (each.pairs_of(chosen) for each in both)
        ]
        assert near[0] == near[1]
        alone = [
            sorted(zip(*(end[chosen[source]].tolist() for end in (source, target)), strict=True))
            for source, target in (each.one_sided_of(chosen) for each in both)
        ]
        assert alone[0] == alone[1]
    group = np.where(chosen, 0, -1)
    seen = ours.seen_by(group).activity.posts_table
    of_members = pl.Series(chosen).gather(memory.activity.account_codes)
    mine = memory.activity.posts_table.filter(of_members)
    here = ours.seen_by(group)
    assert here.reacts_to.to_list() == memory.reacts_to.filter(of_members).to_list()
    np.testing.assert_array_equal(here.occasion, memory.occasion[of_members.to_numpy()])
    assert seen.select(sorted(seen.columns)).equals(mine.select(sorted(mine.columns)))
    with pytest.raises(InputError, match=r"min_single above 0 needs the posts in memory.*activity.collect\(\)"):
        ours.seen_by(group, everybody=True)
