"""The explorer in JupyterLab and marimo: `pytest -m browser` needs '.[notebooks]' and Debian's chromium."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install 'cib-detect[notebooks]'")
pytest.importorskip("anywidget", reason="needs the extra explore")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path: apt-get install chromium"),
]

#: A cell that shows the explorer and writes down what is selected.
CELL = """
import json, pathlib
import cib
detection = cib.detect(cib.simulate(scale=0.002, seed=3).activity, progress=False)
explorer = detection.explore()
place = pathlib.Path({folder!r})
(place / "members.json").write_text(json.dumps(sorted(detection.networks["N2"].members["account_id"])))
explorer.observe(
    lambda _: (place / "selection.json").write_text(json.dumps(sorted(explorer.selection["account_id"]))), "places"
)
explorer
"""


def marimo(folder: Path, port: int) -> tuple[list[str], str]:
    cell = CELL.format(folder=str(folder)).strip().replace("\n", "\n    ")
    file = folder / "notebook.py"
    file.write_text(f"import marimo\napp = marimo.App()\n\n@app.cell\ndef _():\n    {cell}\n    return\n", "utf-8")
    return ["marimo", "run", str(file), "--headless", "--port", str(port), "--no-token"], ""


def jupyterlab(folder: Path, port: int) -> tuple[list[str], str]:
    cell = {
        "cell_type": "code",
        "id": "only",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": CELL.format(folder=str(folder)).strip(),
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "notebook.ipynb").write_text(json.dumps(book), "utf-8")
    options = [
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--IdentityProvider.token=",
        f"--notebook-dir={folder}",
    ]
    return ["jupyterlab", *options], "/lab/tree/notebook.ipynb"


@pytest.mark.slow
@pytest.mark.parametrize("notebook", [marimo, jupyterlab])
def test_a_click_on_a_network_selects_its_members(notebook, tmp_path):
    pytest.importorskip(notebook.__name__, reason="pip install 'cib-detect[notebooks]'")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command, page = notebook(tmp_path, port)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "JUPYTER_CONFIG_DIR": str(tmp_path)}
    log = (tmp_path / "log").open("w")
    server = subprocess.Popen([sys.executable, "-m", *command], env=environment, stdout=log, stderr=log)
    try:
        wait_for(lambda: answers(port))
        click_on_n2(f"http://localhost:{port}{page}", runs_cells=bool(page))
        wait_for((tmp_path / "selection.json").exists)
        selection, members = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("selection", "members"))
        assert selection == members
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("localhost", port)) == 0


def wait_for(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.2)


def click_on_n2(address: str, *, runs_cells: bool) -> None:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        page = chromium.new_page()
        page.goto(address)
        if runs_cells:
            page.locator(".jp-Notebook .jp-Cell").first.click(timeout=90_000)
            page.keyboard.press("Control+Enter")
        page.locator("button.chip[data-network=N2]").click(timeout=180_000)
        page.wait_for_timeout(1000)
        chromium.close()
