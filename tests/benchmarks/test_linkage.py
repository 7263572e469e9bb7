"""The reader of sock-puppet investigations, on made-up files of their shape."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from benchmarks.linkage import linked, wikisocks


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Five investigations: six accounts of one person that edit the same pages, ten others that edit any."""
    rng = np.random.default_rng(1)
    data = tmp_path_factory.mktemp("socks") / "data"
    data.mkdir()
    for k in range(5):
        rows = []
        for sock, accounts, pages in ((1, 6, 6), (0, 10, 80)):
            for account in range(accounts):
                for _ in range(15):
                    page = f"Page {k}-{rng.integers(pages)}" if sock else f"Any {rng.integers(pages)}"
                    at = 1_590_000_000 + 400_000 * account * sock + int(rng.integers(0, 300_000))
                    rows.append(
                        (at, sock, f"user {sock}{k}{account}, jr", page, f'fix "{rng.integers(4 if sock else 99)}"')
                    )
        table = pl.DataFrame(rows, schema=["at", "sock", "user", "page", "message"], orient="row").with_row_index(
            "revid", 1000 * k
        )
        stamp = pl.from_epoch("at").dt.strftime("%Y-%m-%dT%H:%M:%S+00:00").alias("timestamp")
        table.select(stamp, "revid", pl.lit(0).alias("parentid"), "sock", "user", "page", "message").write_csv(
            data / f"Category_Wikipedia_sockpuppets_of_{k}.csv"
        )
    return data.parent


def test_later_accounts_are_linked_to_earlier_ones(folder):
    world = wikisocks(0, folder)
    assert (len(world.known), world.members["network_id"].n_unique()) == (5, 5)
    earlier = {account for _, accounts in world.known.values() for account in accounts}
    assert earlier.isdisjoint(world.members["account_id"])
    assert earlier.isdisjoint(world.later.posts_table["account_id"])
    scores = linked(world).unique(["network_id", "known"])
    assert scores.height == 25
    assert scores.filter("same")["score"].mean() > scores.filter(~pl.col("same"))["score"].mean() + 1


def test_names_are_hashed_and_half_is_unknown(folder):
    world = wikisocks(0, folder, investigations=2)
    assert len(world.known) == 2
    ids = world.later.posts_table["account_id"]
    assert ids.str.contains("^[0-9a-f]{16}$").all()
    assert not world.later.posts_table["mentions"].explode().str.contains("Page").any()


def test_another_folder_is_refused(tmp_path):
    with pytest.raises(SystemExit, match="no CSV files"):
        wikisocks(0, tmp_path)
