"""The module runs the command, and its exit code is that of the command."""

from __future__ import annotations

import subprocess
import sys


def test_the_module_is_the_command(tmp_path):
    command = [sys.executable, "-m", "cib", "inspect", str(tmp_path / "absent.csv")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "absent.csv" in done.stderr
    assert "Traceback" not in done.stderr
