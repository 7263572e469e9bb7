"""Names that the platform proposed."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from cib.content.names import default_name

OLD, NEW = datetime(2017, 11, 30, tzinfo=UTC), datetime(2017, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "created", "proposed"),
    [
        ("Anna12345678", NEW, True),
        ("Ünal12345678", NEW, True),
        ("Anna1234567", NEW, False),
        ("Anna123456789", NEW, False),
        ("anna_12345678", NEW, False),
        ("12345678", NEW, False),
        ("Anna12345678", OLD, None),
        ("Anna12345678", None, True),
        (None, NEW, None),
    ],
)
def test_letters_and_eight_digits_since_names_are_proposed(name, created, proposed):
    schema = {"name": pl.String(), "created_at": pl.Datetime("us", "UTC")}
    frame = pl.DataFrame({"name": [name], "created_at": [created]}, schema=schema)
    assert frame.select(default_name(pl.col("name"), pl.col("created_at"))).item() is proposed
