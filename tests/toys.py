"""Small activities for tests, made without any file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from cib.activity import POST_COLUMNS, Activity
from cib.import_report import ImportReport

START = 1_591_920_000  # 12 June 2020, UTC seconds


def activity(rows: Sequence[dict[str, object]], *, precision: float = 1e-6, library: str = "polars") -> Activity:
    """An activity of rows with any of our columns; `at` is seconds since the start."""
    posts = [
        {
            "post_id": f"p{k}",
            "action": "retweet",
            **{name: value for name, value in row.items() if name != "at"},
            "created_at": round((START + float(str(row["at"]))) * 1e6),
        }
        for k, row in enumerate(rows)
    ]
    names = [name for name in POST_COLUMNS if any(name in post for post in posts)]
    always = list(POST_COLUMNS)[:7]
    columns = [name for name in POST_COLUMNS if name in always or name in names]
    table = pl.DataFrame(
        {name: [post.get(name) for post in posts] for name in columns},
        schema={name: pl.Int64() if name.endswith("_at") else POST_COLUMNS[name] for name in columns},
    ).with_columns(pl.col("created_at", "target_created_at").cast(POST_COLUMNS["created_at"]))
    table = table.sort("created_at", "account_id", "post_id")
    report = ImportReport("toy", "toy", len(rows), len(rows), precision=precision)
    return Activity(table, pl.DataFrame(schema={"account_id": pl.String}), report, library)


def retweets(*rows: tuple[str, str, float], **options: object) -> Activity:
    """An activity of (account, retweeted post, second)."""
    return activity([{"account_id": a, "target_post_id": p, "at": t} for a, p, t in rows], **options)  # type: ignore[arg-type]


def edges_of(graph):
    """Edges of a co-action graph by source and target, as the oracle gives them."""
    columns = ("weight", "pairs", "lag", "first", "last", "led")
    return {
        (row["source"], row["target"]): {
            name: row[name].timestamp() - START if name in ("first", "last") else row[name] for name in columns
        }
        for row in graph.edge_table.iter_rows(named=True)
    }


def crowd(n=4_000):
    """Retweets of three hundred accounts, and of a ring of six that copies itself."""
    rng = np.random.default_rng(1)
    on = rng.integers(0, 400, n)
    text = [f"number {k} of the things that people say" for k in rng.integers(0, 10**6, n)]
    rows = pl.DataFrame(
        {
            "account_id": [f"a{k:03}" for k in rng.integers(0, 300, n)],
            "post_id": [f"p{k:05}" for k in range(n)],
            "action": [("retweet", "retweet", "post")[k] for k in rng.integers(0, 3, n)],
            "target_post_id": [f"q{k}" for k in on],
            "created_at": START + on * 6_000 + rng.integers(0, 1_800, n),
        }
    ).with_columns(
        text=pl.when(pl.col("action") == "post").then(pl.Series(text)),
        target_post_id=pl.when(pl.col("action") == "retweet").then(pl.col("target_post_id")),
    )
    ring = pl.DataFrame(
        {
            "account_id": [f"r{k % 6}" for k in range(240)],
            "post_id": [f"r{k:05}" for k in range(240)],
            "action": ["retweet"] * 240,
            "target_post_id": [f"ring{k // 6}" for k in range(240)],
            "created_at": [START + k // 6 * 40_000 + k % 6 for k in range(240)],
        }
    )
    rows = pl.concat([rows, ring], how="diagonal").sort("post_id")
    return rows.with_columns(target_account_id="by" + pl.col("target_post_id").str.head(3))
