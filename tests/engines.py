"""The engines that are here, and how a frame in memory gets onto one."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import duckdb
import polars as pl
import pytest

Put = Callable[[pl.DataFrame], Any]


@contextmanager
def polars() -> Iterator[Put]:
    yield pl.DataFrame.lazy


@contextmanager
def duck() -> Iterator[Put]:
    with duckdb.connect() as connection:
        yield lambda frame: connection.from_arrow(frame.to_arrow())


@contextmanager
def spark() -> Iterator[Put]:
    if find_spec("pyspark") is None:
        pytest.skip("PySpark is not installed: pip install '.[spark]'")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("there is no Java on this machine; Spark needs 17")
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # of the workers
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.timestampType", "TIMESTAMP_NTZ")  # of times that come without a zone
    # a zone of its own, with summer time, must have no effect; few partitions suit few rows
    session = (
        builder.config("spark.sql.session.timeZone", "Europe/Berlin").config("spark.sql.shuffle.partitions", "1")
    ).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield lambda frame: session.createDataFrame(frame.to_arrow())
    session.stop()


ENGINES = [
    pytest.param(polars, id="polars"),
    pytest.param(duck, id="duckdb"),
    pytest.param(
        spark,
        id="spark",
        marks=[
            pytest.mark.spark,
            pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
            pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Py4J leaves sockets to the collector
            pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
        ],
    ),
]
