"""Tables of actions, and which of them are possible."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from cib.simulation.clock import END
from cib.simulation.events import EVENT_COLUMNS, acts, counting, marked, stacked

REACTION = st.tuples(
    st.sampled_from(["retweet", "reply", "post"]),
    st.integers(0, 2),
    st.sampled_from([5, 6, 7, END]),
    st.integers(0, 2) | st.none(),
)


@given(st.lists(REACTION, max_size=25))
def test_reactions_count_before_the_end_to_others_and_retweets_once(rows):
    posts = acts("post", np.array([0, 1, 1]), np.zeros(3, np.int64))
    table = pl.DataFrame(rows, schema=["action", "account", "time", "target"], orient="row", strict=False)
    reactions = stacked([acts(table["action"], table["account"], table["time"], target=table["target"])])
    possible = [k for k, (_, who, at, on) in enumerate(rows) if at < END and (on is None or (0, 1, 1)[on] != who)]
    first = {}
    for k in sorted(possible, key=lambda k: rows[k][2]):
        first.setdefault((rows[k][1], rows[k][3]) if rows[k][0] == "retweet" else k, k)
    assert counting(posts, reactions).arg_true().to_list() == sorted(first.values())


def test_what_is_not_said_is_null_and_only_what_is_marked_serves_an_operation():
    made = acts("reply", np.array([1]), np.array([2]), words=pl.DataFrame({"text": ["yes"]}))
    assert dict(made.schema) == EVENT_COLUMNS
    assert made.select(pl.exclude("action", "account", "time", "text")).null_count().sum_horizontal().item() == 6
    assert marked(made)["boost"].to_list() == [True]
    assert stacked([]).schema == made.schema
