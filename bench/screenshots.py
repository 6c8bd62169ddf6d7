"""Takes the pictures of the desk that the documentation shows, from the example stories, so that they never go stale.

python bench/screenshots.py [FOLDER]        (needs Chromium and Playwright; default: docs/pictures)
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from PIL import Image

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))

from catalog.library import Library, open_library  # noqa: E402
from web import serve  # noqa: E402

#: Bytes that a picture should have at most.
MOST = 250_000
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def address(library: Library) -> str:
    """Serve ``library`` from a thread and return its address."""
    ready = threading.Event()
    found: list[str] = []

    def started(at: str) -> None:
        found.append(at.rstrip("/"))
        ready.set()

    threading.Thread(target=serve, args=(library,), kwargs={"port": 0, "ready": started}, daemon=True).start()
    if not ready.wait(30):
        raise SystemExit("The server did not start.")
    return found[0]


def views(library: Library) -> list[tuple[str, str, dict[str, int], str, str]]:
    """Return (name, path, size, colour scheme, key to press) of every picture to take."""
    pair = library.search("footbridge").items
    first = {f.kind: f.id for f in reversed(list(library.all_findings()))}
    group = max(library.groups(), key=lambda g: len(g.images))
    text = next(a for a in library.articles() if a.kind == "plaintext")
    return [
        ("search", "/", WIDE, "light", ""),
        ("search-dark", "/", WIDE, "dark", ""),
        ("picture", f"/images/{pair[-1].id}", WIDE, "light", ""),
        ("article", f"/articles/{text.id}", WIDE, "light", ""),
        ("review", f"/review/{first['conflict']}", WIDE, "light", ""),
        ("review-duplicate", f"/review/{first['duplicate']}", WIDE, "dark", "f"),
        ("compare", f"/compare/{pair[0].id}/{pair[-1].id}", WIDE, "light", "[data-mode=wipe]"),
        ("group", f"/groups/{group.best}", WIDE, "light", ""),
        ("import", "/import", WIDE, "light", ""),
        ("overview", "/overview", WIDE, "light", ""),
        ("search-narrow", "/", NARROW, "light", ""),
        ("review-narrow", f"/review/{first['duplicate']}", NARROW, "dark", ""),
    ]


def take(browser: Any, base: str, library: Library, folder: Path) -> None:
    """Take every picture."""
    for name, path, size, scheme, key in views(library):
        context = browser.new_context(viewport=size, color_scheme=scheme)
        page = context.new_page()
        page.goto(base + path)
        page.wait_for_selector("html.ready", state="attached")
        page.wait_for_load_state("networkidle")
        if key.startswith("["):
            page.click(key)
        elif key:
            page.keyboard.press(key)
        page.wait_for_timeout(400)
        size_of = small(page.screenshot(), folder / f"{name}.png")
        context.close()
        print(f"{folder / name}.png {size_of // 1000:,} kB")


def small(shot: bytes, path: Path) -> int:
    """Write a screenshot with a palette of its own, smaller where that is more than MOST bytes; return its size."""
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    for scale in (1, 2 / 3, 1 / 2):
        fitted = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)
        reduced = fitted.quantize(256, Image.Quantize.MEDIANCUT, kmeans=2, dither=Image.Dither.NONE)
        reduced.save(path, optimize=True)
        if path.stat().st_size <= MOST:
            break
    return path.stat().st_size


def main() -> None:
    """Import the stories into a catalogue of their own and take the pictures."""
    from playwright.sync_api import sync_playwright

    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = os.environ.get("CHROMIUM") or next((p for n in names if (p := shutil.which(n))), None)
    with tempfile.TemporaryDirectory() as scratch, open_library(Path(scratch) / "catalogue") as library:
        for _ in library.import_([HERE / "fixtures" / "stories"]):
            pass
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            take(browser, address(library), library, folder)
            browser.close()


if __name__ == "__main__":
    main()
