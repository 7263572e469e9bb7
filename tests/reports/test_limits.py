"""Limitations, in every output."""

from __future__ import annotations

import re
from pathlib import Path

from cib.reports.limits import MEASURED
from tests.reports.conftest import elements


def test_the_page_says_how_often_candidates_are_false_alarms_with_the_figures_of_the_readme(page):
    text = " ".join("".join(elements(page).text).split())
    assert all(sentence in text for sentence in MEASURED)
    readme = " ".join((Path(__file__).parents[2] / "README.md").read_text("utf-8").split())
    precision, organic = re.search(
        r"as it is, seeds 501 to 505 \|[^|]+\| ([\d.]+) \([\d.]+\) \|[^|]+\|[^|]+\| (.+?) at most", readme
    ).groups()
    assert f"about {100 - 100 * float(precision):.0f} in 100 accounts" in MEASURED[0]
    assert f"at most {organic} of the ordinary accounts" in MEASURED[0]
    worst, mean = map(float, re.search(r"up to (\d+) % .+ ([\d.]+) % on average", MEASURED[1]).groups())
    table = readme[readme.index("| world | average precision") : readme.index("| election, fandoms")]
    rows = [row.split("|") for row in re.findall(r"\| [^|]+ \| [^|]*\d \| [^|]*\d \| [^|]*\d \|", table)]
    precision = [float(each) for row in rows for each in re.findall(r"\d\.\d+", row[3])]
    assert worst == round(100 - 100 * min(precision))
    assert mean == round(100 - 100 * sum(precision) / len(precision), 1)
