"""Values show themselves in notebooks, and no text of theirs is markup."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

import cib
from cib.notebook import html_rows


def test_values_show_themselves_in_notebooks(detection):
    for value in (
        detection,
        detection.networks,
        detection.networks[0],
        detection.graphs["retweet"],
        detection.activity,
        detection.imported,
        detection.settings,
        detection.settings.layers[0],
        detection.settings.rule,
        cib.Columns({"account_id": "<user>"}),
        cib.RoleScorer(),
        detection.features,
        detection.roles,
        detection.networks[0].evidence,
    ):
        assert value._repr_html_().startswith("<")


#: Texts that could be markup.
MARKS = st.lists(st.sampled_from(["<b>", "</th>", "&lt;", "'", "a", "\u2028"])).map("".join)


@given(MARKS, MARKS)
def test_no_text_is_markup(name, value):
    tags, said = set(), []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.add((tag, *attributes))
    parser.handle_data = said.append
    parser.feed(html_rows({name: [{"inner": value}]}))
    parser.close()
    assert tags == {("table",), ("tr",), ("th",), ("td",)}
    assert "".join(said) == f"{name}inner{value}"
