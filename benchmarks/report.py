"""Measure the cost of a report: `python benchmarks/report.py [--scale 0.01]`.

Prints the seconds to write and to open it, its size, and the seconds of detection on the same machine for comparison.
To open it, `.[browser]` and chromium are required.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import cib


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=0.01)
    options = parser.parse_args()
    activity, _ = cib.simulate("takedown-2020", scale=options.scale, seed=0)
    start = time.perf_counter()
    detection = cib.detect(activity, progress=False)
    detected = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        page = detection.report(Path(folder) / "report.html")
        written = time.perf_counter() - start
        print(f"{detection!r}, {detected:.1f} s")
        print(f"written in {written:.1f} s ({written / detected:.2f} of detection), {page.stat().st_size / 1e6:.1f} MB")
        print(f"opened and drawn in {opened(page):.1f} s")


def opened(page: Path) -> float:
    """Measure the seconds until the map is drawn, in a browser without GPU."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        tab = browser.new_page()
        start = time.perf_counter()
        tab.goto(page.as_uri())
        tab.locator(".legend .dot").first.wait_for()
        tab.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        taken = time.perf_counter() - start
        browser.close()
    return taken


if __name__ == "__main__":
    main()
