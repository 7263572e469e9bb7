"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import cib
from tests.engines import ENGINES, Put

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

# The same examples on every run; `pytest --hypothesis-profile=explore` looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=2_000, deadline=None)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the project, of which nothing is copied into it."""
    if not DATA.is_dir():
        pytest.skip(f"the real data is not on this machine: no folder {DATA}")
    return DATA


@pytest.fixture(scope="session")
def activity() -> cib.Activity:
    """A small simulated takedown."""
    return cib.simulate(scale=0.003, seed=5).activity


@pytest.fixture(scope="session")
def detection(activity: cib.Activity) -> cib.Detection:
    """What is detected in it."""
    return cib.detect(activity, progress=False)


@pytest.fixture(scope="module", params=ENGINES)
def put(request: pytest.FixtureRequest) -> Iterator[Put]:
    """From a frame in memory to one on an engine."""
    with request.param() as onto:
        yield onto
