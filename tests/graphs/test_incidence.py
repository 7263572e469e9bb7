"""Events of accounts on objects, against sets and lists."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.graphs.incidence import Incidence
from cib.graphs.objects import object_events
from tests.toys import retweets

ROWS = st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("xyz"), st.integers(0, 9)), min_size=1, max_size=25)


def incidence_of(rows):
    made = retweets(*rows)
    return Incidence.from_events(made, object_events(made, "post"))


def events_of(incidence):
    names = incidence.account_ids.gather(incidence.account), incidence.object_ids.gather(incidence.object)
    return list(zip(*(name.to_list() for name in names), incidence.time.tolist(), incidence.row.tolist(), strict=True))


@given(ROWS)
def test_margins_are_sizes_of_sets(rows):
    incidence = incidence_of(rows)
    shared = {name: {a for a, o, _ in rows if o == name} for name in incidence.object_ids}
    made = {name: {o for a, o, _ in rows if a == name} for name in incidence.account_ids}
    assert incidence.popularity.tolist() == [len(accounts) for accounts in shared.values()]
    assert incidence.degree.tolist() == [len(objects) for objects in made.values()]
    assert incidence.acts.tolist() == [sum(a == name for a, *_ in rows) for name in made]
    assert set(events_of(incidence.shared_by_at_most(2))) == {
        event for event in events_of(incidence) if len(shared[event[1]]) <= 2
    }


@given(ROWS, st.booleans())
def test_halves_take_turns_in_the_times_of_events_or_in_the_first_times_of_objects(rows, of_events):
    incidence = incidence_of(rows)
    events = events_of(incidence)
    first = {name: min(at for _, o, at, _ in events if o == name) for _, name, *_ in events}
    when = [at if of_events else first[name] for _, name, at, _ in events]
    turns = sorted(set(when))
    sides = [[e for e, at in zip(events, when, strict=True) if turns.index(at) % 2 == side] for side in (0, 1)]
    assert [events_of(half) for half in incidence.halves(of_events=of_events)] in (sides, sides[::-1])


@given(ROWS, st.lists(st.integers(-1, 1), min_size=5, max_size=5))
def test_within_groups_no_object_is_shared_by_two(rows, groups):
    incidence = incidence_of(rows)
    group = dict(zip("abcde", groups, strict=True))
    parts = incidence.within(np.array([group[name] for name in incidence.account_ids]))
    assert sorted(events_of(parts)) == sorted(event for event in events_of(incidence) if group[event[0]] >= 0)
    on = {(code, group[account]) for code, (account, *_) in zip(parts.object.tolist(), events_of(parts), strict=True)}
    assert len(on) == len({code for code, _ in on}) == len(parts.object_ids)


@given(ROWS)
def test_transposed_exchanges_accounts_and_objects(rows):
    incidence = incidence_of(rows)
    turned = incidence.transposed()
    counted = replace(turned)  # not with the counts of the first
    for events in (turned, counted):
        assert events.degree.tolist() == incidence.popularity.tolist()
        assert events.popularity.tolist() == incidence.degree.tolist()
    assert (np.diff(turned.object) >= 0).all()
    assert events_of(turned.transposed()) == events_of(incidence)


def test_a_post_that_names_an_object_twice_is_one_event_and_strangers_have_none():
    made = retweets(("a", "x", 0), ("b", "x", 1))
    events = object_events(made, "post")
    incidence = Incidence.from_events(made, events.vstack(events))
    assert len(incidence) == 2
    assert incidence.of_accounts(["b", "nobody"])["post_id"].to_list() == ["p1"]
    assert repr(incidence) == "Incidence(2 events of 2 accounts on 1 objects)"


@pytest.mark.parametrize("objects", [[], ["x"]])
def test_acts_on_objects_are_counted(objects):
    incidence = incidence_of([("a", "x", 0), ("a", "x", 5), ("b", "y", 1)])
    codes = incidence.object_ids.is_in(objects).arg_true()
    assert incidence.acts_on(codes)["acts"].sum() == 2 * len(objects)


def test_events_without_the_same_objects_are_held_once():
    incidence = incidence_of([("a", "x", 0), ("b", "x", 5), ("b", "y", 1)])
    rest = incidence.without(["x"])
    assert events_of(rest) == [event for event in events_of(incidence) if event[1] != "x"]
    assert incidence.without(["x"]) is rest
    assert len(incidence.without(["y"])) == 2
    assert incidence.without([]) is incidence


@given(ROWS)
def test_what_was_forgotten_is_computed_again(rows):
    incidence = incidence_of(rows)
    before = incidence.popularity.tolist(), incidence.starts.tolist(), [each.tolist() for each in incidence.totals]
    incidence.forget()
    assert "popularity" not in vars(incidence)
    after = incidence.popularity.tolist(), incidence.starts.tolist(), [each.tolist() for each in incidence.totals]
    assert after == before
