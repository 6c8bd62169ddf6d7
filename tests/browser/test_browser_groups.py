"""A group of copies is decided on one page: by keys alone, by a plain form, and taken back as one step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from catalog.library import Library
from catalog.model import Group

from .conftest import Server

pytestmark = pytest.mark.browser
Open = Callable[..., Any]


@pytest.fixture
def group(library: Library) -> Group:
    """The largest group of the example stories."""
    return max(library.groups(), key=lambda g: len(g.images))


def test_a_group_is_decided_by_keys(server: Server, open_page: Open, library: Library, group: Group) -> None:
    """From the queue g shows all copies; j moves, b chooses the best, 3 parts one, Enter decides, u takes all of it back."""
    finding = next(f for f in library.all_findings("duplicate") if set(f.subjects) <= set(group.images))
    page = open_page(f"{server.address}/review/{finding.id}")
    page.keyboard.press("g")
    page.wait_for_selector("html.ready [data-copy]:focus")
    assert page.locator("[data-copy]").count() == len(group.images)
    assert page.locator("[name=best]:checked").get_attribute("value") == group.best
    page.keyboard.press("j")
    best = page.locator("[data-copy]:focus [name=best]").get_attribute("value")
    page.keyboard.press("b")
    page.keyboard.press("j")
    gone = page.locator("[data-copy]:focus [name=best]").get_attribute("value")
    page.keyboard.press("3")
    page.keyboard.press("n")
    page.keyboard.type("u 3 b j")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.startswith(f"{server.address}/review/"))
    view = library.group(best)
    assert view.group.best == best and gone in view.apart and len(view.group.images) == len(group.images) - 1
    assert {d.note for d in library.log().items} == {"u 3 b j"}
    page.goto(f"{server.address}/groups/{best}")
    page.wait_for_selector("html.ready")
    page.keyboard.press("u")
    page.wait_for_function(f"() => document.querySelectorAll('[data-copy]').length === {len(group.images)}")
    assert library.group(gone).group == group


def test_any_two_pictures_are_compared_and_decided_by_keys(server: Server, open_page: Open, library: Library) -> None:
    """Two selected pictures lead to their comparison; Enter decides nothing there, a key does, u takes it back, s leaves."""
    page = open_page(f"{server.address}/search?q=is:linked+-is:duplicate")
    for number in (0, 1):
        assert page.locator("[data-compare]").is_hidden()
        page.locator("#hits .pick").nth(number).check(force=True)
    page.locator("[data-compare]").click()
    page.wait_for_selector("html.ready body.on-compare")
    page.keyboard.press("Enter")
    assert not library.log().items
    page.keyboard.press("1")
    page.wait_for_selector("header .tech .who")
    [said] = library.log().items
    assert (said.action, said.values["best"]) == ("same", page.url.split("/compare/")[1].split("/")[0])
    page.wait_for_selector("html.ready")
    page.keyboard.press("u")
    page.wait_for_selector("header .tech .who", state="detached")
    assert library.log().items[0].undoes == (said.id,)
    page.keyboard.press("s")
    page.wait_for_url("**/search?q=is*")


def test_a_group_is_decided_without_scripts(server: Server, open_page: Open, library: Library, group: Group) -> None:
    """With scripts off one form decides the whole group; where copies differ in credit the person chooses; one undo."""
    other = next(i for i in group.images if i != group.best)
    library.edit(other, {"credit": "Coastline Agency"})
    before = library.record(group.best)
    page = open_page(f"{server.address}/groups/{group.best}", java_script_enabled=False)
    page.locator("label", has_text="Coastline Agency").locator("input").check()
    page.get_by_role("button", name="Decide all at once").click()
    page.wait_for_url("**/groups")
    assert set(library.group(group.best).said.values()) <= {"same", "crop"}
    after = library.record(group.best)
    assert after.credit == "Coastline Agency" and after.captions == before.captions and after.usages == before.usages
    page.goto(f"{server.address}/groups/{group.best}")
    assert page.locator(".headline .badge").inner_text() == "decided"
    page.get_by_role("button", name="Undo").click()
    page.wait_for_load_state()
    assert not library.group(group.best).said and library.record(group.best).credit == before.credit
