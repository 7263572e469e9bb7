"""Features on an engine: those of an account's own posts in parts, and what needs all posts at once says so."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import cib
from cib.errors import InputError
from tests.toys import crowd

pytestmark = pytest.mark.filterwarnings("ignore::cib.errors.CibWarning")


def test_what_needs_all_posts_in_memory_says_so():
    def busiest(posts, retweets):
        """Posts that it made for each account that it retweeted."""
        made = posts.group_by("account_row").agg(pl.len()).to_polars()
        return made.select("account_row", pl.col("len") / max(retweets.n_edges, 1))

    activity = cib.read(crowd(200).lazy(), progress=False)
    with pytest.raises(InputError, match=r"feature 'busiest' needs all posts in memory.*activity.collect\(\)"):
        cib.detect(activity, cib.Settings(features=cib.STANDARD + busiest), progress=False)


def test_features_of_an_accounts_own_posts_are_computed_in_parts(monkeypatch):
    def words(posts):
        """Words that it posted."""
        own = posts.to_polars().with_columns(words=pl.col("text").str.split(" ").list.len())
        return own.group_by("account_id").agg(pl.col("words").sum())

    rows = crowd(1_000)
    settings = cib.Settings(features=cib.STANDARD + words)
    monkeypatch.setattr("cib.features.on_engine._ROWS_AT_ONCE", 100)
    ours, memory = (
        cib.detect(cib.read(frame, progress=False), settings, progress=False) for frame in (rows.lazy(), rows)
    )
    assert_frame_equal(ours.features.table, memory.features.table, check_exact=True)
