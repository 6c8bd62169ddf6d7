"""Every page for everybody: axe-core finds nothing, light and dark; narrow screens need no sideways scrolling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from catalog.library import Library
from web.access import Access, Person, hash_password

from .conftest import Server

pytestmark = pytest.mark.browser
Open = Callable[..., Any]
#: All rules for one scheme; the other can only differ in contrast.
RULES = {
    "light": {
        "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    },
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},
}


def _pages(server: Server) -> list[str]:
    library = server.library
    pair = library.search("footbridge").items
    article = library.record(pair[0].id).usages[0].article
    kinds = {f.kind: f.id for f in library.all_findings()}
    return [
        "/", "/search?view=list&q=bridge", "/search?view=articles&q=bridge", "/search?q=%28broken", "/search?q=zzqqxx",
        f"/images/{pair[0].id}", f"/articles/{article}", *(f"/review/{ident}" for ident in kinds.values()),
        f"/compare/{pair[0].id}/{pair[1].id}", f"/groups/{pair[0].id}", "/groups", "/import", "/log", "/overview", "/nowhere",
    ]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(reading: Server, open_page: Open, errors: list[str], scheme: str) -> None:
    """No page breaks a rule of WCAG 2.2 AA or of good practice that can be checked by a program."""
    axe = Axe()
    page = open_page(reading.address, color_scheme=scheme)
    found = []
    for path in _pages(reading):
        page.goto(reading.address + path)
        for details in page.locator("main details").all():
            details.evaluate("e => { e.open = true; }")
        result = axe.run(page, options=RULES[scheme])
        for violation in result.response["violations"]:
            found.append((path, violation["id"], [n["html"][:160] for n in violation["nodes"][:3]]))
    errors[:] = [e for e in errors if "status of 40" not in e]
    assert not found, found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_narrow_screens_scroll_one_way(reading: Server, open_page: Open, errors: list[str], scheme: str) -> None:
    """From the width of a tablet down to 320 pixels nothing sticks out sideways."""
    page = open_page(reading.address, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    wide = []
    for width in (1024, 768, 660, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        for path in _pages(reading):
            page.goto(reading.address + path)
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if over > 0:
                wide.append((path, width, over))
    errors[:] = [e for e in errors if "status of 40" not in e]
    assert not wide, wide


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_log_in_page_and_refusals_are_for_everybody(
    library: Library, open_page: Open, errors: list[str], scheme: str, width: int
) -> None:
    """Logging in, a wrong password, and a decision that came too late: axe finds nothing, and nothing sticks out sideways."""
    guarded = Server(library, Access({"anna": Person("anna", "reviewer")}, {"anna": hash_password("a long password")}))
    page = open_page(guarded.address + "/login", color_scheme=scheme, viewport={"width": width, "height": 844})
    axe = Axe()
    found: list[tuple[str, object]] = []

    def look(at: str) -> None:
        page.wait_for_load_state("load")
        for violation in axe.run(page, options=RULES[scheme]).response["violations"]:
            told = [(n["html"][:160], [c["message"] for c in n["any"]]) for n in violation["nodes"][:3]]
            found.append((at, (violation["id"], told)))
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found.extend([(at, over)] if over > 0 else [])

    def log_in(password: str) -> None:
        page.fill("#login-name", "anna")
        page.fill("#login-password", password)
        page.keyboard.press("Enter")

    look("log-in")
    log_in("not that one")
    page.wait_for_selector("[role=alert]")
    look("wrong password")
    log_in("a long password")
    page.wait_for_selector("#hits")
    finding = library.findings("duplicate", limit=1).items[0]
    page.goto(f"{guarded.address}/review/{finding.id}")
    library.decide(finding.id, "same", who="Ben", note="they are one")
    page.locator("form[data-decide]").evaluate(
        """f => { f.elements.seen.value = '0.'; const i = document.createElement('input'); i.name = 'choice';
        i.value = 'action=same'; f.append(i); HTMLFormElement.prototype.submit.call(f); }"""
    )
    page.wait_for_selector(".problem")
    look("too late")
    errors[:] = [e for e in errors if "status of 4" not in e]
    assert not found, found


def test_focus_is_always_seen(reading: Server, open_page: Open) -> None:
    """Going through a page by Tab, whatever has the focus has an outline; the first stop skips to the content."""
    page = open_page(reading.address + "/review")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    for _ in range(25):
        outline = page.evaluate(
            "() => { const e = document.activeElement; return e === document.body ? 'body' : getComputedStyle(e).outlineStyle; }"
        )
        assert outline != "none", page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        page.keyboard.press("Tab")


def test_right_to_left_captions_are_set_so(server: Server, open_page: Open) -> None:
    """A caption in Arabic runs from right to left on the picture's page."""
    library = server.library
    ident = library.search(limit=1).items[0].id
    library.edit(ident, {"caption": "سكان يعبرون الجسر في الموصل"})
    page = open_page(f"{server.address}/images/{ident}")
    assert page.locator("h1").evaluate("e => getComputedStyle(e).direction") == "rtl"
