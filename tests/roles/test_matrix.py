"""RoleScorer as scikit-learn sees it: a transformer of matrices."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pytest
import skops.io
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

import cib
from cib.roles import AMPLIFIER, HIGHLY_ENGAGED, RoleScorer

NAMES = list(dict.fromkeys([*HIGHLY_ENGAGED.weights, *AMPLIFIER.weights]))


@pytest.fixture(scope="module")
def features():
    return cib.extract(cib.simulate(scale=0.001, seed=2).activity)


@pytest.mark.filterwarnings("error")
def test_every_check_of_scikit_learn_passes():
    results = check_estimator(RoleScorer(), on_skip=None)
    assert len(results) > 30
    assert {result["status"] for result in results} <= {"passed", "skipped"}


def test_a_frame_gives_what_a_table_gives(features):
    expected = RoleScorer().fit(features).score(features).table.select("highly_engaged", "amplifier").to_numpy()
    for matrix in (features.to_pandas().drop(columns="account_id"), features.table.drop("account_id")):
        np.testing.assert_allclose(RoleScorer().fit_transform(matrix), expected, atol=1e-12)


def test_an_array_is_in_the_order_of_the_roles(features):
    known = features.table.select(NAMES).to_numpy()
    named = RoleScorer().fit_transform(pd.DataFrame(known, columns=NAMES))
    np.testing.assert_array_equal(RoleScorer().fit_transform(known), named)
    np.testing.assert_array_equal(RoleScorer().fit_transform(np.c_[known, np.ones(len(known))]), named)


@pytest.mark.parametrize(
    ("library", "kind"), [("pandas", pd.DataFrame), ("polars", pl.DataFrame), ("default", np.ndarray)]
)
def test_set_output(features, library, kind):
    scorer = RoleScorer().set_output(transform=library)
    scores = clone(scorer).fit_transform(features)
    assert isinstance(scores, kind)
    assert scores.shape == (len(features), 2)
    if library != "default":
        assert list(scores.columns) == ["highly_engaged", "amplifier"]
    with pytest.raises(ValueError, match="arrow"):
        scorer.set_output(transform="arrow").fit_transform(features)


def test_it_stands_in_a_pipeline(features):
    truth = np.arange(len(features)) % 2  # a target that is no role is left alone
    steps = make_pipeline(RoleScorer(), LogisticRegression()).fit(features.table.drop("account_id"), truth)
    assert steps.predict_proba(features.table.drop("account_id")).shape == (len(features), 2)
    assert steps[0].calibrations_ == {}


def test_a_role_without_a_column_is_untested():
    scorer = RoleScorer().fit(pd.DataFrame({"h_index": [1.0, 2.0, 3.0]}))
    assert scorer.untested_ == ("amplifier",)
    assert repr(scorer) == "RoleScorer(highly_engaged, amplifier; fitted; no data on amplifier)"
    scores = scorer.transform(pd.DataFrame({"h_index": [1.0, 2.0, 3.0]}))
    assert scores[:, 1] == pytest.approx(0.1)
    assert np.all(np.diff(scores[:, 0]) > 0)


def test_scikit_learn_is_loaded_when_it_is_asked_for():
    code = "import sys, cib, cib.roles, cib.pipeline; assert 'sklearn' not in sys.modules; cib.RoleScorer()"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_skops_keeps_it_without_pickle(features):
    scorer = RoleScorer(threshold=0.6).fit(features)
    kept = skops.io.dumps(scorer)
    unknown = skops.io.get_untrusted_types(data=kept)
    assert all(name.startswith("cib.roles.") for name in unknown)
    assert skops.io.loads(kept, trusted=unknown).score(features).table.equals(scorer.score(features).table)
