"""What every output says of a result."""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl

import cib
from cib.networks.network import Networks
from cib.reports.limits import LIMITS
from cib.reports.result import NOTES, about, outcome_of
from tests.toys import activity


def test_nothing_tested_is_not_nothing_found(detection):
    nothing = replace(detection, networks=Networks(()))
    untested = cib.detect(activity([{"account_id": a, "action": "post", "at": 0} for a in "ab"]), progress=False)
    assert [outcome_of(each) for each in (detection, nothing, untested)] == ["found", *NOTES]
    weak = tuple(replace(network, verdict="insufficient") for network in detection.networks)
    assert outcome_of(replace(detection, networks=Networks(weak))) == "nothing found by these tests"


def test_the_metadata_are_plain_values_of_the_result(detection):
    told = about(detection)
    assert json.loads(json.dumps(told, default=str)).keys() == told.keys()
    assert (told["version"], told["fingerprint"], told["limits"]) == (cib.__version__, detection.fingerprint, LIMITS)
    assert pl.DataFrame(told["tested"]).equals(detection.tested)
    assert cib.Settings.from_dict(told["settings"]).to_dict() == told["settings"] == detection.settings.to_dict()
