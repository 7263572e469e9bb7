"""No row is lost in a report."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import polars as pl
import pytest

from cib.import_report import ImportReport


def test_an_import_report_that_does_not_add_up_cannot_be_made():
    with pytest.raises(AssertionError, match="do not add up"):
        ImportReport("x", "y", rows_read=3, rows_kept=1, dropped={"no time": 1})


def test_what_a_filter_removes_is_added_to_what_was_dropped():
    report = ImportReport("x", "y", rows_read=3, rows_kept=3)
    less = report.without(1, pl.Series([2, 5])).without(1, pl.Series([5]))
    assert (less.rows_kept, less.dropped, less.first, less.last) == (1, {"filtered by the user": 2}, 5, 5)


def test_a_report_is_plain_values_and_says_all_that_it_counted():
    first = datetime(2020, 6, 12, tzinfo=UTC)
    report = ImportReport("<x>", "y: why", 3, 2, {"no time": 1}, missing={"lang": 4}, first=first, precision=0.001)
    told = json.loads(json.dumps(report.to_dict()))
    assert (told["first"], told["dropped"], told["notes"]) == ("2020-06-12T00:00:00+00:00", {"no time": 1}, [])
    said = report.describe().splitlines()
    assert {"dropped: no time: 1", "words for a missing value in lang: 4", "times are multiples of: 0.001 s"} <= set(
        said
    )
    assert "&lt;x&gt;" in report._repr_html_()
