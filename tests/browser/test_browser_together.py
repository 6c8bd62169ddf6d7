"""Several people at one desk: names in the log, what another decided is marked, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from catalog.library import Library

from .conftest import Server

pytestmark = pytest.mark.browser
Open = Callable[..., Any]


def _name(page: Any, name: str) -> None:
    page.click("details.menu summary")
    page.fill("#who", name)
    page.click("form[action='/name'] button")
    page.wait_for_selector("html.ready", state="attached")


def _finding(page: Any) -> str:
    return str(page.locator("#desk").get_attribute("data-finding"))


def test_two_people_decide_side_by_side(server: Server, open_page: Open, library: Library) -> None:
    """What one decides is marked on the other's screen when they look again; both names are in the log; nothing is twice."""
    anna, ben = open_page(server.address + "/review"), open_page(server.address + "/review")
    _name(anna, "Anna")
    _name(ben, "Ben")
    first = _finding(anna)
    assert _finding(ben) == first
    anna.keyboard.press("Enter")
    anna.wait_for_function("() => !Number(document.documentElement.dataset.pending)")
    ben.evaluate("dispatchEvent(new Event('focus'))")
    ben.wait_for_selector(".kind .badge:text('decided')")
    assert "Anna" in ben.locator("[data-screen]").inner_text()
    ben.keyboard.press("s")
    ben.wait_for_function("here => document.getElementById('desk').dataset.finding !== here", arg=first)
    second = _finding(ben)
    ben.keyboard.press("Enter")
    ben.wait_for_function("() => !Number(document.documentElement.dataset.pending)")
    assert {(d.subject, d.who) for d in library.log().items} == {(first, "Anna"), (second, "Ben")}
    ben.goto(server.address + "/log?who=Anna")
    assert ben.locator("tbody tr").count() == 1


def test_an_edit_that_came_too_late_is_shown_and_kept(
    server: Server, open_page: Open, library: Library, errors: list[str]
) -> None:
    """Two edit one picture: the later one gets a page that shows what changed, and their own words to take along."""
    ident = library.search("footbridge").items[0].id
    anna, ben = (open_page(f"{server.address}/images/{ident}") for _ in range(2))
    for page, note in ((anna, "ask the agency"), (ben, "second opinion")):
        page.fill("#e-note", note)
        page.locator("#e-note").evaluate("e => e.form.requestSubmit()")
        page.wait_for_load_state()
    assert "409" in ben.locator(".status").inner_text()
    said = ben.locator("main").inner_text()
    assert "ask the agency" in said and "second opinion" in said
    assert library.record(ident).note == "ask the agency"
    ben.get_by_role("link", name="See what it is now").click()
    ben.wait_for_selector(".picture")
    assert all("409" in e for e in errors)
    errors.clear()
