"""What tests of graphs share."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def in_many_parts():
    """Work and edges are cut up as those of large data are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cib.graphs.compiled.coaction._PART", 1)
        patch.setattr("cib.graphs.compiled.coaction._SHELF", 1)
        yield
