"""Errors say where, what, and what to do."""

from __future__ import annotations

import pickle

import cib
from cib.errors import InputError, did_you_mean


def test_errors_say_where_what_got_and_what_to_do_and_survive_pickling():
    error = InputError("the column 'x' is missing", where="a.csv", got="columns y", remedy="Map it.")
    assert str(error) == "a.csv: the column 'x' is missing. Got columns y. Map it."
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert isinstance(error, cib.CibError)


def test_hints_name_the_near_and_only_the_near():
    assert did_you_mean("hour_entropi", ["hour_entropy"]) == "Did you mean 'hour_entropy'?"
    assert did_you_mean("zzz", ["hour_entropy"]) == ""
