"""Roles on shapes that a reader can check by eye, and the laws of the scores."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.special import expit, logit
from scipy.stats import norm, rankdata, spearmanr
from sklearn.base import clone

import cib
from cib.errors import InputError, SettingsError
from cib.features.extract import extract
from cib.features.table import FeatureTable
from cib.roles import AMPLIFIER, HIGHLY_ENGAGED, Role, RoleScorer
from cib.roles.population import KNOTS
from cib.roles.scoring import COUNTS
from tests.toys import activity

LEAVES = [f"leaf{k}" for k in range(12)]


def ordinary(seed=7, accounts=400):
    """Rows of accounts that post a little and retweet one another now and then."""
    rng = np.random.default_rng(seed)
    posts = [
        {"account_id": f"o{a}", "action": "post", "post_id": f"o{a}-{k}", "at": rng.integers(0, 10**6)}
        for a in range(accounts)
        for k in range(rng.integers(0, 6))
    ]
    picked = [(f"o{a}", posts[k]) for a in range(accounts) for k in rng.choice(len(posts), rng.integers(0, 6))]
    return posts + [retweet(account, post, rng.lognormal(8, 1.5)) for account, post in picked]


def retweet(account, post, lag):
    return {
        "account_id": account,
        "target_account_id": post["account_id"],
        "target_post_id": post["post_id"],
        "target_created_at": round((1_591_920_000 + post["at"]) * 1e6),
        "at": post["at"] + lag,
    }


def written(account, posts):
    return [
        {"account_id": account, "action": "post", "post_id": f"{account}-{k}", "at": 10_000.0 * k} for k in range(posts)
    ]


def star():
    """The centre posts twenty times, and twelve leaves retweet all of it within half a minute."""
    posts = written("centre", 20)
    return posts + [retweet(leaf, post, 5) for leaf in LEAVES for post in posts]


def reversed_star():
    """Twelve leaves post, and the centre retweets all of it within half a minute."""
    posts = [post for leaf in LEAVES for post in written(leaf, 4)]
    return posts + [retweet("centre", post, 5) for post in posts]


def ring():
    """Twelve accounts post, and each retweets its next two."""
    posts = {leaf: written(leaf, 6) for leaf in LEAVES}
    rows = [post for own in posts.values() for post in own]
    for k, leaf in enumerate(LEAVES):
        for step in (1, 2):
            rows += [retweet(leaf, post, 4_000) for post in posts[LEAVES[(k + step) % 12]]]
    return rows


def scored(rows):
    features = extract(activity(rows))
    return RoleScorer().fit(features).score(features)


def score_of(scores, account, role):
    return scores.for_account(account)[role]


def test_star():
    scores = scored(ordinary() + star())
    assert (
        score_of(scores, "centre", "highly_engaged") > 0.7
    )  # of followers, creation, texts and weekends nothing is known
    assert score_of(scores, "centre", "amplifier") < 0.02
    for leaf in LEAVES:
        assert score_of(scores, leaf, "amplifier") > 0.7
        assert scores.for_account(leaf)["role"] == "amplifier"
    assert scores.for_account("centre")["role"] == "highly_engaged"


def test_reversed_star_swaps_the_roles():
    scores = scored(ordinary() + reversed_star())
    assert scores.for_account("centre")["role"] == "amplifier"
    assert score_of(scores, "centre", "highly_engaged") < 0.02
    for leaf in LEAVES:
        assert score_of(scores, leaf, "amplifier") < 0.1 < score_of(scores, leaf, "highly_engaged")


def test_ring_is_alike_all_round_and_amplifies_nobody():
    scores = scored(ordinary() + ring())
    members = scores.table.filter(pl.col("account_id").is_in(LEAVES))
    assert members["role"].n_unique() == 1
    assert members["amplifier"].max() < 0.7
    assert members["highly_engaged"].max() - members["highly_engaged"].min() < 1e-9


def test_an_account_that_does_nothing_is_in_the_middle():
    rows = [*ordinary(), {"account_id": "o1", "action": "post", "mentions": ["silent"], "at": 5}]
    assert scored(rows).for_account("silent") == {
        "account_id": "silent",
        "highly_engaged": pytest.approx(0.1, abs=1e-12),
        "amplifier": pytest.approx(0.1, abs=1e-12),
        "role": "low_support",
        "support": 0,
    }


@pytest.mark.parametrize(("posts", "role"), [(2, "low_support"), (3, "peripheral")])
def test_no_role_is_named_below_three_actions(posts, role):
    assert scored(ordinary() + written("new", posts)).for_account("new")["role"] == role


@pytest.fixture(scope="module")
def features():
    return extract(cib.simulate(scale=0.002, seed=2).activity)


@pytest.fixture(scope="module")
def scores(features):
    return RoleScorer().fit(features).score(features)


@pytest.mark.parametrize("role", [HIGHLY_ENGAGED, AMPLIFIER], ids=lambda role: role.name)
def test_contributions_add_up_to_the_logit(scores, role):
    parts = scores.contributions(role.name)
    assert set(parts.names) == set(role.weights)
    np.testing.assert_allclose(
        logit(scores.table[role.name].to_numpy()), logit(0.1) + parts.values.sum(axis=1), atol=1e-9
    )


def test_each_contribution_is_weight_by_reliability_by_normal_rank(features, scores):
    support = features.select(COUNTS).values.sum(axis=1)
    known = (support > 0) & ~np.isnan(features["h_index"])
    ranks = (rankdata(features["h_index"][known]) - 0.5) / known.sum()
    expected = (
        HIGHLY_ENGAGED.weights["h_index"] * support[known] / (support[known] + 1) * np.clip(norm.ppf(ranks), -3, 3)
    )
    np.testing.assert_allclose(scores.contributions("highly_engaged")["h_index"][known], expected, atol=1e-12)


def test_most_accounts_are_near_the_middle(scores):
    for role in ("highly_engaged", "amplifier"):
        assert 0.05 < scores.table[role].median() < 0.15


def heavy_tailed(n=5_000):
    """Features whose values span many powers of ten."""
    rng = np.random.default_rng(1)
    names = {*HIGHLY_ENGAGED.weights, *AMPLIFIER.weights, *COUNTS}
    columns = {name: rng.pareto(1.1, n) ** 3 for name in sorted(names)}
    return FeatureTable(pl.DataFrame({"account_id": [f"a{k}" for k in range(n)], **columns}))


def test_no_feature_contributes_more_than_three_times_its_weight():
    table = heavy_tailed()
    scores = RoleScorer().fit(table).score(table)
    for role in (HIGHLY_ENGAGED, AMPLIFIER):
        parts = scores.contributions(role.name)
        for name, weight in role.weights.items():
            assert np.abs(parts[name]).max() <= 3 * abs(weight)


def test_scores_do_not_care_on_which_scale_a_feature_is_measured():
    table = heavy_tailed(KNOTS)  # of more accounts, values between knots are met half way
    logs = table.table.with_columns(pl.exclude("account_id", *COUNTS).log())
    before, after = (RoleScorer().fit(each).score(each).table for each in (table, FeatureTable(logs)))
    assert before.equals(after)


def test_ids_and_row_order_do_not_matter():
    rows = ordinary() + star()
    names = {row["account_id"] for row in rows}
    other = dict(zip(sorted(names), sorted(names, reverse=True), strict=True))
    renamed = [
        {name: other.get(value, value) if name.endswith("account_id") else value for name, value in row.items()}
        for row in rows
    ]
    plain = scored(rows).table
    back = scored(renamed).table.with_columns(pl.col("account_id").replace_strict({b: a for a, b in other.items()}))
    assert back.sort("account_id")["role"].equals(plain["role"])
    for role in ("highly_engaged", "amplifier"):
        np.testing.assert_allclose(back.sort("account_id")[role], plain[role], rtol=1e-12)
    assert scored([{"post_id": f"p{k}", **row} for k, row in enumerate(rows)][::-1]).table.equals(plain)


def test_doing_everything_twice_keeps_the_order():
    rows = [{"post_id": f"p{k}", **row} for k, row in enumerate(ordinary() + star())]
    twice = rows + [{**row, "post_id": f"{row['post_id']}-again"} for row in rows]
    once, again = scored(rows).table, scored(twice).table
    for role in ("highly_engaged", "amplifier"):
        enough = (once["support"] >= 3).to_numpy()
        order = spearmanr(once[role].to_numpy()[enough], again[role].to_numpy()[enough])
        assert order.statistic > 0.95  # not 1: twice the data are shrunk less
    named = pl.col("account_id").is_in([*LEAVES, "centre"])
    assert again.filter(named)["role"].equals(once.filter(named)["role"])


def test_half_of_the_rows_tell_nearly_the_same():
    made = cib.simulate(scale=0.002, seed=2).activity
    half = replace(made, posts_table=made.posts_table.sample(fraction=0.5, seed=1).sort("created_at", "post_id"))
    whole, part = (RoleScorer().fit(table).score(table).table for table in (extract(made), extract(half)))
    both = whole.filter(pl.col("support") >= 10).join(part, on="account_id")
    for role in ("highly_engaged", "amplifier"):
        assert spearmanr(both[role], both[f"{role}_right"]).statistic > 0.85


def test_a_reference_scores_other_data_alike():
    scorer = RoleScorer().fit(extract(activity(ordinary(seed=1))))
    scores = scorer.score(extract(activity(ordinary(seed=2) + star())))
    assert score_of(scores, "centre", "highly_engaged") > 0.65
    assert min(score_of(scores, leaf, "amplifier") for leaf in LEAVES) > 0.65


def test_how_much_an_account_does_is_no_evidence():
    """Accounts that retweet unknown authors once, or sixty times, say nothing else of themselves."""
    rows = [{"account_id": f"a{k}", "target_post_id": f"p{j}", "at": j} for k in range(60) for j in range(1 + k)]
    scores = scored(rows)
    assert not {"retweets_made", "posts_made"} & {*HIGHLY_ENGAGED.weights, *AMPLIFIER.weights}
    assert scores.table["highly_engaged"].max() < 0.7
    assert set(scores.table["role"]) == {"low_support", "peripheral", "amplifier"}


def test_ties_raise_nobody():
    posts = [{"account_id": f"a{k}", "action": "post", "at": k + 100 * j} for k in range(50) for j in range(20)]
    assert set(scored(posts).table["role"]) == {"peripheral"}
    np.testing.assert_allclose(scored(posts).table["highly_engaged"], 0.1)


def test_an_explanation_has_values_percentiles_and_the_contributions(features, scores):
    account = scores.table.sort("highly_engaged")["account_id"][-1]
    why = scores.explain(account, "highly_engaged")
    assert why["contribution"].abs().is_sorted(descending=True)
    total = logit(0.1) + why["contribution"].sum()
    assert expit(total) == pytest.approx(scores.for_account(account)["highly_engaged"])
    h = why.row(by_predicate=pl.col("feature") == "h_index", named=True)
    assert h["value"] == features["h_index"][features.ids.index_of(account)]
    assert h["percentile"] > 95
    assert (
        h["reason"] == f"{features.labels['h_index'].rstrip('.')}: {h['value']:g} posts; 99 of 100 accounts have less."
    )
    assert scores.explain(account)["role"].unique(maintain_order=True).to_list() == ["highly_engaged", "amplifier"]


def test_what_is_not_known_is_said_to_be_so():
    rows = [{"account_id": "a", "action": "post", "at": k} for k in range(5)]
    why = scored(rows).explain("a", "amplifier")
    reason = why.filter(feature="unearned_given")["reason"].item()
    assert reason.endswith("not known from these data.")
    assert why.filter(feature="unearned_given")["contribution"].item() == 0


def test_a_role_of_ones_own(features):
    newsroom = Role("newsroom", "Posts at all hours.", {"hour_entropy": 1.0, "originality": 1.0})
    scores = RoleScorer(roles=(newsroom,)).fit(features).score(features)
    assert scores.table.columns == ["account_id", "newsroom", "role", "support"]
    assert set(scores.table["role"]) == {"newsroom", "peripheral", "low_support"}


def test_features_that_are_not_there_do_not_count(features):
    fewer = features.select([*COUNTS, "h_index", "asymmetry"])
    scores = RoleScorer().fit(fewer).score(fewer)
    assert scores.contributions("amplifier").names == ("asymmetry",)


def test_settings_are_those_of_scikit_learn(features):
    scorer = RoleScorer(threshold=0.5).set_params(margin=0.1)
    copy = clone(scorer.fit(features))
    assert (copy.threshold, copy.margin) == (0.5, 0.1)
    assert repr(copy) == "RoleScorer(highly_engaged, amplifier; not fitted)"
    again = pickle.loads(pickle.dumps(scorer))
    assert again.score(features).table.equals(scorer.score(features).table)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda table: RoleScorer().score(table), SettingsError, "Call fit"),
        (lambda table: RoleScorer(threshold=2).fit(table), SettingsError, "threshold"),
        (lambda table: RoleScorer(roles=(AMPLIFIER, AMPLIFIER)).fit(table), SettingsError, "a name of its own"),
        (lambda _table: RoleScorer().set_params(thresold=1), SettingsError, "Did you mean 'threshold'"),
        (lambda table: RoleScorer().fit(table.select(["h_index", "to_core"])), InputError, "need the feature 'posts"),
        (
            lambda table: RoleScorer(roles=[Role("mine", "Mine.", {"asymetry": 1})]).fit(table),
            InputError,
            "no feature of the role 'mine'",
        ),
        (
            lambda table: RoleScorer(roles=[Role("mine", "Mine.", {"h_index": 1, "asymetry": 1})]).fit(table),
            InputError,
            "'mine' names a feature 'asymetry' that there is not. Did you mean 'asymmetry'",
        ),
        (lambda table: RoleScorer().fit(table.select(COUNTS)), InputError, "no feature of the role 'highly_engaged'"),
        (lambda table: RoleScorer().fit(table).score(table.select(COUNTS)), InputError, "no feature of the role"),
    ],
)
def test_mistakes_are_named(features, wrong, error, message):
    with pytest.raises(error, match=message):
        wrong(features)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda scores: scores.explain("nobody"), "'nobody' was not scored"),
        (lambda scores: scores.contributions("amplifyer"), "Did you mean 'amplifier'"),
    ],
)
def test_questions_about_nobody_are_refused(scores, wrong, message):
    with pytest.raises(InputError, match=message):
        wrong(scores)


def test_scores_show_themselves(scores):
    assert repr(scores).startswith(f"RoleScores({len(scores):,} accounts: ")
    assert "amplifier: The account passes on" in scores._repr_html_()
    assert isinstance(scores.to_pandas(), pd.DataFrame)
    assert isinstance(scores.frame, pl.DataFrame)


def test_no_posts_give_no_scores():
    assert scored([]).table.shape == (0, 5)


def test_the_most_retweeted_account_of_the_higgs_data_is_highly_engaged(shared):
    wanted = dict.fromkeys([*HIGHLY_ENGAGED.weights, *AMPLIFIER.weights, *COUNTS])
    table = extract(cib.read(shared / "higgs_actions.parquet", progress=False), wanted)
    scores = RoleScorer().fit(table).score(table)
    top = table.accounts[np.argmax(table["retweets_received"])]
    assert scores.for_account(top)["role"] == "highly_engaged"
    assert score_of(scores, top, "highly_engaged") > 0.8  # nobody knows there which posts were retweeted
