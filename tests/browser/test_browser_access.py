"""Every page for everybody: axe-core finds nothing, light and dark; narrow screens need no sideways scrolling."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, request, template_rendered

from catalog.library import Library, open_library
from tests.conftest import STORIES
from web import create_app
from web.access import Access, Person, hash_password

from . import visits
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
#: Windows, and the widths that a narrow one is drawn to: from a tablet's down to the least that WCAG asks for.
SIZES = {"wide": (1440,), "narrow": (1024, 768, 660, 320, 390)}
#: In so many parts the pages are looked at, so that no test takes minutes.
PARTS = 4


class Looker:
    """Looks at a page in each scheme and width, and keeps what is wrong with it."""

    def __init__(self, page: Any, size: str) -> None:
        self.page, self.widths = page, SIZES[size]
        self.axe = Axe()
        self.found: list[tuple[str, object]] = []

    def look(self, at: str) -> None:
        """Look at the page that is open."""
        page = self.page
        page.wait_for_selector("html.ready", state="attached")
        for width in self.widths:
            page.set_viewport_size({"width": width, "height": 844})
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            self.found.extend([(at, (width, over))] if over > 0 else [])
        for details in page.locator("main details").all():
            details.evaluate("e => { e.open = true; }")
        for scheme, rules in RULES.items():
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            for violation in self.axe.run(page, options=rules).response["violations"]:
                told = [(n["html"][:160], [c["message"] for c in n["any"]]) for n in violation["nodes"][:3]]
                self.found.append((at, (scheme, violation["id"], told)))

    def close(self, errors: list[str]) -> None:
        """Nothing was wrong; that a page said so itself by its status is no error of it."""
        errors[:] = [e for e in errors if "status of 4" not in e]
        assert not self.found, self.found


@pytest.fixture(scope="module")
def picture() -> Path:
    """A picture of the example stories, as a person may have it at hand."""
    return next(STORIES.rglob("*.jpg"))


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that says it is a picture and is none."""
    path = (
        tmp_path_factory.mktemp("broken") / "a picture with a rather long name that was cut off while it was copied.jpg"
    )
    path.write_bytes(b"\xff\xd8\xff\xe0 no more")
    return path


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing(
    reading: Server, open_page: Open, errors: list[str], picture: Path, size: str, part: int
) -> None:
    """No page breaks a rule of WCAG 2.2 AA or of good practice that can be checked by a program, light or dark, wide or narrow, and
    nothing sticks out sideways."""
    page = open_page(reading.address)
    looker = Looker(page, size)
    for visit in visits.reading(reading.library, picture)[part::PARTS]:
        visit.open(page, reading.address)
        looker.look(f"{visit.path} {visit.fields.get('step', '')}")
    looker.close(errors)


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_on_empty_pages(open_page: Open, errors: list[str], tmp_path: Path, size: str) -> None:
    """Nor does a page of an empty catalogue."""
    with open_library(tmp_path / "empty") as library:
        server = Server(library)
        page = open_page(server.address)
        looker = Looker(page, size)
        for visit in visits.EMPTY:
            visit.open(page, server.address)
            looker.look(f"empty: {visit.path}")
    looker.close(errors)


@pytest.mark.parametrize("size", SIZES)
def test_the_log_in_page_and_refusals_are_for_everybody(
    library: Library, open_page: Open, errors: list[str], broken: Path, size: str
) -> None:
    """Logging in, a wrong password, a decision that came too late, one of two that did, and a file that is none: axe finds nothing,
    and nothing sticks out sideways."""
    guarded = Server(library, Access({"anna": Person("anna", "admin")}, {"anna": hash_password("a long password")}))
    page = open_page(guarded.address + "/login")
    looker = Looker(page, size)

    def log_in(password: str) -> None:
        page.fill("#login-name", "anna")
        page.fill("#login-password", password)
        page.keyboard.press("Enter")

    looker.look("log-in")
    log_in("not that one")
    page.wait_for_selector("[role=alert]")
    looker.look("wrong password")
    log_in("a long password")
    page.wait_for_selector("#hits")
    for visit in visits.changing(library, broken):
        visit.open(page, guarded.address)
        looker.look(visit.path)
    finding = library.findings("duplicate", limit=1).items[0]
    page.goto(f"{guarded.address}/review/{finding.id}")
    library.decide(finding.id, "same", who="Ben", note="they are one")
    page.locator("form[data-decide]").evaluate(
        """f => { f.elements.seen.value = '0.'; const i = document.createElement('input'); i.name = 'choice';
        i.value = 'action=same'; f.append(i); HTMLFormElement.prototype.submit.call(f); }"""
    )
    page.wait_for_selector(".problem")
    looker.look("too late")
    looker.close(errors)


#: What is no page of its own: files, and parts that a page asks for.
NO_PAGE = {"/static/<path:filename>", "/export", "/search/suggest"}
#: Shown to those who log in: looked at by the test of the log-in page.
GUARDED = {"/login"}, {"login.html"}


def test_every_page_is_looked_at(library: Library, picture: Path, broken: Path) -> None:
    """Each address that shows a page, and each template that one is made of, is among those that axe looks at: a new one is not
    forgotten."""
    app = create_app(library)
    client = app.test_client()
    shown: set[str] = set()
    rules = set(GUARDED[0])

    def drawn(sender: Flask, template: Any, context: dict[str, Any], **more: Any) -> None:
        shown.add(str(template.name))

    with template_rendered.connected_to(drawn, app):
        for visit in (*visits.reading(library, picture), *visits.changing(library, broken)):
            visit.ask(client)
            with app.test_request_context(visit.path, method="POST" if visit.fields or visit.files else "GET"):
                rules.add(str(request.url_rule))
    pages = {r.rule for r in app.url_map.iter_rules() if "GET" in (r.methods or ()) and not r.rule.startswith("/api/")}
    assert pages - NO_PAGE <= rules
    templates = {name for name in app.jinja_env.list_templates() if not name.startswith("_")}
    assert templates - {"base.html"} - GUARDED[1] <= shown


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
