"""One address, one key; two addresses, two keys."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.content.urls import canonical_urls, hosts


def key(url):
    return canonical_urls(pl.Series([url], dtype=pl.String)).item()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.org", "https://www.example.org/"),
        ("https://example.org/a?b=2&a=1", "example.org/a/?a=1&b=2"),
        ("https://example.org/a?utm_source=x&utm_medium=y&id=7&fbclid=z", "https://example.org/a?id=7"),
        ("https://example.org/a#top", "https://example.org/a"),
        ("https://user:secret@EXAMPLE.org:443/A", "https://example.org/A"),
        ("https://m.example.org/index.html", "https://example.org"),
        ("https://zh.example.org/%E7%B6%AD%e5%9f%ba", "https://zh.example.org/維基"),
        ("https://youtu.be/AbCdEfGhIjK?si=1", "https://m.youtube.com/watch?list=x&v=AbCdEfGhIjK&t=9"),
        ("https://www.youtube.com/shorts/AbCdEfGhIjK", "https://youtube.com/watch?v=AbCdEfGhIjK"),
        ("https://x.com/anna/status/1?s=20&t=x", "https://twitter.com/anna/status/1"),
        ("//example.org/a", "HTTPS://example.org/a"),
    ],
)
def test_the_same_address_has_one_key(one, other):
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/a?id=1", "https://example.org/a?id=2"),
        ("https://example.org/a?ref=1", "https://example.org/a"),  # on some sites it is the page
        ("https://example.org/#!/a", "https://example.org/#!/b"),
        ("https://youtu.be/AbCdEfGhIjK", "https://youtu.be/aBcDeFgHiJk"),
        ("https://a.example.org", "https://b.example.org"),
        ("https://example.org/%B0%A1", "https://example.org/%B0%A2"),  # not UTF-8: left alone
    ],
)
def test_another_address_has_another_key(one, other):
    assert key(one) != key(other)


parts = st.text("abcAB=&?#/%.-_:@é維", max_size=12)


@given(st.builds("https://{}.org/{}?{}#{}".format, st.text("abm.w", max_size=6), parts, parts, parts))
def test_a_key_is_its_own_key(url):
    assert key(key(url)) == key(url)


def test_nothing_stays_nothing():
    assert canonical_urls(pl.Series([None, "", "https://"])).to_list() == [None, None, None]
    assert hosts(pl.Series([None, "", "javascript:void(0)"])).to_list() == [None, None, None]


def test_hosts_are_whole():
    urls = pl.Series(["https://www.a.blogspot.com/x", "HTTP://B.blogspot.com:80", "https://www.example.co.uk"])
    assert hosts(urls).to_list() == ["a.blogspot.com", "b.blogspot.com", "example.co.uk"]
