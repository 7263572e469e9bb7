"""Facts about accounts count where they stand out, and only there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

import cib
from cib.networks.account_metadata import account_facts


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


def test_a_batch_stands_out_in_every_fact(known):
    activity, ids = known
    facts = account_facts(activity, pl.DataFrame({"account_id": ids[400:], "network": [7] * 20}))
    decades = dict(facts.select("fact", "decades").iter_rows())
    assert decades["creation batch"] == decades["no followers"] == decades["one client"] == 4.0
    assert 3 < decades["default name"] <= 4.0
    assert set(facts["network"]) == {7}
    assert facts.filter(fact="no followers").row(0, named=True)["share"] == 1.0


def test_a_random_group_does_not(known):
    activity, ids = known
    facts = account_facts(activity, pl.DataFrame({"account_id": ids[0:380:19], "network": [0] * 20}))
    assert facts["decades"].max() < 1


def test_nothing_known_is_no_row():
    activity, _ = cib.simulate(scale=0.002, seed=1)
    bare = cib.Activity(
        activity.posts_table.drop("client"), activity.accounts_table.select("account_id"), activity.imported
    )
    members = pl.DataFrame({"account_id": activity.account_ids.head(20), "network": [0] * 20})
    assert account_facts(bare, members).height == 0


def test_of_clients_that_say_equally_little_the_one_that_fewest_others_have_is_told():
    crowd = ["common"] * 400 + ["rare"] * 300
    posts = pl.DataFrame(
        {
            "account_id": [f"u{k:03}" for k in range(700)],
            "created_at": [datetime(2020, 3, 1, tzinfo=UTC)] * 700,
            "client": crowd,
        }
    )
    # fifty groups with two of each; neither is more than anybody has
    groups = pl.DataFrame(
        {"account_id": [f"u{j + k:03}" for k in range(0, 100, 2) for j in (0, 1, 400, 401)], "network": range(200)}
    ).with_columns(pl.col("network") // 4)
    facts = account_facts(cib.read(posts, progress=False), groups)
    assert facts["elsewhere"].to_list() == [pytest.approx(299 / 698)] * 50
