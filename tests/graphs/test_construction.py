"""How a graph was made is a value."""

from __future__ import annotations

import pickle

import pytest

from cib.graphs.construction import Construction, CrowdedObject, Significance


def test_only_what_is_known_of_a_crowded_object_is_told():
    assert CrowdedObject("viral", 100).to_dict() == {"object": "viral", "accounts": 100}
    assert CrowdedObject("busy", 5, 10, 3.5).to_dict()["window_s"] == 3.5


def test_a_construction_pickles_and_its_options_cannot_be_changed():
    given = {"top": 3}
    made = Construction("url", 60.0, tested=Significance("chung-lu", "bh"), options=given)
    given["top"] = 4
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    for each in (made, again):
        assert dict(each.options) == {"top": 3}
        with pytest.raises(TypeError):
            each.options["top"] = 5
