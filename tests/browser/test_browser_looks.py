"""What pages look like on paper, in forced colours, and for people whom motion disturbs."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from . import visits
from .conftest import Server

pytestmark = pytest.mark.browser
Open = Callable[..., Any]


def _path(server: Server) -> str:
    return f"{server.address}/images/{server.library.search('footbridge').items[0].id}"


def test_paper_gets_pictures_and_words_only(reading: Server, open_page: Open) -> None:
    """Printed, a picture's page has its captions in black on white, and no bar, field or button."""
    page = open_page(_path(reading), color_scheme="dark")
    page.emulate_media(media="print")
    shown = "e => e.checkVisibility()"
    for gone in (".top", ".edit form", ".skip", "main button"):
        assert not any(page.locator(gone).nth(n).evaluate(shown) for n in range(page.locator(gone).count())), gone
    assert page.locator(".timeline .caption").first.evaluate(shown)
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"


def test_paper_gets_both_pictures_and_all_copies(reading: Server, open_page: Open) -> None:
    """Printed, a comparison has both pictures however it was looked at, a group all its copies, a list no links that sort it."""
    pair = [hit.id for hit in reading.library.search("footbridge").items]
    shown = "all => all.filter(e => e.checkVisibility() && e.getBoundingClientRect().width > 50).length"
    for path, pictures in ((f"/compare/{pair[0]}/{pair[1]}", ".viewer img"), (f"/groups/{pair[0]}", ".copies img")):
        page = open_page(reading.address + path)
        page.emulate_media(media="print")
        page.wait_for_function("getComputedStyle(document.querySelector('.top')).display === 'none'")
        assert page.locator(pictures).evaluate_all(shown) == len(pair)
        assert not page.locator("canvas, input, fieldset, button").evaluate_all(shown)
    page = open_page(reading.address)
    page.emulate_media(media="print")
    page.wait_for_function("getComputedStyle(document.querySelector('.top')).display === 'none'")
    assert not page.locator(".sorts, .views, .review").evaluate_all(shown)


def test_forced_colours_lose_nothing(reading: Server, open_page: Open) -> None:
    """In forced colours the focus is outlined, chosen buttons and links are told by more than colour, plots are drawn."""
    page = open_page(reading.address, forced_colors="active")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    current = page.locator("nav [aria-current]").first
    assert (
        current.evaluate("e => getComputedStyle(e).textDecorationLine + getComputedStyle(e).borderBottomStyle")
        != "nonenone"
    )
    colours = "e => [getComputedStyle(e).fill, getComputedStyle(document.body).backgroundColor]"
    fill, ground = page.locator(".histogram rect:not(.reach)").first.evaluate(colours)
    assert fill != ground


def test_nothing_moves_for_whom_motion_disturbs(reading: Server, open_page: Open) -> None:
    """With reduced motion no element has an animation or transition that takes time, and nothing scrolls by itself smoothly."""
    for path in ("/", "/review", "/overview"):
        page = open_page(reading.address + path, reduced_motion="reduce")
        moving = page.evaluate(
            """() => [...document.querySelectorAll('*')].filter(e => {
              const s = getComputedStyle(e);
              const long = s.transitionDuration.split(',').some(t => parseFloat(t) > 0) && s.transitionProperty !== 'none';
              return long || s.animationName !== 'none' || s.scrollBehavior === 'smooth';
            }).map(e => e.className || e.tagName)"""
        )
        assert not moving, (path, moving[:5])


@pytest.mark.parametrize("width", [360, 1024])
def test_what_opens_below_a_button_stays_on_the_page(reading: Server, open_page: Open, width: int) -> None:
    """The boxes of the search bar and of one's settings are shown whole, with all that is in them inside their frame."""
    page = open_page(f"{reading.address}/search?q=bridge", viewport={"width": width, "height": 740})
    menus = page.locator("[data-menu] > summary")
    assert menus.count() == 3
    for n in range(menus.count()):
        menus.nth(n).click()
        outside = page.evaluate(
            """() => [...document.querySelectorAll('[data-menu][open] .sheet, [data-menu][open] .sheet *')].filter(e => {
              const box = e.getBoundingClientRect(), sheet = e.closest('.sheet').getBoundingClientRect();
              return box.left < 0 || box.right > innerWidth || box.right > sheet.right;
            }).map(e => e.outerHTML.slice(0, 80))"""
        )
        assert not outside
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        menus.nth(n).click()


def test_a_link_that_stands_by_itself_can_be_hit(reading: Server, open_page: Open) -> None:
    """Download, look-alikes, the credit and the article of a finding are targets of 24 pixels or more."""
    conflict = next(f.id for f in reading.library.all_findings() if f.kind == "conflict")
    for path in (_path(reading), f"{reading.address}/review/{conflict}"):
        page = open_page(path)
        sizes = page.locator("main .tech > a, main .byline > a").evaluate_all(
            "all => all.filter(e => e.checkVisibility()).map(e => [e.textContent, e.getBoundingClientRect().height])"
        )
        assert sizes
        assert [(name, height) for name, height in sizes if height < 24] == []


def test_twice_as_large_a_text_keeps_the_bar_on_the_page(reading: Server, open_page: Open) -> None:
    """With text at 200 % the bar's links scroll within it, and no page scrolls sideways."""
    page = open_page(_path(reading), viewport={"width": 1280, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk = page.locator(".top [data-menu] > summary").bounding_box()
    assert desk["x"] + desk["width"] <= 1280


@pytest.mark.parametrize("width", [660, 720, 960])
def test_twice_as_large_a_page_keeps_its_links_in_view(reading: Server, open_page: Open, width: int) -> None:
    """At 200 % the search field of the bar gives way, not the links, and the kinds of the queue take one line."""
    page = open_page(f"{reading.address}/review", viewport={"width": width, "height": 450})
    page.wait_for_function("getComputedStyle(document.querySelector('.top')).position === 'sticky'")
    cut = page.evaluate(
        """() => {
          const end = document.querySelector('.top nav').getBoundingClientRect().right + 1;
          const cut = [...document.querySelectorAll('.top nav a')].filter(a => a.getBoundingClientRect().right > end);
          return cut.map(a => a.textContent);
        }"""
    )
    assert cut == []
    tops = page.locator(".kinds a").evaluate_all("all => all.map(a => a.getBoundingClientRect().top)")
    assert len(tops) > 2 and len(set(tops)) == 1


def test_a_caption_of_hundreds_of_words_leaves_room(server: Server, open_page: Open) -> None:
    """The page of a picture begins with the first of the words, so that where it ran is on the screen; all of them can be read."""
    ident = server.library.search("footbridge").items[0].id
    words = " ".join(f"Residents of house {n} wait for news of the bridge." for n in range(60))
    server.library.edit(ident, {"caption": words})
    page = open_page(f"{server.address}/images/{ident}")
    page.wait_for_function("getComputedStyle(document.querySelector('.top')).position === 'sticky'")
    heading = page.locator("#ran-with").bounding_box()
    assert heading is not None and heading["y"] + heading["height"] < 900
    assert page.locator("h1").inner_text() != words
    page.get_by_text("The whole caption").click()
    assert page.locator("header p.caption.long").inner_text() == words


def test_what_would_be_decided_is_read_on_a_narrow_screen(reading: Server, open_page: Open) -> None:
    """The words of each line have the width of the screen, not what two pictures leave of it."""
    page = open_page(reading.address, viewport={"width": 390, "height": 844})
    everything = [hit.id for hit in reading.library.search(limit=100).items]
    visits.Visit("/bulk", {"images": everything, "step": "findings"}).open(page, reading.address)
    line = page.locator(".lines li").first
    assert line.locator(".what").bounding_box()["width"] > 250
    assert line.locator(".what").bounding_box()["y"] > line.locator(".shown").bounding_box()["y"]


@pytest.mark.parametrize("width", [390, 1440])
def test_the_search_bar_has_no_hole(reading: Server, open_page: Open, width: int) -> None:
    """While there is no search to save, nothing keeps its place: buttons stand at the edge or a gap apart."""
    page = open_page(reading.address, viewport={"width": width, "height": 844})
    box, by_picture = (page.locator(at).bounding_box() for at in (".query", ".searchbar > .menu > summary"))
    apart = by_picture["x"] - (box["x"] if by_picture["y"] > box["y"] + box["height"] - 1 else box["x"] + box["width"])
    assert apart in (0, 8)


_SHIFTS = """new PerformanceObserver(seen => { for (const one of seen.getEntries()) window.moved = (window.moved ?? 0) + one.value;
}).observe({ type: 'layout-shift', buffered: true });"""


@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_jumps_while_it_loads(reading: Server, open_page: Open, errors: list[str], width: int) -> None:
    """Pictures that come late, and what scripts change, find their places kept: what one reads stays where it is."""

    def late(route: Any) -> None:
        time.sleep(0.1)
        route.continue_()

    page = open_page(reading.address + "/log", viewport={"width": width, "height": 900})
    page.context.add_init_script(_SHIFTS)
    page.route("**/thumb?*", late)
    moved = {}
    for visit in visits.reading(reading.library, Path()):
        if not visit.fields and not visit.files:
            visit.open(page, reading.address)
            page.wait_for_selector("html.ready", state="attached")
            page.wait_for_load_state("networkidle")
            # The share of the screen that moved times how far, as browsers tell it: a tenth is much.
            if (jumped := page.evaluate("window.moved ?? 0")) > 0.01:
                moved[visit.path] = jumped
    page.unroute_all(behavior="wait")
    errors[:] = [
        told for told in errors if "status of 40" not in told
    ]  # mistaken queries and unknown addresses are among them
    assert not moved
