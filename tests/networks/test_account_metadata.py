"""Facts about accounts count where they stand out, and only there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

import cib
from cib.networks.account_metadata import (
    BATCH,
    FACTS,
    account_facts,
    among,
    automatic,
    created_together,
    featureless,
    unaffiliated,
)
from cib.networks.acts import Acts


@pytest.fixture(scope="module")
def known():
    """400 accounts made over two years, and 20 made within four days, followed by nobody, on one client."""
    ids = [f"u{k:03}" for k in range(400)] + [f"m{k:03}" for k in range(20)]
    made = [datetime(2018, 1, 1, tzinfo=UTC) + timedelta(days=1.8 * k) for k in range(400)]
    made += [datetime(2019, 3, 1, tzinfo=UTC) + timedelta(hours=4 * k) for k in range(20)]
    accounts = pl.DataFrame(
        {
            "account_id": ids,
            "created_at": made,
            "followers": [k + 1 for k in range(400)] + [0] * 20,
            "name": [f"name{k % 50}" if k % 2 else f"word{12345678 + k}" for k in range(400)]
            + [f"w{90000000 + k}" for k in range(20)],
        }
    )
    posts = pl.DataFrame(
        {
            "account_id": ids,
            "created_at": [datetime(2020, 3, 1, tzinfo=UTC)] * 420,
            "client": [f"app {k % 4}" for k in range(400)] + ["other"] * 20,
            "text": [f"text {k}" for k in range(420)],
        }
    )
    return cib.read(posts, accounts=accounts, progress=False), ids


def measured(activity, ids, group):
    """Facts of the accounts `ids` as one network, against all others."""
    acts = Acts(activity)
    codes = np.full(acts.n_accounts, -1)
    codes[activity.account_ids.is_in(ids).to_numpy()] = group
    return account_facts(acts, codes, unaffiliated(acts, codes, 0.3))


def test_a_batch_stands_out_in_every_fact(known):
    activity, ids = known
    facts = measured(activity, ids[400:], 0)
    decades = dict(facts.select("fact", "decades").iter_rows())
    assert set(decades) == set(FACTS)
    assert decades["unearned attention"] == 0  # nobody acts on anybody
    assert decades["creation batch"] > 10
    assert decades["no followers"] > 30
    assert decades["default name"] > 3
    assert facts.filter(fact="no followers").row(0, named=True)["share"] == 1.0


def test_attention_is_unearned_where_followers_do_not_explain_it():
    ids = [f"u{k:03}" for k in range(200)]
    acts = [{"account_id": f"a{k}", "target_account_id": t} for t in ids[:9] for k in range(5)]
    acts += [{"account_id": each, "target_account_id": None} for each in ids]
    posts = pl.DataFrame(acts).with_columns(
        action=pl.when(pl.col("target_account_id").is_null()).then(pl.lit("post")).otherwise(pl.lit("reply")),
        created_at=pl.lit(datetime(2020, 3, 1, tzinfo=UTC)),
        text=pl.lit("said"),
    )
    accounts = pl.DataFrame({"account_id": ids, "followers": [2] * 4 + [15] * 196})
    activity = cib.read(posts, accounts=accounts, progress=False)
    row = measured(activity, ids[:4], 0).filter(fact="unearned attention").row(0, named=True)
    assert row["share"] == 1.0
    assert row["elsewhere"] < 0.01  # five accounts act on some of these as well, and fifteen follow them
    assert row["decades"] > 8


def test_two_of_four_made_at_once_are_no_batch(known):
    activity, ids = known
    made = activity.accounts_table.with_columns(
        created_at=pl.when(pl.col("account_id") == ids[120])
        .then(datetime(2018, 1, 1, 6, tzinfo=UTC))
        .otherwise("created_at")
    )
    new = cib.read(activity.posts_table, accounts=made, progress=False)
    facts = measured(new, [ids[0], ids[120], ids[200], ids[300]], 0)
    assert facts.filter(fact="creation batch").row(0, named=True)["decades"] < 2


@pytest.mark.parametrize(("wave", "least", "most"), [(True, 0.0, 1.0), (False, 10.0, 300.0)])
def test_a_wave_of_weeks_is_no_batch(wave, least, most):
    # thirty accounts within forty days among others made over ten years; or three times ten in three hours
    ids = [f"u{k:03}" for k in range(430)]
    weeks = np.random.default_rng(0).uniform(0, 40, 30).tolist()
    batches = [12 * (k // 10) + k % 10 / 80 for k in range(30)]
    days = [9 * k for k in range(400)] + [1500 + each for each in (weeks if wave else batches)]
    made = [datetime(2010, 1, 1, tzinfo=UTC) + timedelta(days=each) for each in days]
    posts = pl.DataFrame({"account_id": ids, "created_at": [datetime(2020, 3, 1, tzinfo=UTC)] * 430, "text": ids})
    about = pl.DataFrame({"account_id": ids, "created_at": made})
    facts = measured(cib.read(posts, accounts=about, progress=False), ids[400:], 0)
    assert least <= facts.filter(fact="creation batch")["decades"].item() <= most


def test_a_batch_of_a_minority_is_none_of_the_network(known):
    activity, ids = known
    acts = Acts(activity)
    group = np.where(activity.account_ids.is_in([*ids[400:408], *ids[:320:10]]).to_numpy(), 0, -1)  # 8 of 40
    free = unaffiliated(acts, group, 0.3)
    for least, batch in ((0.0, True), (0.2, True), (0.25, False)):
        facts = account_facts(acts, group, free, least).filter(fact="creation batch")
        assert (facts["decades"].item() > 2) == batch


def test_a_random_group_does_not(known):
    activity, ids = known
    assert measured(activity, ids[0:380:19], 0)["decades"].max() < 1.3


def test_facts_do_not_depend_on_ids(known):
    activity, ids = known
    rng = np.random.default_rng(0)
    renamed = dict(zip(ids, rng.permutation([f"x{k}" for k in range(len(ids))]).tolist(), strict=True))
    new = cib.read(
        activity.posts_table.with_columns(pl.col("account_id").replace(renamed)).drop("post_id"),
        accounts=activity.accounts_table.with_columns(pl.col("account_id").replace(renamed)),
        progress=False,
    )
    assert measured(new, [renamed[each] for each in ids[400:]], 0).equals(measured(activity, ids[400:], 0))


def test_who_shows_no_fact_of_a_network_is_featureless(known):
    activity, ids = known
    acts = Acts(activity)
    group = np.where(activity.account_ids.is_in([*ids[400:], ids[101], ids[103]]).to_numpy(), 0, -1)
    # a name that is not the proposed one, followers, and made a day or more from all others
    plain = ids[101]
    assert activity.accounts_table.filter(account_id=plain)["followers"].item() > 8
    assert set(activity.account_ids.filter(pl.Series(featureless(acts, group)))) == {plain, ids[103]}


def in_company(activity, ids, company, min_held=0.5):
    """Facts of the accounts `ids` as one network, alone and in the company of others, and the counts of these."""
    acts = Acts(activity)
    group = np.where(activity.account_ids.is_in(ids).to_numpy(), 0, -1)
    free = unaffiliated(acts, group, 0.3)
    alone = account_facts(acts, group, free)
    account = activity.account_ids.is_in(company).arg_true().cast(pl.Int64)
    others = pl.DataFrame({"network": pl.repeat(0, len(account), dtype=pl.Int64, eager=True), "account": account})
    facts, counts = among(acts, group, free, alone, others, min_held)
    assert facts.select("network", "fact").equals(alone.select("network", "fact"))
    decades = (dict(each.select("fact", "decades").iter_rows()) for each in (alone, facts))
    return *decades, facts, counts


def test_a_wave_of_which_most_are_in_no_network_is_no_batch(known):
    activity, ids = known
    mine, others = ids[400::3], [each for k, each in enumerate(ids[400:]) if k % 3]
    alone, there, facts, counts = in_company(activity, mine, others)
    assert alone["creation batch"] > 2
    assert there["creation batch"] == 0
    assert there["no followers"] < 1
    assert facts.filter(fact="no followers")["elsewhere"].item() == pytest.approx(14 / 15)
    assert counts.row(0, named=True) == {"network": 0, "company": 13, "batched": 13}


def test_who_was_created_within_twelve_hours_of_a_batch_belongs_to_it(known):
    activity, ids = known
    made = dict(activity.accounts_table.select("account_id", "created_at").iter_rows())
    *_, counts = in_company(activity, [*ids[400:406], ids[7]], [*ids[8:300], *ids[406:]])
    near = [any(abs(made[a] - made[b]) <= timedelta(days=BATCH) for b in ids[400:406]) for a in ids[8:300] + ids[406:]]
    assert counts["batched"].item() == sum(near) > 3  # nobody was created together with the seventh member


def test_an_ordinary_company_takes_nothing_from_a_batch(known):
    activity, ids = known
    alone, there, _, counts = in_company(activity, ids[400:], ids[8:400])
    assert there["creation batch"] == alone["creation batch"]  # some were made in these days, as among all accounts
    assert counts["batched"].item() > 0
    assert there["no followers"] > 20
    none = in_company(activity, ids[400:], [])
    assert none[0] == none[1]


def test_what_a_network_holds_of_its_batch_decides(known):
    activity, ids = known
    assert in_company(activity, ids[400:412], ids[412:])[1]["creation batch"] > 4
    assert in_company(activity, ids[400:412], ids[412:], min_held=0.9)[1]["creation batch"] == 0


def test_nothing_known_is_no_row():
    activity, _ = cib.simulate(scale=0.002, seed=1)
    bare = cib.Activity(activity.posts_table, activity.accounts_table.select("account_id"), activity.imported)
    assert measured(bare, activity.account_ids.head(20), 0).height == 0


def test_members_of_one_operation_are_not_its_own_baseline(known):
    # the other accounts without followers aim their acts at the network, so they are no baseline
    activity, ids = known
    aiming = pl.DataFrame(
        {
            "account_id": [f"z{k}" for k in range(300)],
            "created_at": activity.posts_table["created_at"][0],
            "action": "retweet",
            "target_account_id": ids[400],
            "target_post_id": "p",
        }
    )
    posts = pl.concat([activity.posts_table.drop("post_id"), aiming], how="diagonal_relaxed")
    accounts = pl.concat(
        [activity.accounts_table, pl.DataFrame({"account_id": aiming["account_id"], "followers": [0] * 300})],
        how="diagonal_relaxed",
    )
    facts = measured(cib.read(posts, accounts=accounts, progress=False), ids[400:], 0)
    assert facts.filter(fact="no followers")["elsewhere"].item() < 0.01


def test_who_says_so_or_posts_by_such_a_client_is_automatic():
    clients = {"relay": "Relay bot", "mixed": "Relay bot", "person": "Web app", "said": "Web app"}
    posts = [
        {"account_id": who, "created_at": f"2020-03-01T00:0{k}:00Z", "client": client, "text": f"{who} {k}"}
        for k in range(4)
        for who, client in clients.items()
        if who != "mixed" or k
    ]
    posts.append(posts[0] | {"account_id": "mixed", "client": "Web app", "text": "by hand"})
    posts += [posts[-1] | {"text": f"by hand {k}"} for k in range(3)]
    about = pl.DataFrame({"account_id": list(clients), "description": ["", "", "I love robotics", "A bot by @x"]})
    acts = Acts(cib.read(pl.DataFrame(posts), accounts=about, progress=False))
    told, _ = automatic(acts)
    assert set(acts.activity.account_ids.filter(pl.Series(told))) == {"relay", "said"}


def test_followers_of_those_who_were_created_together():
    hours = {"a": 0, "b": 11, "c": 22, "d": 35, "e": None, "f": None, "x": 1, "y": 14, "z": 300}
    followers = {"a": 3, "b": 90, "c": None, "d": 3, "e": 3, "f": 3, "x": 3, "y": 3, "z": 3}
    start = datetime(2020, 3, 1, tzinfo=UTC)
    made = [None if each is None else start + timedelta(hours=each) for each in hours.values()]
    accounts = pl.DataFrame({"account_id": [*hours], "created_at": made, "followers": [*followers.values()]})
    posts = pl.DataFrame({"account_id": [*hours], "created_at": [start] * 9, "text": [*hours]})
    acts = Acts(cib.read(posts, accounts=accounts, progress=False))
    group = acts.group_of(pl.Series([*hours]), pl.Series([0] * 6 + [1] * 3))
    found = created_together(acts, group)
    assert found["batched"].to_list() == [3 / 6, 0]  # a, b and c; x is in another network than a
    assert found["batched_few"].to_list() == [2 / 3, None]  # of c it is not known
    without = Acts(cib.read(posts, accounts=accounts.drop("followers"), progress=False))
    assert created_together(without, group).row(0) == (0, None, None)
