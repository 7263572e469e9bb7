"""Progress is said on standard error and logged."""

from __future__ import annotations

import logging
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

import cib
from cib.progress import SILENT, Watch, printable


def test_progress_goes_to_the_logger_too(capsys, caplog):
    with caplog.at_level(logging.INFO, logger="cib"):
        cib.detect(cib.simulate(scale=0.001, seed=3).activity, progress=False)
    assert capsys.readouterr() == ("", "")
    assert any("features" in record.getMessage() for record in caplog.records)
    assert {record.name for record in caplog.records} == {"cib"}


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_printed(text):
    shown = printable(text)
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp") for c in shown if c != "\n")
    assert shown.count("\n") == text.count("\n")


def test_a_watch_says_how_far_a_reading_is_only_if_asked_and_after_a_while(capsys):
    for watch in (SILENT, Watch(False, every=0), Watch(True, every=3_600), Watch(True, every=0)):
        watch.see("a.csv", 1, 2_000, "rows")
    assert capsys.readouterr().err == "  reading a.csv: 1 of 2,000 rows\n"
