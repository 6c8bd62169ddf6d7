"""Reviewing by keys alone, with the next finding there at once; and without any script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from bench.archive import fill, thumbnails
from catalog.library import Library, open_library

from .conftest import Server

pytestmark = pytest.mark.browser
Open = Callable[..., Any]


def _shown(page: Any) -> str:
    return str(page.locator("#desk").get_attribute("data-finding"))


def _settled(page: Any) -> None:
    """Wait until all is written and the next finding is fetched, as they are while a person looks at this one."""
    page.wait_for_function("() => !Number(document.documentElement.dataset.pending)")


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Library]:
    """A made-up catalogue in which more waits than one sitting decides."""
    with open_library(tmp_path / "queue") as library:
        fill(library, 150)
        thumbnails(library, 150)
        yield library


def test_twenty_decisions_and_all_of_them_undone_by_keys_alone(queue: Library, open_page: Open) -> None:
    """Each key decides one finding and shows the next, in the queue's order; none is lost; undo goes back through all, last first.

    How fast the next one is there is measured by bench/desk.py.
    """
    library, server = queue, Server(queue)
    page = open_page(server.address + "/review")
    before = library.findings().total
    order = [f.id for f in library.findings(limit=21).items]
    decided = []
    for _ in range(20):
        _settled(page)
        here = _shown(page)
        decided.append(here)
        page.keyboard.press("Enter")
        page.wait_for_function("here => document.getElementById('desk').dataset.finding !== here", arg=here)
    _settled(page)
    assert [*decided, _shown(page)] == order
    assert [d.subject for d in library.log(limit=20).items] == decided[::-1]
    for n, ident in enumerate(reversed(decided), 1):
        page.keyboard.press("u")
        page.wait_for_function("ident => document.getElementById('desk').dataset.finding === ident", arg=ident)
        assert library.findings().total == before - 20 + n
    page.wait_for_function("n => document.querySelector('[data-total]').textContent === String(n)", arg=before)
    assert [f.id for f in library.findings(limit=21).items] == order


def test_keys_are_dead_in_fields(server: Server, open_page: Open, library: Library) -> None:
    """While one types a note nothing is decided; Escape gives the keys back, and the note goes with the decision."""
    page = open_page(server.address + "/review")
    here = _shown(page)
    page.keyboard.press("n")
    page.keyboard.type("u x 0 1 s j k")
    assert _shown(page) == here and library.log().total == 0
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.wait_for_function("here => document.getElementById('desk').dataset.finding !== here", arg=here)
    _settled(page)
    assert library.log().items[0].note == "u x 0 1 s j k"


def test_skip_back_and_help(reading: Server, open_page: Open) -> None:
    """s and j go on, k goes back, the numbers follow, ? shows the keys and takes them away."""
    page = open_page(reading.address + "/review")
    first = _shown(page)
    page.keyboard.press("s")
    page.wait_for_function("here => document.getElementById('desk').dataset.finding !== here", arg=first)
    assert page.locator("[data-n]").inner_text() == "2"
    page.keyboard.press("k")
    page.wait_for_function("here => document.getElementById('desk').dataset.finding === here", arg=first)
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("1")
    page.keyboard.press("?")
    assert not page.locator("#keys").is_visible() and reading.library.log().total == 0


def test_someone_faster_is_told(server: Server, open_page: Open, library: Library, errors: list[str]) -> None:
    """A decision on what another decided comes back with the reason; theirs stands."""
    page = open_page(server.address + "/review")
    _settled(page)
    here = _shown(page)
    finding = library.finding(here).finding
    library.decide(here, finding.actions[-1], who="somebody faster")
    page.keyboard.press("Enter")
    page.wait_for_selector(".say.bad.on")
    page.wait_for_function("here => document.getElementById('desk').dataset.finding === here", arg=here)
    assert "somebody faster" in page.locator("[data-screen]").inner_text()
    assert library.log().total == 1
    assert all("409" in e for e in errors)
    errors.clear()


def test_review_without_scripts(server: Server, open_page: Open, library: Library) -> None:
    """With scripts off the same buttons decide, go on, and undo."""
    page = open_page(server.address + "/review", java_script_enabled=False)
    first = library.findings(limit=1).items[0].id
    page.locator("form.decide button").first.click()
    page.wait_for_url(lambda url: first not in url)
    assert library.finding(first).finding.status == "decided"
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(lambda url: first in url)
    assert library.finding(first).finding.status == "open"


def test_each_kind_is_decided_without_scripts(server: Server, open_page: Open, library: Library) -> None:
    """Of every kind of finding the first button decides, without any script, and the log's button takes it back."""
    kinds = {f.kind: f for f in library.all_findings()}
    assert len(kinds) == 6
    page = open_page(server.address, java_script_enabled=False)
    for finding in kinds.values():
        page.goto(f"{server.address}/review/{finding.id}")
        button = page.locator("form[data-decide] .choices button").first
        action = parse_qs(button.get_attribute("value"))["action"][0]
        button.click()
        page.wait_for_url(lambda url, ident=finding.id: ident not in url)
        [made] = library.log(limit=1).items
        assert (made.subject, made.action, made.kind) == (finding.id, action, finding.kind)
        assert library.finding(finding.id).finding.status == "decided"
        page.goto(f"{server.address}/log")
        page.locator("table.log button").first.click()
        page.wait_for_selector("tr.undone")
        assert library.finding(finding.id).finding == finding


@pytest.mark.parametrize(("width", "height"), [(390, 844), (720, 450)])
def test_the_buttons_are_on_a_narrow_screen_too(
    server: Server, open_page: Open, library: Library, width: int, height: int
) -> None:
    """On a telephone and at 200 % the suggested answer of each kind of finding is on the screen without scrolling; the bar takes
    less than half of it, and what it lies over can be scrolled out from under it."""
    kinds = {f.kind: f.id for f in library.all_findings()}
    page = open_page(server.address, viewport={"width": width, "height": height})
    for ident in kinds.values():
        page.goto(f"{server.address}/review/{ident}")
        page.wait_for_selector("html.ready", state="attached")
        box = page.locator("form[data-decide] .choices button.primary").bounding_box()
        bar = page.locator("form[data-decide]").bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= height, (ident, box)
        assert bar["height"] < height / 2
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        last = page.locator(".facts-of").evaluate("e => e.lastElementChild.getBoundingClientRect().bottom")
        assert last <= height + 1


def test_search_and_compare_without_scripts(reading: Server, open_page: Open) -> None:
    """With scripts off the search, the record and both pictures of a pair are there."""
    page = open_page(reading.address + "/search?q=footbridge", java_script_enabled=False)
    page.locator("#hits a").first.click()
    page.locator(".matches a").first.click()
    page.locator(".pair img").first.wait_for(state="visible")
    assert page.locator(".pair img").count() == 2


def _next(page: Any, here: str) -> None:
    page.wait_for_function("here => document.getElementById('desk').dataset.finding !== here", arg=here)


def test_a_key_that_is_held_or_bounces_decides_once(server: Server, open_page: Open, library: Library) -> None:
    """Holding a key down, and pressing it twice before one can have looked, decide one finding and leave the next alone."""
    page = open_page(server.address + "/review")
    _settled(page)
    first = _shown(page)
    for _ in range(8):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    _next(page, first)
    _settled(page)
    assert [d.subject for d in library.log().items] == [first]
    second = _shown(page)
    page.evaluate(
        """() => {
          const press = (key) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
          for (const key of ['1', '1', '2', 'Enter']) press(key);
          document.querySelector('form[data-decide] button').click();
        }"""
    )
    _next(page, second)
    _settled(page)
    assert [d.subject for d in library.log().items] == [second, first]


def test_keys_while_the_next_is_loading_decide_nothing(server: Server, open_page: Open, library: Library) -> None:
    """Between a decision and the next finding's coming, keys decide nothing; where one has gone meanwhile, there one stays."""
    page = open_page(server.address + "/review")
    _settled(page)
    first = _shown(page)
    page.keyboard.press("s")
    _next(page, first)
    _settled(page)
    here, held = _shown(page), []
    third = page.locator("a[rel=next]").get_attribute("href").split("/")[-1]
    page.evaluate("document.querySelector('a[rel=next]').href += '?kind='")
    page.route("**/review/*?kind=", lambda route: held.append(route))
    page.keyboard.press("1")
    page.wait_for_timeout(300)
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.keyboard.press("k")
    page.wait_for_function("id => document.getElementById('desk').dataset.finding === id", arg=first)
    assert held and _shown(page) == first != third
    held[0].continue_()
    _settled(page)
    assert _shown(page) == first
    assert [d.subject for d in library.log().items] == [here]


def test_one_key_decides_each_kind_and_u_goes_back_through_them(
    server: Server, open_page: Open, library: Library
) -> None:
    """Enter takes what is suggested for each kind of finding and the next comes; u goes back through all of them, last first."""
    kinds = {f.kind: f.id for f in reversed(list(library.all_findings()))}
    assert len(kinds) >= 5
    page = open_page(server.address + "/review")
    for ident in kinds.values():
        page.goto(f"{server.address}/review/{ident}")
        page.wait_for_selector("html.ready", state="attached")
        _settled(page)
        suggested = page.locator("form[data-decide] button.primary").get_attribute("value").split("&")[0]
        page.keyboard.press("Enter")
        _next(page, ident)
        _settled(page)
        assert f"action={library.log(limit=1).items[0].action}" == suggested
    assert [d.subject for d in library.log(limit=20).items] == list(kinds.values())[::-1]
    for ident in reversed(kinds.values()):
        page.keyboard.press("u")
        page.wait_for_function("id => document.getElementById('desk').dataset.finding === id", arg=ident)
    assert all(library.finding(ident).finding.status == "open" for ident in kinds.values())


def test_a_number_is_the_caption_with_that_number(server: Server, open_page: Open, library: Library) -> None:
    """Beside a picture without caption the captions of its article carry the keys that link them."""
    finding = next(
        f
        for f in library.all_findings("image-without-caption")
        if any(":" not in c for c in library.finding(f.id).captions)
    )
    page = open_page(f"{server.address}/review/{finding.id}")
    shown = page.locator("[data-of-caption]").first
    key, caption = shown.locator("kbd").inner_text(), shown.get_attribute("data-of-caption")
    page.keyboard.press(key)
    _next(page, finding.id)
    _settled(page)
    assert key == "1" and [d.action for d in library.log().items] == ["link"]
    assert any(u.caption.id == caption and u.status == "linked" for u in library.record(finding.subjects[0]).usages)


def test_a_question_is_answered_without_scrolling(server: Server, open_page: Open, library: Library) -> None:
    """On a small laptop the buttons of every kind of finding are on the screen, however long the caption is."""
    kinds = {f.kind: f.id for f in library.all_findings()}
    image = library.finding(kinds["conflict"]).finding.images[0]
    library.edit(
        image, {"caption": " ".join(["Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 3, *["words"] * 600])}
    )
    page = open_page(server.address, viewport={"width": 1280, "height": 720})
    for path in (*(f"/review/{ident}" for ident in kinds.values()), f"/images/{image}"):
        page.goto(server.address + path)
        page.wait_for_selector("html.ready", state="attached")
        page.locator(".facts-of blockquote").evaluate_all("all => all.forEach(b => b.append(' and so on'.repeat(300)))")
        low = page.locator("form[data-decide] .choices button").evaluate_all(
            "all => all.filter(b => b.getBoundingClientRect().bottom > innerHeight).map(b => b.textContent)"
        )
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert not low and wide <= 0, (path, low, wide)


def test_review_by_the_mouse_alone(server: Server, open_page: Open, library: Library) -> None:
    """A finding of each kind is decided by its first button and brought back by another, both on the screen, no key pressed."""
    page = open_page(server.address + "/review")
    kinds = {f.kind: f.id for f in library.all_findings()}
    assert len(kinds) > 3
    for kind, ident in kinds.items():
        page.goto(f"{server.address}/review/{ident}")
        page.wait_for_selector("html.ready", state="attached")
        _settled(page)
        button = page.locator("form[data-decide] button[name=choice]").first
        button.scroll_into_view_if_needed()
        assert page.evaluate("scrollY") == 0, kind
        button.click()
        _next(page, ident)
        _settled(page)
        assert library.finding(ident).finding.status == "decided", kind
        page.locator("form[data-undo] button").first.click()
        page.wait_for_function("ident => document.getElementById('desk').dataset.finding === ident", arg=ident)
        _settled(page)
        assert library.finding(ident).finding.status == "open", kind
