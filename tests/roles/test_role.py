"""A role is a value, and its weights are numbers."""

from __future__ import annotations

import math

import pytest

from cib.errors import SettingsError
from cib.roles.role import AMPLIFIER, HIGHLY_ENGAGED, MIDDLE, Role


def test_equal_roles_have_one_hash_and_keep_the_order_of_their_weights():
    one, other = (Role("r", "R.", dict(pairs)) for pairs in ([("a", 1), ("b", 2)], [("b", 2), ("a", 1)]))
    assert (one, hash(one)) == (other, hash(other))
    assert (one.to_dict()["weights"], other.to_dict()["weights"]) == ([["a", 1], ["b", 2]], [["b", 2], ["a", 1]])


@pytest.mark.parametrize("role", [HIGHLY_ENGAGED, AMPLIFIER])
def test_median_values_of_all_features_have_the_middle_score(role):
    assert 1 / (1 + math.exp(-role.bias)) == pytest.approx(MIDDLE)


@pytest.mark.parametrize("weight", [math.nan, math.inf, "1", None])
def test_a_weight_that_is_no_number_is_refused_by_name(weight):
    with pytest.raises(SettingsError, match="the weight of 'h_index'"):
        Role("r", "R.", {"h_index": weight})
