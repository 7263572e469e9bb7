"""Sets of features are values, and the standard ones are all explained."""

from __future__ import annotations

import pickle

import pytest

import cib
from cib.errors import SettingsError
from cib.features.feature import INPUTS
from cib.features.standard import STANDARD, FeatureSet


def mine(posts):
    """One of my own."""
    return posts.head(0)


def test_adding_and_taking_away_leave_the_set_alone():
    before = STANDARD.names
    changed = STANDARD + [mine] - "hour_entropy"
    assert STANDARD.names == before
    assert changed.names == (*(name for name in before if name != "hour_entropy"), "mine")
    assert changed - mine + ["hour_entropy"] - "hour_entropy" == STANDARD - "hour_entropy"


@pytest.mark.parametrize("out", ["speed", ["speed"], FeatureSet("speed"), [FeatureSet("speed").features[0]]])
def test_what_is_taken_out_can_be_said_in_several_ways(out):
    assert "speed" not in STANDARD - out
    assert len(STANDARD - out) == len(STANDARD) - 1


def test_adding_works_from_either_side():
    assert ([mine] + FeatureSet("speed")).names == ("mine", "speed")
    assert (FeatureSet("speed") + mine).names == ("speed", "mine")


def test_by_family_asks_the_class_or_a_set():
    assert FeatureSet.by_family("coordination").names[0] == "coaction_strength"
    assert FeatureSet.by_family("content").names[:2] == ("posts_made", "originality")
    assert (STANDARD - "originality").by_family("content").names[:2] == ("posts_made", "hashtags_used")
    assert (STANDARD + [mine]).by_family("test_standard").names == ("mine",)
    assert STANDARD.families == ("degree", "attention", "timing", "content", "profile", "coordination")


def test_a_name_stands_for_one_column_of_a_function():
    one, several = FeatureSet("fast_share"), FeatureSet(["fast_share", "latency_median"])
    assert (one.names, several.names) == (("fast_share",), ("fast_share", "latency_median"))
    assert one.features[0].function is several.features[1].function
    assert (one.features[0].units, several.features[1].units) == (("",), ("s",))


def test_needs_follow_from_the_parameters():
    assert FeatureSet(["originality", "reciprocity"]).needs == ("posts", "retweets")
    assert set(STANDARD.needs) < set(INPUTS)


def test_a_function_of_several_outputs_loses_one():
    @cib.feature(outputs={"low": "The lowest.", "high": "The highest."})
    def extremes(posts):
        return posts

    left = FeatureSet(extremes) - "low"
    assert left.names == ("high",)
    assert left.features[0].labels == ("The highest.",)
    assert len(left - "high") == 0


def test_a_name_is_given_once():
    with pytest.raises(SettingsError, match="two features are called 'speed'"):
        STANDARD + ["speed"]


@pytest.mark.parametrize(
    "ask", [lambda: STANDARD - "hour_entropi", lambda: FeatureSet("hour_entropi"), lambda: STANDARD + "hour_entropi"]
)
def test_unknown_names_suggest_the_near_one(ask):
    with pytest.raises(SettingsError, match="Did you mean 'hour_entropy'"):
        ask()


def test_an_unknown_family_suggests_the_near_one():
    with pytest.raises(SettingsError, match="Did you mean 'timing'"):
        FeatureSet.by_family("timings")


def test_a_set_is_a_value():
    assert FeatureSet(["speed"]) == FeatureSet(["speed"])
    assert hash(FeatureSet(["speed"])) == hash(FeatureSet(["speed"]))
    assert pickle.loads(pickle.dumps(STANDARD)) == STANDARD
    with pytest.raises(AttributeError):
        STANDARD.features = ()


def test_it_shows_families():
    assert repr(FeatureSet(["speed", "originality"])) == ("FeatureSet(2 features: 1 timing, 1 content)")
    assert "<td>speed<td>How soon" in STANDARD._repr_html_()


@pytest.mark.parametrize("feature", STANDARD, ids=lambda feature: feature.title)
def test_each_standard_feature_has_a_sentence_for_a_label(feature):
    for label in feature.labels:
        assert label[0].isupper()
        assert label.endswith(".")
    assert len(set(feature.labels)) == len(feature.names)
    assert feature.function.__name__ == feature.title
