"""Colours."""

from __future__ import annotations

import re

from cib.reports import page
from cib.reports.palette import ROLES, VERDICTS, colours


def test_every_verdict_and_role_of_a_detection_has_a_colour_of_its_own(detection):
    assert set(VERDICTS) == set(page.VERDICTS)
    assert set(detection.table["role"].drop_nulls()) <= set(ROLES)
    named = [*ROLES.values(), *VERDICTS.values()]
    assert len(set(named)) == len(named)
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in named)


def test_colours_of_roles_of_users_depend_on_their_names_only():
    own = [f"role {k}" for k in range(9)]
    found = colours([*own, None, "both"])
    assert found == colours([*reversed(own), own[0]])
    assert {name: found[name] for name in ROLES} == ROLES
    first = [found[name] for name in own[:4]]
    assert len({*first, *ROLES.values()}) == 4 + len(ROLES)
    assert [found[name] for name in own] == [*first, *first, first[0]]
