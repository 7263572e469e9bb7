"""Laws that every published method obeys: names, times of day and the order of rows say nothing."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from cib.presets import (
    cinus2025,
    coornet,
    coortweet,
    iannucci2025,
    luceri2024,
    mannocci2025,
    nizzoli2021,
    pacheco2021,
    polio,
    pote2026,
    qut,
    weber2021,
)
from cib.presets.graham import QUT_NETWORKS
from tests.toys import START, activity

DAY = 86_400.0

METHODS = {
    "coortweet": partial(coortweet, window="10min", fast_window="1min"),
    **{f"qut {name}": partial(qut, network=name, window="10min", min_edge_weight=1) for name in QUT_NETWORKS},
    "pacheco2021 co_retweet": partial(pacheco2021, quantile=0.5),
    "pacheco2021 synchronous": partial(pacheco2021, trace="synchronous", quantile=0.5),
    "pacheco2021 hashtag_sequence": partial(pacheco2021, trace="hashtag_sequence", min_support=1),
    "luceri2024": partial(luceri2024, quantile=0.2),
    "coornet": partial(coornet, interval="10min", edge_quantile=0.3),
    "polio": partial(polio, window="10min"),
    "nizzoli2021": partial(nizzoli2021, top=1.0, alpha=0.9),
    "weber2021": partial(weber2021, window="6h", theta=10.0),
    "cinus2025": partial(cinus2025, min_objects=1, min_accounts=1, min_density=0.1, max_flagged=1.0),
    "mannocci2025": partial(mannocci2025, layers=["post", "hashtag"]),
    "pote2026": partial(pote2026, indicators=["retweeted_post", "url"], permutations=300, alpha=0.5),
    "iannucci2025": partial(iannucci2025, layers=["post", "url"], scales=["10min", "1h"]),
}
#: Random deals, and communities that a random order finds, differ with the order of the accounts.
BY_CHANCE = ("pote2026", "weber2021")
COUNTING = ("coortweet", "qut co_retweet", "qut co_link", "coornet")


def some_rows(seed=0, count=900):
    rng = np.random.default_rng(seed)
    tags = np.array(["a", "b", "c", "d", "e", "f"])
    rows = []
    for k in range(count):
        at = float(rng.integers(0, 3 * DAY) // 60 * 60)
        rows.append(
            {
                "post_id": f"p{k:04}",
                "account_id": f"a{rng.integers(12):02}",
                "action": str(rng.choice(["retweet", "retweet", "retweet", "post", "reply"])),
                "target_post_id": f"x{rng.integers(30):02}",
                "target_account_id": f"author{rng.integers(4)}",
                "target_created_at": round((START + at - rng.integers(0, 20)) * 1e6),
                "text": " ".join(rng.choice(tags[:3], 3)),
                "urls": [f"u{rng.integers(20)}"],
                "hashtags": [str(tag) for tag in tags[: rng.integers(0, 7)]],
                "at": at,
            }
        )
    twin = [row | {"post_id": "c" + row["post_id"], "account_id": "a50"} for row in rows if row["account_id"] == "a00"]
    return rows + twin


def edges(graph):
    """Each edge by its accounts, with all attributes except those that name a side or a group."""
    sided = {"n_source", "n_target", "n_source_fast", "n_target_fast", "structure", "component"}
    columns = [name for name in graph.table.columns if name not in sided]
    rows = graph.edge_table.select(columns).iter_rows()
    return {(u, v) if graph.directed or u < v else (v, u): values for u, v, *values in rows}


def approximately(expected):
    return {pair: pytest.approx(values, nan_ok=True) for pair, values in expected.items()}


@pytest.fixture(params=METHODS)
def method(request):
    return METHODS[request.param]


def test_the_order_of_rows_says_nothing(method):
    rows = some_rows()
    graph = method(activity(rows))
    assert graph.n_edges > 0
    assert method(activity(rows[::-1])).table.equals(graph.table)


@pytest.mark.parametrize("method", [METHODS[name] for name in METHODS if name not in BY_CHANCE])
def test_names_say_nothing(method):
    """Accounts in the opposite order; cosines are then summed in another order, hence up to rounding."""
    rows = some_rows()
    other = {row["account_id"]: f"a{99 - int(row['account_id'][1:])}" for row in rows}
    graph = method(activity(rows))
    got = edges(method(activity([row | {"account_id": other[row["account_id"]]} for row in rows])))
    expected = {}
    for pair, values in edges(graph).items():
        u, v = (other[name] for name in pair)
        expected[(u, v) if graph.directed or u < v else (v, u)] = values
    assert got == approximately(expected)


def test_dates_say_nothing(method):
    rows = some_rows()
    later = [
        row | {"at": row["at"] + 7 * DAY, "target_created_at": row["target_created_at"] + round(7 * DAY * 1e6)}
        for row in rows
    ]
    assert method(activity(later)).table.equals(method(activity(rows)).table)


@pytest.mark.parametrize("name", COUNTING)
def test_the_same_acts_on_other_objects_double_the_weights(name):
    rows = some_rows()
    again = [
        row
        | {
            "post_id": "q" + row["post_id"],
            "target_post_id": "y" + row["target_post_id"],
            "urls": ["v" + row["urls"][0]],
        }
        for row in rows
    ]
    once, twice = METHODS[name](activity(rows)), METHODS[name](activity(rows + again))
    assert twice.table["weight"].equals(2 * once.table["weight"])


def test_parameters_name_the_method(method):
    graph = method(activity(some_rows()))
    assert graph.name.startswith(graph.construction.options["preset"])


def test_nothing_in_common_makes_an_empty_graph(method):
    rows = [
        row
        | {
            "at": 1e7 * k,
            "target_created_at": None,
            "target_post_id": f"x{k}",
            "text": f"w{k}",
            "urls": [f"u{k}"],
            "hashtags": [f"t{k}"],
        }
        for k, row in enumerate(some_rows(count=12))
    ]
    assert method(activity(rows)).n_edges == 0
