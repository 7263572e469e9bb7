"""A small ring among others, to be detected and saved."""

from __future__ import annotations

import numpy as np
import polars as pl

import cib


def ring(seed: int) -> cib.Activity:
    """Eight accounts that retweet the same thirty posts within seconds, and 150 that retweet what they like."""
    rng = np.random.default_rng(seed)
    start = 1_591_920_000 + 86_400 * seed
    rows = [
        (f"ring{k}", f"p{post}", f"author{post % 12}", start + 3_600 * post + int(rng.integers(0, 20)))
        for post in range(30)
        for k in range(8)
    ]
    rows += [
        (f"person{k}", f"p{post}", f"author{post % 12}", start + 3_600 * post + int(rng.integers(0, 7_200)))
        for k in range(150)
        for post in (rng.choice(90, 12, replace=False) + 20).tolist()
    ]
    frame = pl.DataFrame(rows, schema=["account_id", "target_post_id", "target_account_id", "created_at"], orient="row")
    activity: cib.Activity = cib.read(frame, progress=False)
    return activity
