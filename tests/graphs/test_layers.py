"""What layers refuse, and what they count."""

from __future__ import annotations

import pytest

import cib
from cib.errors import SettingsError
from cib.graphs.layers import LAYERS, MORE_LAYERS, coaction_layers, significant
from tests.toys import retweets


@pytest.mark.parametrize(
    ("argument", "value"), [("min_weight", 0), ("max_accounts", 1), ("window", "soon"), ("null", 3)]
)
def test_a_layer_that_makes_no_sense_is_refused(argument, value):
    with pytest.raises(SettingsError):
        cib.Layer("post", **{argument: value})


def test_other_layers_can_be_added_by_name():
    activity, _ = cib.simulate("tactics", scale=0.05, seed=1)
    settings = cib.Settings(layers=(*LAYERS, *MORE_LAYERS.values()))
    detection = cib.detect(activity, settings, progress=False)
    looked_at = {name.removeprefix("co-action ") for name in detection.graphs}
    made = {layer.name for layer in MORE_LAYERS.values()} - {"hashtag-sequence 600 s", "media 60 s"}
    # nobody uses five hashtags, or posts pictures
    assert made <= looked_at


def test_each_layer_says_what_was_counted_or_why_not():
    toy = retweets(*((account, post, 0.0) for account in "abc" for post in "xy"), ("d", "z", 0.0))
    layers = [
        cib.Layer("post", "60s"),
        cib.Layer("post", "60s", max_accounts=2),
        cib.Layer("replied"),
        cib.Layer("url"),
    ]
    tested, told = coaction_layers(toy, layers, 10**6, 0.999)
    assert [graph.n_edges for graph in tested] == [3, 0]
    counts = ("objects", "events", "pairs_tested", "edges")
    assert told.select(counts).rows() == [(3, 7, 6, 3), (1, 1, 0, 0), (0, 0, 0, 0), (None,) * 4]
    unused = told["not_used"].to_list()
    assert unused == [None, None, "no post acts on such an object", "the posts have no column 'urls'"]


def test_alpha_is_shared_by_the_layers():
    toy = retweets(*((account, post, 0.0) for account in "abc" for post in "xy"))
    tested, _ = coaction_layers(toy, [cib.Layer("post", "60s"), cib.Layer("post", "1h")], 10**6, 0.999)
    q = tested[0].table["q"].max()
    assert [graph.n_edges for graph in significant(tested, 2 * q)] == [3, 3]
    assert [graph.n_edges for graph in significant(tested, 1.99 * q)] == [0, 0]
