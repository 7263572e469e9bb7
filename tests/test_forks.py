"""A forked copy of a process that has used cib says so instead of waiting forever."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_CODE = """
import os, sys
import polars as pl, cib
frame = pl.DataFrame({"account_id": ["a", "b"], "created_at": [1_591_920_001] * 2, "target_post_id": ["x", "x"]})
if sys.argv[1] == "used":
    cib.read(frame, progress=False)
child = os.fork()
if child == 0:
    try:
        print(len(cib.read(frame, progress=False)), flush=True)
    except cib.CibError as error:
        print(error, flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize(("used", "said"), [("used", "get_context('spawn')"), ("not", "2")])
def test_a_forked_process_says_what_to_do(used, said):
    command = [sys.executable, "-W", "ignore", "-c", _CODE, used]
    root = Path(__file__).parents[1]
    ended = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)
    assert said in ended.stdout, ended.stderr
