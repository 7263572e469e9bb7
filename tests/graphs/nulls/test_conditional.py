"""What a shared audience would do, counted one by one; and that fans are forgiven."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from cib.errors import InputError, SettingsError
from cib.graphs.coaction import coaction_graph
from cib.graphs.nulls import conditional
from cib.graphs.nulls.registry import backbone, with_significance
from tests.toys import activity, retweets


def fans(seed=0, accounts=30, authors=5, posts=20, acts=900, devotion=1.0):
    """Accounts that retweet posts, each mostly of one author; one row of them comes twice."""
    rng = np.random.default_rng(seed)
    who = rng.integers(0, accounts, acts)
    author = np.where(rng.random(acts) < devotion, who % authors, rng.integers(0, authors, acts))
    post = author * posts + rng.integers(0, posts, acts)
    when = rng.uniform(0, 86_400, acts)
    rows = [
        {"account_id": f"{a:02}", "target_post_id": f"{p:03}", "target_account_id": f"author{p // posts}", "at": t}
        for a, p, t in zip(who, post, when, strict=True)
    ]
    return [*rows, rows[0] | {"at": rows[0]["at"] + 1}]


@pytest.mark.parametrize("block", [50, 5_000_000])
def test_expected_by_authors_is_the_sum_over_them(block, monkeypatch):
    monkeypatch.setattr(conditional, "_BLOCK", block)
    rows = fans(devotion=0.5)
    graph = with_significance(coaction_graph(activity(rows), "post", "6h", 1), "author")
    acted = {(row["account_id"], row["target_post_id"]) for row in rows}
    author = {row["target_post_id"]: row["target_account_id"] for row in rows}
    for u, v, expected in graph.edge_table.select("source", "target", "expected").head(50).iter_rows():
        total = 0.0
        for a in sorted(set(author.values())):
            k = [sum((w, post) in acted for w in {w for w, _ in acted}) for post in author if author[post] == a]
            n, m = (sum(author[post] == a for w, post in acted if w == x) for x in (u, v))
            total += n * m * sum(x * (x - 1) for x in k) / sum(k) ** 2
        assert expected == pytest.approx(total)


def test_expected_in_step_is_the_sum_over_what_both_acted_on():
    rows = fans(1, acts=300)
    graph = with_significance(coaction_graph(activity(rows), "post", "2h", 1), "synchrony")
    times = {}
    for row in rows:
        times.setdefault(row["target_post_id"], []).append((row["account_id"], row["at"]))
    share = {
        post: np.mean([abs(s - t) <= 7_200 for (_, s), (_, t) in combinations(events, 2)])
        for post, events in times.items()
        if len(events) > 1
    }
    for u, v, expected in graph.edge_table.select("source", "target", "expected").iter_rows():
        acts = {post: [account for account, _ in events] for post, events in times.items()}
        assert expected == pytest.approx(
            sum(share[post] * accounts.count(u) * accounts.count(v) for post, accounts in acts.items() if post in share)
        )


def test_fans_of_one_author_are_forgiven():
    graph = coaction_graph(activity(fans(2, accounts=150, authors=30, acts=4_000)), "post", None)
    assert backbone(graph, "chung-lu").n_edges > 100
    assert backbone(graph, "author").n_edges == 0


def test_what_is_not_known_is_not_guessed():
    toy = coaction_graph(retweets(("a", "x", 0), ("b", "x", 1)), "post", None, 1)
    with pytest.raises(InputError, match="authors of the posts are not known"):
        backbone(toy, "author")
    with pytest.raises(SettingsError, match="no window"):
        backbone(toy, "synchrony")
    with pytest.raises(InputError, match="needs posts as objects"):
        backbone(coaction_graph(activity(fans()), "author", None), "author")
