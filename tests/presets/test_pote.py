"""The permutation null: p-values by a dense computation, uniform without coordination, small with it."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from cib.errors import SettingsError
from cib.presets import pote2026
from cib.presets.pote import permutation_p
from tests.toys import activity, retweets


def dense(account, value):
    counts = np.zeros((account.max() + 1, value.max() + 1))
    np.add.at(counts, (account, value), 1)
    return cosine_similarity(counts * np.log(len(counts) / (counts > 0).sum(axis=0)))


def independent(seed, n_accounts=12, n_values=8, n_acts=300):
    rng = np.random.default_rng(seed)
    return rng.integers(0, n_accounts, n_acts), rng.integers(0, n_values, n_acts)


def test_p_counts_the_deals_that_reach_the_similarity():
    account, value = independent(0)
    source, target = np.triu_indices(12, 1)
    observed = dense(account, value)[source, target]
    reached = np.zeros(len(source))
    for k in range(50):
        dealt = np.random.default_rng(7 + k).permutation(value)
        reached += dense(account, dealt)[source, target] >= observed - 1e-12
    got = permutation_p(account, value, source, target, observed, 50, 7)
    assert got == pytest.approx((1 + reached) / 51)


def test_p_is_small_as_rarely_as_it_says():
    below = []
    for seed in range(20):
        account, value = independent(seed)
        source, target = np.triu_indices(12, 1)
        observed = dense(account, value)[source, target]
        below.append(permutation_p(account, value, source, target, observed, 99, 1000 * seed) <= 0.1)
    assert 0.05 < np.mean(below) < 0.15


def some_rows(seed=0):
    """12 accounts at random and 4 that retweet the same rare posts."""
    rng = np.random.default_rng(seed)
    rows = [(f"a{rng.integers(12):02}", f"x{rng.integers(30):02}", float(rng.integers(1e6))) for _ in range(600)]
    rows += [(f"z{k}", f"y{j}", 10.0 * j + k) for j in range(12) for k in range(4) for _ in range(3)]
    return [
        {"account_id": account, "action": "retweet", "target_post_id": post, "target_account_id": "author", "at": at}
        for account, post, at in rows
    ]


def test_a_planted_group_is_significant_and_chance_is_not():
    graph = pote2026(activity(some_rows()), ["retweeted_post"], permutations=400)
    ends = [set(pair) for pair in graph.edge_table.select("source", "target").iter_rows()]
    group = {"z0", "z1", "z2", "z3"}
    assert sum(pair <= group for pair in ends) == 6
    assert sum(bool(pair & group) and not pair <= group for pair in ends) == 0
    assert len(ends) < 12
    assert graph.table["q"].max() <= 0.05


def test_indicators_add_up():
    rows = [row | {"hashtags": [row["target_post_id"]], "urls": []} for row in some_rows()]
    one = pote2026(activity(rows), ["retweeted_post"], permutations=400)
    two = pote2026(activity(rows), ["retweeted_post", "hashtag"], permutations=400)
    assert two.table["weight"].max() == 2
    assert one.table["weight"].max() == 1
    assert set(two.construction.options["indicators"]) == {"retweeted_post", "hashtag"}


def test_values_of_fewer_than_ten_acts_or_one_account_are_not_tested():
    rows = retweets(*[(f"a{k % 6}", f"x{k // 9}", float(k)) for k in range(90)])
    assert pote2026(rows, ["retweeted_post"], permutations=5).construction.options["indicators"] == {}


@pytest.mark.parametrize("wrong", [{"permutations": 0}, {"alpha": 0.0}, {"indicators": ["likes"]}])
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(SettingsError):
        pote2026(activity(some_rows()[:10]), **wrong)
