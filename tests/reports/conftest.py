"""A small detection for all tests of reports, and the same among hostile names."""

from __future__ import annotations

import base64
import json
import re
import zlib
from dataclasses import replace
from html.parser import HTMLParser

import polars as pl
import pytest

import cib
from cib.reports.data import gather

PAYLOADS = (
    "<script>hostile=1</script>",
    "</script><script>hostile=1</script>",
    "<img src=x onerror=hostile=1>",
    "<svg/onload=hostile=1>",
    '"><img src=x onerror=hostile=1>',
    "' onmouseover='hostile=1",
    "<iframe src=javascript:hostile=1></iframe>",
    '<a href="javascript:hostile=1">x</a>',
    "javascript:hostile=1",
    "<!--<script>hostile=1",
    "]]><script>hostile=1</script>",
    "</title><script>hostile=1</script>",
    "</style><script>hostile=1</script>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<object data=//evil.example></object>",
    "{{ 7 * 7 }}{% raw %}",
    "${hostile=1}\u2028hostile=1\u2029",
    "\u202e<b>gnp.exe</b>\u200b\u2066\x00\ufeff",
)


@pytest.fixture(scope="package")
def detection():
    return cib.detect(cib.simulate(scale=0.003, seed=5).activity, progress=False)


@pytest.fixture(scope="package")
def hostile_detection():
    """The same, but each account and post has a payload at the end of its id, and so have the source and the labels."""
    activity = cib.simulate(scale=0.003, seed=5).activity
    ids = [name for name in activity.posts_table.columns if name.endswith("_id")]
    payloads = pl.Series(PAYLOADS)

    def hostile(column):
        last = pl.col(column).str.slice(-2).cast(pl.Int64, strict=False).fill_null(0) % len(PAYLOADS)
        return pl.col(column) + last.map_elements(lambda k: payloads[k], return_dtype=pl.String)

    named = dict(activity.account_ids.to_frame().select("account_id", new=hostile("account_id")).iter_rows())
    mentions = pl.col("mentions").list.eval(pl.element().replace(named))
    posts = activity.posts_table.with_columns(*(hostile(name) for name in ids), mentions)
    imported = replace(
        activity.imported,
        source=PAYLOADS[1],
        notes=PAYLOADS,
        dropped={PAYLOADS[0]: 0},
        columns={PAYLOADS[2]: PAYLOADS[3]},
    )
    people = activity.accounts_table.with_columns(hostile("account_id"))
    return cib.detect(
        replace(
            activity,
            posts_table=posts.sort("created_at", "account_id", "post_id"),
            accounts_table=people.sort("account_id"),
            imported=imported,
        ),
        progress=False,
    )


def unpacked(html):
    """A page with what stands behind its map as JSON."""
    pattern = re.compile(r'(<script type="text/plain" id="details-[^"]+">)([^<]*)(?=</script>)')
    return pattern.sub(lambda found: found[1] + zlib.decompress(base64.b64decode(found[2])).decode(), html)


@pytest.fixture(scope="package")
def findings(detection):
    return gather(detection)


def posts_of(findings, name):
    """The rows of a table of posts of findings, by the place of the account or line that they are behind."""
    _, *names = findings["posts"][name]
    places, *values = findings["posts"][name].values()
    assert places == sorted(places)
    rows = {}
    for place, *row in zip(places, *values, strict=True):
        rows.setdefault(place, []).append(dict(zip(names, row, strict=True)))
    return rows


@pytest.fixture(scope="package")
def page(detection, tmp_path_factory):
    return unpacked(
        detection.report(tmp_path_factory.mktemp("page") / "report.html", reveal_ids=True).read_text("utf-8")
    )


class Elements(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.text = [], []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, tuple(name for name, _ in attributes)))

    def handle_data(self, data):
        self.text.append(data)


def elements(html):
    parser = Elements()
    parser.feed(html)
    return parser


def embedded(html):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)[1])
