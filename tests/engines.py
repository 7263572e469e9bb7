"""The engines that a test can run on, and the same rows on each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import polars as pl

#: An engine by name, from a frame in memory to one on the engine.
LOCAL: dict[str, Callable[[pl.DataFrame], Any]] = {
    "polars": pl.DataFrame.lazy,
    "duckdb": lambda frame: duckdb.connect().from_arrow(frame.to_arrow()),
}
