"""Who joins a confirmed network, and who does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

import cib
from cib.networks.acts import Acts
from cib.networks.recruitment import recruit
from cib.networks.verdict import Rule
from tests.toys import START, activity

WAYS = ("copies", "aims", "lifted", "together")
DAY = 86_400


def reply(source, target, at):
    return {"account_id": source, "target_account_id": target, "action": "reply", "at": at, "text": f"{source} {at}"}


def post(source, text, at):
    return {"account_id": source, "action": "post", "at": at, "text": text}


def recruited(rows, core, recruits=True, barred=(), accounts=None):
    made = activity(rows) if accounts is None else replace(activity(rows), accounts_table=accounts)
    graph = cib.backbone(cib.coaction_graph(made, "text", None, 1), alpha=0.999)
    acts = Acts(made, [graph])
    ids = made.account_ids.to_list()
    group = np.array([0 if each in core else -1 for each in ids])
    found = recruit(acts, group, np.array([recruits]), np.array([each in barred for each in ids]), Rule())
    return {
        name: {each for each, network in zip(ids, getattr(found, name), strict=True) if network >= 0} for name in WAYS
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
    assert recruited(ROWS, "abc", recruits=False) == {way: set() for way in WAYS}
    assert recruited(ROWS, "abc", barred={"copier", "amplifier"})["aims"] == set()


def test_a_text_that_most_others_post_recruits_nobody():
    crowd = [post(f"x{k}", "the line", 100 + k) for k in range(9)]
    assert recruited(ROWS + crowd, "abc")["copies"] == set()


def test_whom_mostly_members_act_on_is_boosted():
    rows = [reply(who, "idol", k) for k, who in enumerate("abcd")] + [reply("x", "idol", 9), post("e", "line", 8)]
    assert recruited(rows, "abcd")["lifted"] == {"idol"}
    assert recruited(rows + [reply(f"x{k}", "idol", 10 + k) for k in range(4)], "abcd")["lifted"] == set()


#: Day of creation and followers: twelve accounts act on each of the three others, which nobody confirmed acts on.
STARS = {"twin": (0.2, 0), "elder": (30.0, 0), "known": (0.2, 500)}
FANS = [reply(f"{star}{k}", star, 200 + k) for star in STARS for k in range(12)]


def described(ages, followers):
    made = pl.Series([round((START + day * DAY) * 1e6) for day in ages.values()]).cast(pl.Datetime("us", "UTC"))
    fans = pl.Series([followers.get(each, 100) for each in ages], dtype=pl.Int64)
    return pl.DataFrame({"account_id": list(ages), "created_at": made, "followers": fans})


def with_stars(core_days):
    rows = ROWS + FANS + [post(star, f"of {star}", 300) for star in STARS]
    ages = {row["account_id"]: -2.0 - k / 20 for k, row in enumerate(rows)} | {
        star: age for star, (age, _) in STARS.items()
    }
    accounts = described(ages | dict(zip("abc", core_days, strict=True)), {star: n for star, (_, n) in STARS.items()})
    return recruited(rows, "abc", accounts=accounts)


def test_who_was_created_with_the_core_and_has_unearned_attention_joins():
    found = with_stars((0.0, 0.1, 300.0))
    assert found["together"] == {"twin"}  # not who is older, or has followers, or nobody acts on
    assert found["aims"] <= {"amplifier"}  # one act is not enough


def test_a_core_of_all_ages_has_no_twins():
    assert with_stars((0.0, 100.0, 300.0))["together"] == set()


def test_who_is_created_on_a_day_of_many_is_no_twin():
    rows = ROWS + FANS + [post(star, f"of {star}", 300) for star in STARS]
    ages = {row["account_id"]: k % 3 / 10 for k, row in enumerate(rows)}
    assert recruited(rows, "abc", accounts=described(ages, dict.fromkeys(STARS, 0)))["together"] == set()
