"""An incidence of numbered accounts on an engine answers what the one in memory does."""

from __future__ import annotations

from contextlib import ExitStack

import numpy as np
import polars as pl
import pytest

import cib
from cib.errors import InputError
from cib.graphs.incidence import Incidence
from cib.graphs.numbered import number_accounts
from cib.graphs.objects import object_events
from tests.toys import crowd

pytestmark = [pytest.mark.whole, pytest.mark.filterwarnings("ignore::cib.errors.CibWarning")]


@pytest.fixture
def both(put):
    """Make the incidences of a kind of objects, on the engine and in memory."""
    account = pl.col("account_id")
    rows = crowd(500).with_columns(
        urls=pl.concat_list(pl.lit("https://a.org/?utm_source=") + account),
        media=pl.concat_list(pl.lit("m") + account.str.tail(1), pl.lit("phash:000000000000000") + account.str.tail(1)),
        mentions=pl.concat_list(account, account.reverse(), account.reverse()),
    )
    memory = cib.read(rows, progress=False)
    with ExitStack() as stack:
        numbered = number_accounts(cib.read(put(rows), progress=False), stack).numbered
        assert numbered.account_ids.equals(memory.account_ids)
        yield lambda kind: (numbered.incidence(kind), Incidence.from_events(memory, object_events(memory, kind)))


def same_counts(ours, memory):
    assert len(ours) == len(memory)
    for name in ("degree", "popularity", "events_of_objects"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(memory, name))
    for one, other in zip(ours.totals, memory.totals, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", ["post", "author", "mention", "text", "reworded", "media", "url"])
def test_counts_names_halves_and_sides_are_the_same(both, kind):
    ours, memory = both(kind)
    same_counts(ours, memory)
    codes = pl.Series([0, len(memory.object_ids) - 1])
    assert ours.names_of(codes).to_list() == memory.names_of(codes).to_list()
    for of_events in (True, False):
        for sides in zip(*(each.halves(of_events=of_events) for each in (ours, memory)), strict=True):
            same_counts(*sides)
    same_counts(ours.transposed(), memory.transposed())
    same_counts(*(each.shared_by_at_most(3) for each in (ours, memory)))
    assert ours.object_ids.to_list() == memory.object_ids.to_list()


def test_events_of_some_accounts_are_the_same(both):
    ours, memory = both("post")
    for step in (5, 7):  # the second asks for more than the first
        chosen = np.arange(len(memory.account_ids)) % step == 0
        for one, other in zip(ours.events_of(chosen), memory.events_of(chosen), strict=False):
            np.testing.assert_array_equal(one, other)
    objects = pl.Series([1, 3, 4])
    sums = [each.acts_on(objects).group_by("account", "object").agg(pl.col("acts").sum()) for each in (ours, memory)]
    assert sums[0].sort("account", "object").rows() == sums[1].sort("account", "object").rows()
    here = ours.of(chosen)
    names = here.object_ids.gather(here.object)
    assert names.to_list() == memory.object_ids.gather(memory.events_of(chosen)[1]).to_list()
    known = dict(zip(memory.object_ids, memory.popularity, strict=True))
    assert here.popularity.tolist() == [known[name] for name in here.object_ids]
    touched = set(memory.object_ids.gather(memory.events_of(chosen)[1]))
    everybody = memory.keep_objects(memory.object_ids.is_in(touched).to_numpy())
    assert len(ours.touched_by(chosen)) == len(everybody)


def test_other_kinds_name_the_remedy(both):
    with pytest.raises(InputError, match=r"objects='meaning' cannot be looked for on an engine"):
        both("meaning")
