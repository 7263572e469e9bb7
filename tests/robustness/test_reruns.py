"""A rerun at the settings of a detection gives the detection."""

from __future__ import annotations

from dataclasses import replace

import pytest

import cib

LAYERS = (cib.Layer("post", "60s"), cib.Layer("author", None, "chung-lu", min_weight=3, max_accounts=500))


@pytest.mark.slow
def test_sensitivity_at_the_same_settings_has_the_same_candidates_where_they_depend_on_metadata():
    activity = cib.simulate("takedown-2020", scale=0.01, seed=1).activity
    settings = cib.Settings(layers=LAYERS)
    detection = cib.detect(activity, settings, progress=False)
    candidates = len(detection.networks.with_verdict("candidate"))
    anonymous = replace(activity, accounts_table=activity.accounts_table.select("account_id"))
    assert len(cib.detect(anonymous, settings, progress=False).networks.with_verdict("candidate")) < candidates
    (row,) = detection.sensitivity(["60s"], [settings.alpha], progress=False).rows(named=True)
    assert (row["candidates"], row["networks"]) == (candidates, len(detection.networks))
    assert (row["kept"], row["agreement"]) == (1, 1)
