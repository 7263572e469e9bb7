"""What members do, worked out by hand on toys, and by brute force on random acts."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import cib
from cib.networks.acts import Acts
from cib.networks.behaviour import behaviour, joint_events
from tests.toys import activity, retweets


def grouped(acts, *members):
    group = np.full(acts.n_accounts, -1)
    group[acts.activity.account_ids.is_in(list(members)).to_numpy()] = 0
    return group


def layer(of, objects, window):
    return cib.backbone(cib.coaction_graph(of, objects, window, 1), alpha=0.999)


def test_copies_are_shares_of_all_acts():
    rows = [{"account_id": who, "action": "post", "at": 9 * k, "text": "the same"} for k, who in enumerate("abx")]
    rows += [{"account_id": "a", "action": "post", "at": 50 + k, "text": f"own {k}"} for k in range(3)]
    rows += [{"account_id": "b", "action": "post", "at": 60 + k, "text": "repeated alone"} for k in range(2)]
    made = activity(rows)
    acts = Acts(made, [layer(made, "text", None)])
    row = behaviour(acts, grouped(acts, "a", "b")).row(0, named=True)
    assert row["copiers"] == 1.0
    assert row["copied"] == pytest.approx(2 / 7)  # one of each, of seven acts: who repeats himself copies nobody
    assert row["joint"] is None  # there is no layer of joint acts


def test_links_are_copies_where_nobody_else_posts_them():
    said = [(a, "https://e.org/1") for a in "abx"] + [(a, "https://e.org/2") for a in "axyz"]
    rows = [
        {"account_id": a, "action": "post", "at": k, "text": f"own {k}", "urls": [url]}
        for k, (a, url) in enumerate(said)
    ]
    made = activity(rows)
    acts = Acts(made, [layer(made, "text", None), layer(made, "url", None)])
    row = behaviour(acts, grouped(acts, "a", "b")).row(0, named=True)
    assert row["copied"] == pytest.approx(2 / 3)
    assert row["copied_held"] == pytest.approx(1 / 2)  # x posted it as well


@pytest.mark.parametrize("known", ["a", "z"])
def test_a_post_with_several_links_is_held_as_its_rarest_link_whatever_their_names(known):
    rare, common = "https://e.org/m", f"https://e.org/{known}"
    rows = [{"account_id": a, "action": "post", "at": k, "urls": [rare, common]} for k, a in enumerate("ab")]
    rows += [{"account_id": a, "action": "post", "at": 9, "urls": [common]} for a in "xyz"]
    made = activity([{**row, "text": f"own {k}"} for k, row in enumerate(rows)])
    acts = Acts(made, [layer(made, "text", None), layer(made, "url", None)])
    assert behaviour(acts, grouped(acts, "a", "b")).row(0, named=True)["copied_held"] == 1.0


def test_copies_link_to_one_host_that_others_link_to():
    said = {"action": "post", "text": "the news of the day", "urls": ["https://paper.example/1"]}
    rows = [{"account_id": who, "at": k, **said} for k, who in enumerate("abx")]
    rows += [{"account_id": "a", "action": "post", "at": 9, "text": "mine", "urls": ["https://mine.example/1"]}]
    made = activity(rows)
    acts = Acts(made, [layer(made, "text", None)])
    row = behaviour(acts, grouped(acts, "a", "b")).row(0, named=True)
    assert row["one_host"] == pytest.approx(2 / 3)
    assert row["copied_host"] == 1.0
    assert row["host_held"] == pytest.approx(2 / 3)  # x links to it as well


def test_aims_count_where_followers_do_not_explain_them():
    rows = [
        {"account_id": s, "target_account_id": t, "action": "reply", "at": 9 * ord(s) + ord(t[0])}
        for s in "abc"
        for t in ("famous", "obscure")
    ]
    made = activity(rows)
    accounts = pl.DataFrame({"account_id": ["famous", "obscure"], "followers": [9, 8]})
    acts = Acts(cib.read(made.posts_table, accounts=accounts, progress=False))
    row = behaviour(acts, grouped(acts, "a", "b", "c")).row(0, named=True)
    assert row["aimed"] == pytest.approx(1 / 2)  # three accounts act on each: nine followers explain that
    assert row["aimed_held"] == 1.0


def test_joint_acts_their_capture_and_haste():
    rows = [(who, post, t) for post, t in (("p", 0), ("q", 9000)) for who in "ab"] + [("x", "p", 10), ("a", "alone", 1)]
    made = retweets(*rows)
    acts = Acts(made, [layer(made, "post", "1h")])
    row = behaviour(acts, grouped(acts, "a", "b")).row(0, named=True)
    assert row["joint"] == pytest.approx(4 / 5)
    assert row["hasty"] == pytest.approx(4 / 5)
    assert row["density"] == 1.0
    assert row["held"] == pytest.approx((2 * 1 / 2 + 2 * 1) / 4)  # one of two others on p, the only other on q


def test_joint_acts_on_accounts_with_enough_followers_are_prompted():
    on = [("shop", 30), ("obscure", 2), ("a", 50), ("unknown", None)]
    rows = [
        {"account_id": who, "action": "reply", "target_post_id": name, "target_account_id": name, "at": 9000 * k + j}
        for k, (name, _) in enumerate([*on, ("shop", 30)])
        for j, who in enumerate("abc")
        if who != name
    ]
    rows.append({"account_id": "a", "action": "reply", "target_post_id": "x", "target_account_id": "shop", "at": 10**6})
    made = activity(rows)
    accounts = pl.DataFrame(on, schema=["account_id", "followers"], orient="row")
    made = cib.read(made.posts_table, accounts=accounts, progress=False)
    acts = Acts(made, [layer(made, "replied", "1h")])
    row = behaviour(acts, grouped(acts, "a", "b", "c")).row(0, named=True)
    assert row["prompted"] == pytest.approx(6 / 14)  # twice on the shop; the reply of one member alone is not joint


def test_passers_by_do_not_count_among_regulars():
    rows = [(who, post, 9000.0 * k) for k, post in enumerate("pqr") for who in "ab"]
    rows += [("x", "p", 10), ("x", "q", 9010), ("y", "p", 20), ("z", "r", 5), ("z", "elsewhere", 7)]
    made = retweets(*rows)
    acts = Acts(made, [layer(made, "post", "1h")])
    row = behaviour(acts, grouped(acts, "a", "b"), regulars=True).row(0, named=True)
    assert row["held"] == pytest.approx((1 / 3 + 1 / 2 + 1 / 2) / 3)
    assert row["held_regular"] == pytest.approx((1 / 2 + 1 / 2 + 1) / 3)  # y and z are there once
    assert behaviour(acts, grouped(acts, "a", "b")).row(0, named=True)["held_regular"] is None


@pytest.mark.parametrize(("popular", "batch"), [(1000, 10**7), (1000, 5), (6, 10**7)])
def test_regulars_are_those_of_brute_force(monkeypatch, popular, batch):
    monkeypatch.setattr("cib.networks.behaviour.POPULAR", popular)
    monkeypatch.setattr("cib.networks.behaviour.BATCH", batch)
    rng = np.random.default_rng(8)
    rows = [(f"u{rng.integers(14)}", f"p{rng.integers(9)}", float(rng.integers(20_000))) for _ in range(90)]
    made = retweets(*rows)
    acts = Acts(made, [layer(made, "post", "1h")])
    names = acts.activity.account_ids.to_list()
    group = np.array([int(name[1:]) // 4 if int(name[1:]) < 8 else -1 for name in names])
    found = behaviour(acts, group, regulars=True)["held_regular"]
    incidence, on = acts.graphs[0].events, {}
    for what, who in zip(incidence.object, acts.codes(incidence), strict=True):
        on.setdefault(what, set()).add(who)
    partners = {frozenset((names.index(a), names.index(b))) for a, b in _pairs_of(acts.graphs[0])}
    for g in (0, 1):
        mine = [a for a in range(len(names)) if group[a] == g]
        tied = {a: sum(frozenset((a, b)) in partners for b in mine) / 3 for a in mine}
        joint = joint_events(incidence, acts.codes(incidence), group, 3600 * 10**6)
        events = [(w, a) for w, a, j in zip(incidence.object, acts.codes(incidence), joint, strict=True) if j]
        events = [(w, a) for w, a in events if a in mine]
        shared = {w for w, _ in events}
        looked_at = {w for w in shared if len(on[w]) <= popular}
        seen = [sum(o in on[w] for w in looked_at) for o in range(len(names))]
        shares = []
        for w, a in events:
            others = [o for o in on[w] if o in mine or w not in looked_at or seen[o] >= 2]
            shares.append(tied[a] * sum(o in mine for o in others if o != a) / max(len(others) - 1, 1))
        assert found[g] == pytest.approx(np.mean(shares))


def _pairs_of(graph):
    ids = graph.ids
    return [(ids[a], ids[b]) for a, b in graph.table.select("source", "target").iter_rows()]


def test_aims_inside_and_returned():
    aims = [("a", "b", 0), ("a", "b", 1), ("b", "a", 2), ("c", "a", 3), ("c", "z", 4), ("x", "a", 5)]
    rows = [{"account_id": s, "target_account_id": t, "action": "reply", "at": k} for s, t, k in aims]
    acts = Acts(activity(rows))
    row = behaviour(acts, grouped(acts, "a", "b", "c")).row(0, named=True)
    assert row["inside"] == pytest.approx(4 / 5)
    assert row["mutual"] == pytest.approx(2 / 4)  # one each way of a and b


def test_joint_events_are_those_of_brute_force():
    rng = np.random.default_rng(3)
    rows = [(f"u{rng.integers(9)}", f"p{rng.integers(4)}", float(rng.integers(300))) for _ in range(250)]
    made = retweets(*rows)
    incidence = layer(made, "post", "1h").events
    acts = Acts(made)
    account = acts.codes(incidence)
    group = rng.integers(-1, 3, acts.n_accounts)
    window = 5 * 10**6
    expected = [
        group[a] >= 0
        and any(
            other != a and group[other] == group[a] and o == what and abs(int(t) - int(when)) <= window
            for other, o, t in zip(account, incidence.object, incidence.time, strict=True)
        )
        for a, what, when in zip(account, incidence.object, incidence.time, strict=True)
    ]
    assert joint_events(incidence, account, group, window).tolist() == expected
