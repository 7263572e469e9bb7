"""Iannucci et al. (2025): fading co-actions, summed one by one, and clusters of what was planted."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from itertools import combinations

import numpy as np
import pytest

from cib.errors import SettingsError
from cib.presets import iannucci2025, modularity_clusters
from tests.toys import activity, retweets


def some(seed, accounts=12, posts=20, acts=300, span=20_000):
    rng = np.random.default_rng(seed)
    columns = rng.integers(0, accounts, acts), rng.integers(0, posts, acts), rng.integers(0, span, acts)
    return [(f"a{a:02}", f"x{p:02}", float(t)) for a, p, t in zip(*columns, strict=True)]


def faded(rows, scale, epsilon=0.01):
    acts = Counter(account for account, *_ in rows)
    weights = defaultdict(float)
    for (a, p, s), (b, q, t) in combinations(rows, 2):
        if p == q and a != b and abs(s - t) <= -math.log(epsilon) * scale:
            weights[min(a, b), max(a, b)] += math.exp(-abs(s - t) / scale) * (1 / acts[a] + 1 / acts[b]) / 2
    return weights


def weights_of(graph, column="weight"):
    edges = graph.edge_table.select("source", "target", column).drop_nulls()
    return {(u, v): w for u, v, w in edges.iter_rows()}


@pytest.mark.parametrize("scale", [60.0, 600.0])
def test_weights_are_those_of_the_definition(scale):
    rows = some(0)
    graph = iannucci2025(retweets(*rows), ["post"], scales=[scale])
    assert weights_of(graph) == pytest.approx(faded(rows, scale), rel=1e-6)


def test_a_layer_takes_the_scale_with_the_clearest_clusters():
    """Two rings retweet within seconds, each its own posts and within the hour also those of the other."""
    rows = [
        (f"{ring}{k}", f"x{post}", 10_000.0 * post + k + (2_000 if (ring == "b") != (post % 2) else 0))
        for ring in "ab"
        for k in range(5)
        for post in range(10)
    ]
    graph = iannucci2025(retweets(*rows), ["post"], scales=["10s", "1h"])
    assert graph.construction.options["scales_s"] == {"post": 10.0}
    clusters = dict(modularity_clusters(graph).iter_rows())
    assert len({clusters[f"a{k}"] for k in range(5)}) == len({clusters[f"b{k}"] for k in range(5)}) == 1
    assert clusters["a0"] != clusters["b0"]


def test_layers_are_summed_and_kept_apart():
    posts = [{"account_id": a, "target_post_id": "x", "at": 0.0} for a in "ab"]
    links = [{"account_id": a, "action": "post", "urls": ["http://e.org/1"], "at": 9e5} for a in "bc"]
    graph = iannucci2025(activity(posts + links), scales=["1min"])
    assert graph.table.columns == ["source", "target", "weight", "post", "url"]
    assert weights_of(graph, "post") == pytest.approx({("a", "b"): 1.0})
    assert weights_of(graph, "url") == pytest.approx({("b", "c"): 1.0})
    assert weights_of(graph) == pytest.approx({("a", "b"): 1.0, ("b", "c"): 1.0})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epsilon": 1.0}, "epsilon"),
        ({"scales": [0]}, "must have a length"),
        ({"layers": ["posts"]}, "Did you mean"),
        ({"layers": []}, r"Got \[\]. Take some of post, mention"),
        ({"layers": "post"}, "layers must be a list, each a text"),
    ],
)
def test_settings_that_make_no_sense_are_refused(options, message):
    with pytest.raises(SettingsError, match=message):
        iannucci2025(retweets(("a", "x", 0.0)), **options)
