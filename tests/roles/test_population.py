"""What accounts are compared with: theirs, the one that is shipped, or one of your own."""

from __future__ import annotations

import pytest

import cib
from cib.errors import InputError
from cib.roles import AMPLIFIER, HIGHLY_ENGAGED, RoleScorer
from cib.roles.population import Population


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
