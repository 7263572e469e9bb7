"""What accounts are compared with: theirs, the one that is shipped, or one of your own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

import cib
from cib.errors import InputError
from cib.roles import AMPLIFIER, HIGHLY_ENGAGED, RoleScorer
from cib.roles.population import KNOTS, Distribution, Population


@pytest.fixture(scope="module")
def features():
    return cib.extract(cib.simulate(scale=0.001, seed=2).activity)


def test_the_shipped_population_knows_every_feature_of_the_roles():
    shipped = Population.read("simulated")
    assert set(shipped.distributions) == {*HIGHLY_ENGAGED.weights, *AMPLIFIER.weights}
    assert "none of them real" in shipped.source
    for known in shipped.distributions.values():
        assert 0 < known.shares[0] <= known.shares[-1] < 1


def test_with_a_reference_a_score_does_not_depend_on_the_company(features):
    scorer = RoleScorer(reference="simulated").fit(features)
    whole = scorer.score(features).table
    few = cib.FeatureTable(features.table.head(20), features.labels)
    assert RoleScorer(reference="simulated").fit(few).score(few).table.equals(whole.head(20))
    assert not RoleScorer().fit(few).score(few).table.equals(whole.head(20))


def test_with_a_reference_a_score_means_the_same_whatever_the_size():
    """The reference has twenty times as many accounts, as busy as these; more of them act on the same few."""
    features = cib.extract(cib.simulate("organic", scale=0.0025, seed=1).activity)
    own, shipped = (RoleScorer(reference=each).fit(features).score(features).table for each in (None, "simulated"))
    for role in ("highly_engaged", "amplifier"):
        named = [(frame["role"] == role).mean() for frame in (own, shipped)]
        assert named[0] == pytest.approx(named[1], abs=0.01)
        assert own[role].mean() == pytest.approx(shipped[role].mean(), abs=0.02)


def test_a_population_of_ones_own_is_kept_as_json(features, tmp_path):
    learned = RoleScorer().fit(features)
    path = learned.population_.save(tmp_path / "mine.json")
    again = RoleScorer(reference=path).fit(features)
    one, other = (scorer.score(features).table for scorer in (learned, again))
    assert one["role"].equals(other["role"])
    assert one["amplifier"].to_numpy() == pytest.approx(other["amplifier"].to_numpy(), abs=1e-3)
    assert repr(again.population_).startswith(f"Population({learned.population_.accounts:,} accounts, 16 features")


@pytest.mark.parametrize("told", [None, "[]", '{"source": "x"}', "no json"])
def test_what_is_no_population_is_refused(tmp_path, told):
    path = tmp_path / "other.json"
    if told is not None:
        path.write_text(told)
    with pytest.raises(InputError, match=r"other.json: cannot be read as a population.*Take one of simulated"):
        Population.read(path)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=60))
def test_a_percentile_is_the_middle_of_equal_ranks(values):
    sample = np.array(values, dtype=float)
    expected = (rankdata(sample) - 0.5) / len(sample)
    np.testing.assert_allclose(Distribution.of(sample).percentile(sample), expected)


def test_a_long_distribution_is_kept_in_short():
    sample = np.random.default_rng(0).pareto(1.1, 100_000)
    sample[:30_000] = 0
    short = Distribution.of(sample)
    assert len(short.values) <= KNOTS
    exact = (rankdata(sample) - 0.5) / len(sample)
    np.testing.assert_allclose(short.percentile(sample), exact, atol=1 / KNOTS)
    assert short.percentile(np.array([0.0])) == pytest.approx(0.15)


def test_nothing_known_is_nothing_learned():
    nothing = Distribution.of(np.array([np.nan, np.nan]))
    assert nothing.deviate(np.array([1.0, np.nan])).tolist() == [0, 0]
