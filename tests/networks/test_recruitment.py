"""Who joins a confirmed network, and who does not."""

from __future__ import annotations

import numpy as np

import cib
from cib.networks.acts import Acts
from cib.networks.recruitment import recruit
from cib.networks.verdict import Rule
from tests.toys import activity


def reply(source, target, at):
    return {"account_id": source, "target_account_id": target, "action": "reply", "at": at, "text": f"{source} {at}"}


def post(source, text, at):
    return {"account_id": source, "action": "post", "at": at, "text": text}


def recruited(rows, core, recruits=True, barred=()):
    made = activity(rows)
    graph = cib.backbone(cib.coaction_graph(made, "text", None, 1), alpha=0.999)
    acts = Acts(made, [graph])
    ids = made.account_ids.to_list()
    group = np.array([0 if each in core else -1 for each in ids])
    found = recruit(acts, group, np.array([recruits]), np.array([each in barred for each in ids]), Rule())
    return {
        name: {each for each, network in zip(ids, getattr(found, name), strict=True) if network >= 0}
        for name in ("copies", "aims", "lifted")
    }


ROWS = [
    *(post(who, "the line", k) for k, who in enumerate("abc")),
    post("copier", "the line", 10),
    *(reply("amplifier", "a", 20 + k) for k in range(2)),
    reply("stray", "a", 30),
    *(reply("busy", "a", 40 + k) for k in range(2)),
    *(post("busy", f"else {k}", 50 + k) for k in range(30)),
    *(reply("friend", "b", 90 + k) for k in range(2)),
    reply("b", "friend", 95),
    *(post(f"other{k % 100}", f"other {k}", 200 + k) for k in range(500)),
]


def test_copies_and_one_way_acts_join():
    found = recruited(ROWS, "abc")
    assert found["copies"] == {"copier"}
    assert found["aims"] == {"amplifier"}  # not who did once, who does much else, or gets an act back


def test_chance_acts_of_a_large_audience_recruit_nobody():
    audience = [reply(f"other{k}", "a", 800 + k) for k in range(20)] + [reply("other0", "a", 900)]
    loyal = [reply("loyal", "c", 950 + k) for k in range(6)]
    assert recruited(ROWS + audience + loyal, "abc")["aims"] == {"loyal"}  # two acts are expected of some of so many


def test_a_network_that_recruits_nobody_and_barred_accounts():
    assert recruited(ROWS, "abc", recruits=False) == {"copies": set(), "aims": set(), "lifted": set()}
    assert recruited(ROWS, "abc", barred={"copier", "amplifier"})["aims"] == set()


def test_a_text_that_most_others_post_recruits_nobody():
    crowd = [post(f"x{k}", "the line", 100 + k) for k in range(9)]
    assert recruited(ROWS + crowd, "abc")["copies"] == set()


def test_whom_mostly_members_act_on_is_boosted():
    rows = [reply(who, "idol", k) for k, who in enumerate("abcd")] + [reply("x", "idol", 9), post("e", "line", 8)]
    assert recruited(rows, "abcd")["lifted"] == {"idol"}
    assert recruited(rows + [reply(f"x{k}", "idol", 10 + k) for k in range(4)], "abcd")["lifted"] == set()
