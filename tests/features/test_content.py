"""What accounts post, by hand."""

from __future__ import annotations

import math

import pytest

from cib.features.extract import extract
from cib.features.standard import FeatureSet
from tests.toys import activity


def test_originality_and_posts():
    acts = ["post", "reply", "quote", "retweet"]
    rows = [{"account_id": "a", "action": act, "at": k} for k, act in enumerate(acts)]
    rows.append({"account_id": "b", "action": "retweet", "target_account_id": "c", "at": 9})
    table = extract(activity(rows), ["posts_made", "originality"])
    assert table.table.rows() == [
        ("a", 3, pytest.approx((3 + 1) / (3 + 1 + 2))),
        ("b", 0, pytest.approx((0 + 1) / (0 + 1 + 2))),
        ("c", 0, None),  # never acted: no posts, and of its originality nothing is known
    ]


def said(*rows):
    """An activity of (account, what is told of its post)."""
    return activity([{"account_id": a, "action": "post", "at": k, **more} for k, (a, more) in enumerate(rows)])


def values(made, name):
    return dict(extract(made, [name]).table.iter_rows())


def test_entropies_by_hand():
    one, two = {"hashtags": ["Free", "#free"]}, {"hashtags": ["free", "other"]}
    made = said(("a", one), ("a", two), ("b", {"hashtags": ["x"]}), ("c", {"hashtags": []}))
    # a uses 'free' three times and 'other' once: 2 - 3/4 log2 3 bits
    assert values(made, "hashtag_entropy") == {"a": pytest.approx(2 - 0.75 * math.log2(3)), "b": 0, "c": None}
    assert values(made, "hashtags_used") == {"a": 4, "b": 1, "c": None}


def test_links_and_their_sites():
    urls = ["https://www.example.org/a", "https://example.org/b", "mailto:me"]
    made = said(("a", {"urls": urls}), ("b", {"urls": ["https://example.org/a"]}))
    assert values(made, "url_entropy") == {"a": pytest.approx(math.log2(3)), "b": 0}
    assert values(made, "domain_entropy") == {"a": 0, "b": 0}


def test_languages_are_those_of_its_own_posts():
    retweet = {"action": "retweet", "lang": "fr"}
    made = said(("a", {"lang": "en"}), ("a", {"lang": "zh"}), ("b", {"lang": "en"}), ("b", retweet), ("c", {}))
    assert values(made, "language_entropy") == {"a": 1, "b": 0, "c": None}


def test_the_client_used_most():
    made = said(("a", {"client": "web"}), ("a", {"client": "web"}), ("a", {"client": "ios"}), ("b", {}))
    assert values(made, "client_share") == {"a": pytest.approx(2 / 3), "b": None}


def test_repeated_texts_look_through_case_links_and_mentions():
    slogan = "We stand for what is right and always will"
    made = said(
        ("a", {"text": slogan}),
        ("a", {"text": "Something that nobody else has ever said"}),
        ("b", {"text": f"@ann {slogan.upper()} https://t.co/x"}),
        ("c", {"text": "yes"}),
        ("d", {"text": "yes"}),
    )
    assert values(made, "repeated_text_share") == {"a": 0.5, "b": 1, "c": None, "d": None}  # 'yes' is too short


def test_copies_are_texts_of_three_accounts_over_more_than_a_day():
    old, evening, own = "What three said on two days", "What three said in one evening", "What one said thrice"
    rows = [
        ("a", old, 0),
        ("b", old, 10),
        ("c", old, 86_400),
        ("d", evening, 0),
        ("e", evening, 60),
        ("f", evening, 7_200),
    ]
    rows += [("g", own, 86_400 * k) for k in range(3)] + [("a", f"Something new every time, {k}", k) for k in range(3)]
    posts = [{"account_id": a, "action": "post", "text": text, "at": at} for a, text, at in rows]
    acts = [{"account_id": who, "target_account_id": "a", "at": 5} for who in "hi"]
    posts += [
        *acts,
        {"account_id": "a", "target_account_id": "i", "at": 5},
        {"account_id": "h", "action": "post", "at": 6},
    ]
    made = activity(posts)
    share = values(made, "copied_share")
    assert share["a"] == pytest.approx(1 / (5 + 4))
    assert share["c"] == pytest.approx(1 / (1 + 4))
    assert (share["d"], share["g"], share["i"], share["h"]) == (0, 0, 0, None)  # h posted, and its text is not known
    aimed = values(made, "aimed_at_copies")
    assert aimed["h"] == pytest.approx((1 / (4 + 4)) / (2 + 4))
    assert (aimed["i"], aimed["a"], aimed["b"]) == (0, 0, None)  # a and i act on each other; b acts on nobody


def test_what_the_source_does_not_have_is_not_known():
    made = said(("a", {}))
    names = [name for name in FeatureSet.by_family("content").names if name not in {"posts_made", "originality"}]
    assert extract(made, names).table.row(0)[1:] == (None,) * len(names)
