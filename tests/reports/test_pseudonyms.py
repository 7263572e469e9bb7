"""Pseudonyms."""

from __future__ import annotations

import re

import polars as pl
import pytest

from cib.reports.pseudonyms import Pseudonyms


def test_pseudonyms_cannot_be_stored():
    import pickle

    with pytest.raises(TypeError, match="thrown away"):
        pickle.dumps(Pseudonyms())


def test_equal_ids_have_equal_names_within_one_set_and_kind():
    names, ids = Pseudonyms(), pl.Series(["7", None, "8", "7"])
    found = names.of_all("account", ids).to_list()
    assert found == [names.of("account", "7"), None, names.of("account", "8"), names.of("account", "7")]
    assert all(re.fullmatch("account-[a-p]{16}", name) for name in found if name)
    others = [*names.of_all("post", ids), *Pseudonyms().of_all("account", ids)]
    assert len({name.partition("-")[2] for name in (*found, *others) if name}) == 6
