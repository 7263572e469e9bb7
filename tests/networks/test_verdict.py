"""Two kinds of evidence make a candidate, one does not, and what was not tested counts nothing."""

from __future__ import annotations

import polars as pl
import pytest

from cib.errors import SettingsError
from cib.networks.account_metadata import NO_FACTS
from cib.networks.verdict import (
    KINDS,
    Reason,
    Rule,
    kinds_of_evidence,
    like_pools,
    pooled_kinds,
    reasons_of,
    rule_of_pools,
    shared_kinds,
    verdicts,
)

MEASURED = {
    "network": 0,
    "members": 20,
    "acts": 400,
    "copied": 0.0,
    "copiers": 1.0,
    "copied_held": 1.0,
    "joint": 0.0,
    "hasty": 0.0,
    "density": 0.0,
    "held": 0.0,
    "held_regular": 0.0,
    "prompted": 0.0,
    "inside": 0.0,
    "mutual": 0.0,
    "aimed": 0.0,
    "aimed_held": 0.0,
    "targets": 20.0,
    "one_host": 0.0,
    "copied_host": 0.0,
    "host_held": 0.3,
    "automatic": 0.0,
    "batched": 0.0,
    "batched_few": 0.0,
}
REST = {"network": 0, "days": 40.0, "weekend": 0.3, "elsewhere": 0.29, "p": 0.6}


def fact(name, share, p):
    row = {"network": 0, "fact": name, "members": 20, "share": share, "elsewhere": 0.05, "p": p, "decades": 0.0}
    return pl.DataFrame([row], schema=NO_FACTS.schema)


def judged(rule=None, facts=NO_FACTS, rest=None, enough=True, **measured):
    done = pl.DataFrame([MEASURED | measured], schema_overrides={"copied": pl.Float64, "joint": pl.Float64})
    rule = rule or Rule()
    kinds = kinds_of_evidence(done, facts, pl.DataFrame([REST | (rest or {})]), rule)
    kinds = shared_kinds(kinds, pl.Series([-1]))
    return verdicts(kinds, done, pl.Series([enough]), rule).row(0, named=True) | kinds.row(0, named=True)


EMPTY = fact("no followers", 0.9, 1e-12)
RESTING = {"weekend": 0.05, "p": 1e-4}
BATCH = fact("creation batch", 4, 1e-9)
BOOSTED = fact("unearned attention", 0.9, 1e-9)
KNOWN = pl.concat([fact("few followers", 0.0, 1.0), BATCH])
NAMED = fact("default name", 0.75, 1e-9)
YOUNG = fact("few followers", 0.0, 1.0).with_columns(members=pl.lit(60, pl.Int64))
ORDINARY = pl.concat([fact("no followers", 0.05, 0.6), fact("creation batch", 0.05, 0.6)])
MIXED = {
    "copied": 0.9,
    "copied_host": 0.95,
    "host_held": 1.0,
    "facts": pl.concat([fact("few followers", 0.06, 0.5), BATCH]),
}
CAPTURED = {"joint": 0.9, "held": 0.9, "density": 1.0}


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({}, "coordinated"),
        ({"enough": False}, "insufficient"),
        ({"copied": 0.9}, "coordinated"),
        ({"facts": EMPTY}, "coordinated"),
        ({"copied": 0.3, "facts": EMPTY}, "candidate"),
        ({"copied": 0.3, "rest": RESTING}, "candidate"),  # nothing is known of the accounts
        ({"copied": 0.9, "rest": RESTING, "facts": ORDINARY}, "coordinated"),  # branches of a party
        ({"copied": 0.9, "facts": BOOSTED}, "candidate"),
        ({"copied": 0.9, "copied_held": 0.2, "facts": BATCH}, "coordinated"),  # everybody posts these
        ({"copied": 0.25, "copiers": 0.05, "facts": BATCH}, "coordinated"),  # a newsroom among others
        ({"joint": 0.3, "held": 0.8, "density": 1.0, "facts": BATCH}, "candidate"),  # a cell, and nobody else
        ({"joint": 0.3, "held": 0.5, "density": 1.0, "facts": BATCH}, "coordinated"),
        ({"facts": pl.concat([BOOSTED, EMPTY])}, "coordinated"),  # both are their few followers
        ({"facts": pl.concat([BOOSTED, BATCH])}, "candidate"),
        ({"facts": BOOSTED, "rest": RESTING}, "candidate"),
        ({"copied": 0.09, "rest": RESTING}, "coordinated"),  # template activists copy as much
        ({"joint": 0.9, "held": 0.9, "density": 1.0, "facts": EMPTY, "enough": False}, "candidate"),
        ({"joint": 0.9, "held": 0.4, "density": 0.6, "facts": EMPTY}, "coordinated"),  # a fandom that joined together
        ({"aimed": 0.95, "aimed_held": 0.95, "facts": EMPTY}, "candidate"),
        ({"aimed": 0.95, "aimed_held": 0.95, "facts": EMPTY, "automatic": 0.8}, "coordinated"),
        ({"aimed": 0.95, "aimed_held": 0.95, "inside": 0.4, "mutual": 0.5, "facts": EMPTY}, "coordinated"),  # a pod
        ({"facts": pl.concat([EMPTY, BATCH]), "inside": 0.6}, "candidate"),
        ({"facts": pl.concat([EMPTY, BATCH])}, "coordinated"),
        ({"copied": 0.3, "facts": pl.concat([NAMED, fact("few followers", 0.0, 1.0)])}, "candidate"),
        ({"copied": 0.3, "facts": pl.concat([NAMED, YOUNG])}, "coordinated"),  # a third of them is named at all
        ({"copied": 0.3, "facts": BATCH}, "candidate"),
        ({"copied": 0.3, "facts": fact("creation batch", 0.24, 1e-9)}, "coordinated"),
        ({"copied": 0.3, "facts": fact("creation batch", 0.4, 1e-9)}, "candidate"),
        ({"copied": 0.3, "facts": fact("creation batch", 0.4, 1e-3)}, "coordinated"),
        ({**CAPTURED, "rest": RESTING}, "coordinated"),  # who enters contests of shops rests when these do
        ({"copied": 0.3, "facts": fact("no followers", 0.25, 1e-12)}, "coordinated"),  # an excess of 0.2
        ({"copied": 0.9, "rest": RESTING, "facts": BATCH, "copied_host": 0.95}, "coordinated"),  # outlets
        ({"copied": 0.9, "facts": BATCH, "copied_host": 0.95, "host_held": 1.0}, "candidate"),  # a host of their own
        ({"copied": 0.9, "facts": KNOWN, "copied_host": 0.95, "host_held": 1.0}, "coordinated"),  # outlets as well
        ({"copied": 0.9, "facts": BATCH, "copied_host": 0.95, "host_held": 0.87}, "candidate"),  # few are in no network
        ({"copied": 0.9, "facts": BATCH, "copied_host": 0.95, "host_held": 0.83}, "coordinated"),
        ({**MIXED, "batched": 0.4, "batched_few": 0.0}, "coordinated"),  # outlets, and readers of theirs
        ({**MIXED, "batched": 0.4, "batched_few": 0.6}, "candidate"),
        ({**MIXED, "batched": 0.2, "batched_few": 0.0}, "candidate"),
        ({**MIXED, "batched": 0.4, "batched_few": 0.0, "copied_host": 0.8}, "candidate"),
        ({"copied": 0.4, "facts": BATCH, "copied_host": 0.8}, "coordinated"),  # readers with one share button
        ({"copied": 0.4, "facts": BATCH, "copied_host": 0.8, "host_held": 1.0}, "candidate"),
        ({"copied": 0.9, "rest": RESTING, "facts": BATCH, "automatic": 0.8}, "coordinated"),
        ({**CAPTURED, "facts": BATCH}, "candidate"),
        ({**CAPTURED, "facts": BATCH, "targets": 3.0}, "coordinated"),  # fans who joined together
        ({**CAPTURED, "facts": pl.concat([EMPTY, BATCH]), "targets": 3.0}, "candidate"),
        ({"aimed": 0.95, "aimed_held": 0.95, "facts": BATCH, "targets": 3.0}, "candidate"),  # nobody else follows them
        ({"copied": 0.14, "joint": 0.6, "facts": BATCH, "targets": 2.0}, "coordinated"),  # they repeat an appeal
        ({"copied": 0.14, "joint": 0.6, "facts": BATCH, "targets": 7.0}, "candidate"),
        ({"copied": 0.14, "joint": 0.2, "facts": BATCH, "targets": 2.0}, "candidate"),
        ({"copied": 0.14, "joint": 0.6, "facts": pl.concat([EMPTY, BATCH]), "targets": 2.0}, "candidate"),
        ({**CAPTURED, "facts": EMPTY, "prompted": 0.95}, "coordinated"),  # who enters contests of shops
        ({**CAPTURED, "facts": EMPTY, "prompted": 0.85}, "candidate"),  # a ring that boosts itself as well
        ({**CAPTURED, "facts": BATCH, "prompted": 0.95}, "candidate"),
        ({**CAPTURED, "hasty": 0.9, "facts": EMPTY, "prompted": 0.95}, "candidate"),  # nobody reacts within the minute
        ({"aimed": 0.95, "aimed_held": 0.95, "facts": EMPTY, "prompted": 0.95}, "candidate"),
    ],
)
def test_the_verdict_of(given, verdict):
    assert judged(**given)["verdict"] == verdict


def test_one_kind_is_enough_where_it_is_asked_for():
    held = {"joint": 0.3, "held": 0.1, "held_regular": 0.5, "density": 1.0}
    assert judged(**held)["verdict"] == "coordinated"
    assert judged(Rule(min_single=0.3), **held)["verdict"] == "candidate"
    assert judged(Rule(min_single=0.6), **held)["verdict"] == "coordinated"
    assert judged(Rule(min_single=0.3), enough=False, **held)["verdict"] == "insufficient"


def test_only_who_writes_or_rests_recruits():
    captured = {"joint": 0.9, "held": 0.9, "density": 1.0, "facts": EMPTY}
    assert not judged(**captured)["recruits"]
    assert judged(copied=0.3, **captured)["recruits"]


def test_weak_evidence_recruits_nobody():
    weak = {"copied": 0.23, "facts": fact("no followers", 0.9, 10**-2.3)}  # 1.8 decades each
    assert judged(**weak)["verdict"] == "candidate"
    assert not judged(**weak)["recruits"]
    assert judged(**weak | {"copied": 0.26})["recruits"]


def test_being_acted_on_is_not_enough_to_recruit():
    served = {"facts": pl.concat([BOOSTED, fact("creation batch", 0.9, 10**-1.5)])}
    assert judged(**served)["verdict"] == "candidate"
    assert not judged(**served)["recruits"]
    assert judged(facts=pl.concat([BOOSTED, BATCH]))["recruits"]


def test_a_batch_of_a_pool_needs_the_whole_excess():
    slight = {"copied": 0.3, "facts": fact("creation batch", 0.4, 1e-9)}
    assert judged(**slight)["verdict"] == "candidate"
    assert judged(rule_of_pools(Rule()), **slight)["verdict"] == "coordinated"
    for p in (1e-9, 1e-3):
        enough = fact("creation batch", 0.5, p)
        assert judged(rule_of_pools(Rule()), copied=0.3, facts=enough)["verdict"] == "candidate"


def test_facts_are_asked_of_networks_with_a_behaviour():
    done = pl.DataFrame([MEASURED | {"network": k, "copied": 0.9 if k == 9 else 0.0} for k in range(10)])
    weak = pl.concat([fact("creation batch", 4, 1e-2).with_columns(network=pl.lit(k, pl.Int64)) for k in range(10)])
    ordinary = weak.with_columns(p=pl.when(pl.col("network") == 9).then("p").otherwise(0.9))
    rest = pl.DataFrame([REST | {"network": k} for k in range(10)])
    assert kinds_of_evidence(done, ordinary, rest, Rule())["batch"].to_list() == [None] * 9 + [2.0]


SERVING = {"aimed": 0.9, "aimed_held": 0.95}


@pytest.mark.parametrize(
    ("acts", "server", "look", "expected"),
    [
        (SERVING, [-1, 0], 1e-12, ["candidate", "candidate"]),
        (SERVING, [-1, -1], 1e-12, ["coordinated", "coordinated"]),  # they have nothing to do with each other
        (SERVING, [-1, 0], 0.9, ["coordinated", "coordinated"]),  # activists and who organises them
        ({"copied": 0.3}, [-1, 0], 1e-12, ["candidate", "candidate"]),  # old accounts that copy and boost empty ones
        ({"copied": 0.3}, [-1, -1], 1e-12, ["coordinated", "coordinated"]),
        ({"copied": 0.3}, [-1, 0], 0.9, ["coordinated", "coordinated"]),
        ({"copied": 0.09}, [-1, 0], 1e-12, ["coordinated", "coordinated"]),
    ],
)
def test_a_network_and_the_one_that_it_serves_are_judged_together(acts, server, look, expected):
    done = pl.DataFrame([MEASURED | acts, MEASURED | {"network": 1}])
    facts = pl.concat([BOOSTED, fact("no followers", 0.9, look)]).with_columns(network=pl.lit(1, pl.Int64))
    rest = pl.DataFrame([REST, REST | {"network": 1}])
    kinds = shared_kinds(kinds_of_evidence(done, facts, rest, Rule()), pl.Series(server))
    assert verdicts(kinds, done, pl.Series([True, True]), Rule())["verdict"].to_list() == expected


@pytest.mark.parametrize(("p", "expected"), [(1e-6, "candidate"), (0.9, "coordinated")])
def test_facts_of_a_pool_count_for_each_of_its_networks(p, expected):
    done = pl.DataFrame([MEASURED | {"copied": 0.9}])
    own, of_pool = fact("creation batch", 0.5, 0.3), fact("creation batch", 1.5, p)
    alone, together = (kinds_of_evidence(done, facts, pl.DataFrame([REST]), Rule()) for facts in (own, of_pool))
    kinds, told = pooled_kinds(alone, together, own, of_pool)
    assert verdicts(kinds, done, pl.Series([True]), Rule())["verdict"].to_list() == [expected]
    assert kinds["pooled"].to_list() == [expected == "candidate"]
    assert told["share"].to_list() == [1.5 if expected == "candidate" else 0.5]
    reasons = reasons_of(done.row(0, named=True) | REST | kinds.row(0, named=True) | {"together": False}, {}, Rule())
    assert any(reason.kind == "pooled" for reason in reasons) == (expected == "candidate")


@pytest.mark.parametrize(
    ("own", "kept"),
    [
        ({"no followers": 0.15, "default name": 0.6}, {"creation batch", "default name"}),
        ({"no followers": 0.15, "default name": 0.1}, set()),  # activists whose texts an operation posts, too
        ({"no followers": 0.45, "default name": 0.4}, {"creation batch", "default name", "no followers"}),
        ({"creation batch": 0.1}, {"creation batch", "default name", "no followers"}),  # nothing else is known of them
    ],
)
def test_facts_of_a_pool_do_not_count_for_a_network_unlike_it(own, kept):
    of_pool = pl.concat([fact("no followers", 0.56, 1e-9), fact("default name", 0.6, 1e-9), BATCH])
    facts = pl.concat([fact(name, share, 0.5) for name, share in own.items()])
    assert set(like_pools(facts, of_pool, Rule())["fact"]) == kept
    assert like_pools(facts, of_pool, Rule(alpha_unlike=1e-9)).equals(of_pool)


def test_whom_a_network_acts_on_without_their_doing_is_no_candidate():
    done = pl.DataFrame([MEASURED | SERVING, MEASURED | {"network": 1}])
    facts = pl.concat([fact("no followers", 0.9, 1e-9), BOOSTED.with_columns(network=pl.lit(1, pl.Int64))])
    kinds = kinds_of_evidence(done, facts, pl.DataFrame([REST, REST | {"network": 1}]), Rule())
    shared = shared_kinds(kinds, pl.Series([-1, 0]))
    assert kinds["look"][0] > 0
    assert kinds["look"][1] is None
    assert shared.drop("together").equals(kinds)


def test_a_kind_counts_at_most_so_much_and_never_less_than_nothing():
    assert judged(copied=1.0)["copying"] == 3.0
    assert judged(copied=0.0)["copying"] == 0.0


def test_what_was_not_tested_is_null_and_said():
    row = judged(copied=None, joint=None, held=None, density=None, hasty=None)
    assert row["copying"] is row["look"] is row["batch"] is None
    reasons = reasons_of(MEASURED | REST | row | {"copied": None, "joint": None}, {}, Rule())
    assert {reason.kind for reason in reasons if reason.speaks == "untested"} == {
        "copying",
        "captured",
        "boosted",
        "look",
        "batch",
    }
    assert all("not tested" in reason.text for reason in reasons if reason.speaks == "untested")


def test_reasons_are_for_or_against():
    row = MEASURED | REST | judged(copied=0.3) | {"copied": 0.3}
    speaks = {reason.kind: reason.speaks for reason in reasons_of(row, {}, Rule())}
    assert set(speaks) == set(KINDS)
    assert speaks["copying"] == "for"
    assert speaks["days off"] == "against"


def test_the_company_of_a_network_is_stated():
    row = MEASURED | REST | dict.fromkeys(KINDS, 0.0) | {"together": False, "company": 40, "batched": 15}
    for look, speaks in ((0.0, "against"), (2.0, "for")):
        (reason,) = (each for each in reasons_of(row | {"look": look}, {}, Rule()) if each.kind == "occasion")
        assert "40 other accounts" in reason.text
        assert (reason.speaks, reason.numbers) == (speaks, {"company": 40, "batched": 15})


def test_a_reason_is_a_value():
    reason = Reason("copying", "half of it", {"copied": 0.5})
    assert Reason(**reason.to_dict()) == reason
    assert str(reason) == "half of it"


def test_a_unit_of_nothing_is_refused():
    with pytest.raises(SettingsError, match="copying_unit"):
        Rule(copying_unit=0)


@pytest.mark.parametrize(
    ("measured", "kind"),
    [
        ({"copied_host": 0.95}, "publisher"),
        ({"automatic": 0.8}, "automatic"),
        ({"targets": 2.0}, "devotion"),
        ({"joint": 0.3, "prompted": 0.9}, "public"),
    ],
)
def test_innocent_explanations_are_stated(measured, kind):
    row = MEASURED | REST | judged(**measured) | measured
    speaks = {reason.kind: reason.speaks for reason in reasons_of(row, {}, Rule())}
    assert speaks[kind] == "against"
