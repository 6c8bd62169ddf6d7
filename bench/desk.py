"""The desk as a browser meets it: how soon the next finding is there, and what a first visit of each page transfers.

    python bench/desk.py CATALOGUE        (needs Chromium and Playwright; works on a copy)

Twenty findings are decided and five taken back with keys alone; each time runs from the key to the frame that shows the next
finding, by the page's own clock. Transfer is everything but pictures, with an empty cache, as the browser counts it.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.screenshots import address
from catalog.library import Library, open_library

DECISIONS, UNDONE = 20, 5
WATCH = """() => {
  window.times = [];
  let pressed = 0;
  addEventListener('keydown', () => { pressed = performance.now(); }, true);
  new MutationObserver(() => requestAnimationFrame(() => window.times.push(performance.now() - pressed)))
    .observe(document.getElementById('main'), { childList: true });
}"""
TRANSFER = """() => performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
  .filter(e => e.initiatorType !== 'img').reduce((sum, e) => sum + e.transferSize, 0)"""


def _press(page: Any, key: str) -> None:
    page.wait_for_function("() => !Number(document.documentElement.dataset.pending)")
    here = page.locator("#desk").get_attribute("data-finding")
    page.keyboard.press(key)
    page.wait_for_function("here => document.getElementById('desk').dataset.finding !== here", arg=here)


def review(page: Any, base: str, library: Library) -> None:
    """Decide and take back by keys; print the times and whether all of it is in the log."""
    page.goto(base + "/review")
    page.wait_for_selector("html.ready", state="attached")
    page.evaluate(WATCH)
    for _ in range(DECISIONS):
        _press(page, "Enter")
    for _ in range(UNDONE):
        _press(page, "u")
    page.wait_for_function("() => !Number(document.documentElement.dataset.pending)")
    times = page.evaluate("window.times")
    for name, part in (("decided", times[:DECISIONS]), ("undone", times[DECISIONS:])):
        print(
            f"{len(part)} {name}: next shown after {statistics.median(part):.0f} ms (median), {max(part):.0f} ms (most)"
        )
    log = library.log(limit=100).items
    print(
        f"in the log: {sum(d.action != 'undo' for d in log)} decisions, {sum(d.action == 'undo' for d in log)} undone"
    )


def transfer(browser: Any, base: str, library: Library) -> None:
    """Print what each page transfers at a first visit, without pictures."""
    hit = library.search(limit=1).items[0].id
    usages = library.record(hit).usages
    articles = [f"/articles/{usages[0].article}"] if usages else []
    groups = [f"/groups/{g.best}" for g in library.groups() if len(g.images) > 1][:1]
    for path in (
        "/",
        "/search?view=list",
        f"/images/{hit}",
        *articles,
        *groups,
        "/review",
        "/import",
        "/log",
        "/overview",
    ):
        context = browser.new_context()
        page = context.new_page()
        page.goto(base + path)
        page.wait_for_selector("html.ready", state="attached")
        print(f"{path:<34}{page.evaluate(TRANSFER) / 1000:>8.1f} kB")
        context.close()


def main() -> None:
    """Measure and print."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = os.environ.get("CHROMIUM") or next((p for n in names if (p := shutil.which(n))), None)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "catalogue"
        shutil.copytree(sys.argv[1], folder)
        with open_library(folder) as library, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            base = address(library)
            transfer(browser, base, library)
            review(browser.new_page(), base, library)
            browser.close()


if __name__ == "__main__":
    main()
