"""The whole job in a real browser, and each page's main task."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bench.archive import fill, thumbnails
from catalog.library import Library, open_library
from catalog.model import Finding

from .conftest import Server

pytestmark = pytest.mark.browser
Open = Callable[..., Any]


def test_from_import_to_undo(
    open_page: Open, cutline: Callable[..., CompletedProcess[str]], stories: Path, tmp_path: Path
) -> None:
    """Import by the command line, search, open a record, decide in the queue by keys, undo: all of it shows at once."""
    catalogue = tmp_path / "desk"
    done = cutline("--catalog", str(catalogue), "import", str(stories / "market"), "--workers", "1")
    assert done.returncode in (0, 1), done.stderr
    with open_library(catalogue) as library:
        server = Server(library)
        page = open_page(server.address)
        done = cutline("--catalog", str(catalogue), "import", str(stories / "flood"), "--workers", "1")
        assert done.returncode in (0, 1), done.stderr
        page.fill("#q", "footbridge")
        page.press("#q", "Enter")
        page.wait_for_selector("#searching[data-query=footbridge]")
        assert page.locator("#hits [data-id]").count() == 2
        page.locator("#hits [data-id] a").first.click()
        page.wait_for_selector(".timeline .caption")
        assert "footbridge" in page.locator("h1").inner_text()
        page.goto(server.address + "/review")
        page.wait_for_selector("html.ready", state="attached")  # a key before the page can take it decides nothing
        total = int(page.locator("[data-total]").inner_text())
        first = page.locator("#desk").get_attribute("data-finding")
        page.keyboard.press("Enter")
        page.wait_for_function("first => document.getElementById('desk').dataset.finding !== first", arg=first)
        page.wait_for_function(f"() => document.querySelector('[data-total]').textContent === '{total - 1}'")
        assert library.log().items[0].subject == first
        page.keyboard.press("u")
        page.wait_for_function("first => document.getElementById('desk').dataset.finding === first", arg=first)
        assert page.locator("[data-total]").inner_text() == str(total)
        assert library.finding(first).finding.status == "open"
        page.close()  # else it asks for pictures of a catalogue that is closed


def test_suggestions_while_typing(reading: Server, open_page: Open) -> None:
    """The box offers fields and values, and arrow keys take them."""
    page = open_page(reading.address)
    page.locator("#q").press_sequentially("cred")
    page.wait_for_selector(".suggestions li:first-child:has-text('credit')")
    page.keyboard.press("ArrowDown")
    assert page.locator("#q").get_attribute("aria-activedescendant")
    page.keyboard.press("Enter")
    assert page.locator("#q").input_value().startswith("credit:")


def test_suggestions_that_come_late_are_no_errors(reading: Server, open_page: Open) -> None:
    """Whoever types on while an answer is under way gets that for the last letter, and the console stays silent."""
    page = open_page(reading.address)

    def late(route: Any) -> None:
        time.sleep(0.5)
        route.continue_()

    page.route("**/search/suggest*", late)
    page.locator("#q").press_sequentially("credi", delay=250)
    page.wait_for_selector(".suggestions li:first-child:has-text('credit')")
    page.unroute_all(behavior="wait")


def test_more_pictures_come_while_scrolling(reading: Server, open_page: Open) -> None:
    """Scrolling loads the rest, once each, without a jump of the address."""
    page = open_page(reading.address + "/?limit=4")
    page.wait_for_function("() => document.querySelectorAll('#hits [data-id]').length > 8")
    total = int(page.locator("#hits").get_attribute("data-total"))
    for _ in range(20):
        page.mouse.wheel(0, 4000)
        if page.locator("#hits [data-id]").count() == total:
            break
        page.wait_for_timeout(100)
    ids = page.eval_on_selector_all("#hits [data-id]", "items => items.map(i => i.dataset.id)")
    assert len(ids) == len(set(ids)) == total


def test_pictures_are_selected_by_keys_and_changed_at_once(server: Server, open_page: Open, library: Library) -> None:
    """Arrow keys move, x selects, shift selects a range; a change is previewed, then made."""
    page = open_page(server.address)
    page.locator("#hits a").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_selector(".bulk.on")
    assert page.locator("[data-told]").inner_text() == "3 selected"
    page.fill(".bulk input[name=tags]", "front page")
    page.click(".bulk button[value=preview]")
    page.click("button[value=apply]")
    page.wait_for_selector("#hits")
    assert library.search('tag:"front page"').total == 3


def test_two_pictures_lie_in_register(reading: Server, open_page: Open) -> None:
    """All four views of a crop and its whole work; in the difference the common part is nearly black."""
    found = reading.library.search("footbridge").items
    page = open_page(f"{reading.address}/compare/{found[0].id}/{found[1].id}")
    page.wait_for_function("() => document.querySelector('[data-viewer]').dataset.shown === 'a'")
    page.keyboard.press("f")
    page.wait_for_function("() => document.querySelector('[data-viewer]').dataset.shown === 'b'")
    for mode in ("side", "wipe", "diff"):
        page.click(f"[data-mode={mode}]")
        page.wait_for_function(f"() => document.querySelector('[data-viewer]').dataset.shown === '{mode}'")
    page.wait_for_timeout(300)
    bright = page.evaluate(
        """() => {
          const canvas = document.querySelector('[data-canvas]');
          const data = canvas.getContext('2d').getImageData(canvas.width / 2 - 80, canvas.height / 2 - 60, 160, 120).data;
          let sum = 0;
          for (let i = 0; i < data.length; i += 4) sum += data[i] + data[i + 1] + data[i + 2];
          return sum / (data.length / 4) / 3;
        }"""
    )
    assert bright < 90, "the pictures do not lie on each other"


def test_two_pictures_are_zoomed_and_moved_as_one(reading: Server, open_page: Open, errors: list[str]) -> None:
    """Side by side, what is zoomed in and pulled in one of them is in the other too: the same parts stay at the same places."""
    found = reading.library.search("footbridge").items
    page = open_page(f"{reading.address}/compare/{found[0].id}/{found[1].id}")
    page.wait_for_function("() => document.querySelector('[data-viewer]').dataset.shown === 'a'")
    page.click("[data-mode=side]")
    page.wait_for_function("() => document.querySelector('[data-viewer]').dataset.shown === 'side'")
    apart = """() => {
      const canvas = document.querySelector('[data-canvas]');
      const ink = canvas.getContext('2d'), half = Math.round(canvas.width / 2);
      const [x, y] = [Math.round(half / 2) - 40, Math.round(canvas.height / 2) - 30];
      const [a, b] = [ink.getImageData(x, y, 80, 60).data, ink.getImageData(x + half, y, 80, 60).data];
      let sum = 0, all = 0;
      for (let i = 0; i < a.length; i += 1) [sum, all] = [sum + Math.abs(a[i] - b[i]), all + a[i]];
      return [sum / a.length, all];
    }"""
    page.wait_for_function(f"() => {{ const [d, all] = ({apart})(); return all > 0 && d < 25; }}")
    before = page.evaluate(apart)[1]
    for _ in range(3):
        page.click("[data-zoom-in]")
    box = page.locator("[data-canvas]").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4 + 60, box["y"] + box["height"] / 2 + 40, steps=4)
    page.mouse.up()
    page.wait_for_function(
        f"before => {{ const [d, all] = ({apart})(); return all !== before && d < 25; }}", arg=before
    )
    errors[:] = [e for e in errors if "willReadFrequently" not in e]  # the canvas is read by this test only


def test_a_picture_is_looked_at_closely(reading: Server, open_page: Open) -> None:
    """The large view opens, zooms by keys and closes by Escape."""
    page = open_page(f"{reading.address}/images/{reading.library.search('baker').items[0].id}")
    page.click(".zoomable")
    page.wait_for_selector("dialog.zoomed img")
    before = page.locator("dialog.zoomed img").evaluate("e => e.style.transform")
    page.keyboard.press("+")
    assert page.locator("dialog.zoomed img").evaluate("e => e.style.transform") != before
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.zoomed", state="detached")


def test_files_are_imported_with_their_outcomes(
    server: Server, open_page: Open, stories: Path, library: Library
) -> None:
    """Chosen files are sent, and every outcome appears; what comes after is offered when it is done."""
    page = open_page(server.address + "/import")
    held: list[Any] = []
    page.route("**/api/v1/import", lambda route: held.append(route))
    copy = (stories / "harbour" / "DSC_2077.jpg").read_bytes() + b"\\0"
    page.set_input_files(
        "input[name=files] >> nth=0",
        [
            {"name": "again.jpg", "mimeType": "image/jpeg", "buffer": copy},
            {"name": "broken.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xffno"},
        ],
    )
    page.click(".dropzone button")
    page.wait_for_selector("[data-summary]:text('Sending 2 files')")
    assert not page.locator("[data-after]").is_visible()
    held[0].continue_()
    page.wait_for_function("() => document.querySelectorAll('[data-outcomes] tr').length === 2", timeout=60_000)
    page.wait_for_selector(".say.on")
    assert page.locator("[data-after]").is_visible()
    text = page.locator("[data-outcomes]").inner_text()
    assert "new" in text and "rejected" in text
    assert library.runs(1)[0].counts["rejected"] == 1


def beside_loose_pictures(library: Library) -> Finding:
    """A caption without picture in an article that lies beside pictures which no caption holds."""
    return next(
        f
        for f in library.all_findings("caption-without-image")
        if any("harbour" in library.article(a).article.source for a in f.articles)
    )


def test_a_caption_is_linked_by_a_key(server: Server, open_page: Open, library: Library) -> None:
    """On the article's page, a number on a caption in doubt links that picture."""
    finding = beside_loose_pictures(library)
    page = open_page(f"{server.address}/articles/{finding.articles[0]}")
    card = page.locator(f'[data-caption="{finding.subjects[0]}"]')
    image = page.locator(".loose [data-image]").first.get_attribute("data-image")
    card.focus()
    page.keyboard.press("1")
    page.wait_for_url(re.compile("#c-"))
    assert any(u.caption.id == finding.subjects[0] and u.status == "linked" for u in library.record(image).usages)


def test_a_picture_is_dragged_to_its_caption(server: Server, open_page: Open, library: Library) -> None:
    """On the article's page a picture dropped on a caption is linked to it; the decision shows there and is undone there."""
    finding = beside_loose_pictures(library)
    caption = finding.subjects[0]
    page = open_page(f"{server.address}/articles/{finding.articles[0]}")
    source = page.locator(".loose [data-image]").first
    image = source.get_attribute("data-image")
    source.drag_to(page.locator(f'[data-caption="{caption}"]'))
    page.wait_for_url(re.compile("#c-"))
    assert any(u.caption.id == caption and u.status == "linked" for u in library.record(image).usages)
    card = page.locator(f'[data-caption="{caption}"]')
    assert "decided" in card.inner_text()
    card.get_by_role("button", name="Undo").click()
    page.wait_for_function(f"() => !document.querySelector('[data-caption=\"{caption}\"] .decided')")
    assert library.finding(finding.id).finding.status == "open"


def test_a_selection_is_kept_in_the_address(reading: Server, open_page: Open) -> None:
    """Query, order, view and selection are in the address: who opens it sees the same."""
    page = open_page(reading.address + "/search?q=bridge&sort=date&view=list")
    page.locator("#hits .pick").nth(1).check()
    again = open_page(page.url)
    assert again.locator("#hits .pick:checked").count() == 1 and again.locator("#hits .pick").nth(1).is_checked()
    assert again.locator("#q").input_value() == "bridge" and again.locator("#hits.list").count() == 1
    assert again.locator(".sorts [aria-current]").inner_text() == "Oldest"
    again.click(".views >> text=Grid")
    again.wait_for_selector("#hits.grid")
    assert again.locator("#hits .pick:checked").count() == 1


def test_a_selection_of_hundreds_is_kept_in_the_address(open_page: Open, tmp_path: Path) -> None:
    """More pictures than an address names, picked beyond the first page, are all still selected after a reload and for somebody
    else; so is the whole result but one. A form acts on all of them."""
    with open_library(tmp_path / "many") as library:
        fill(library, 300)
        thumbnails(library, 300)
        page = open_page(Server(library).address + "/search?limit=200")
        page.locator("#hits .pick").first.check()
        page.locator("#hits .more").scroll_into_view_if_needed()
        page.wait_for_function("() => document.querySelectorAll('#hits [data-id]').length > 250")
        page.locator("#hits .pick").nth(249).scroll_into_view_if_needed()
        page.locator("#hits .pick").nth(249).click(modifiers=["Shift"])
        page.wait_for_url("**picked=_*")
        assert len(page.url) < 200 and page.locator("[data-told]").inner_text() == "250 selected"
        for again in (page, open_page(page.url)):
            again.reload()
            again.wait_for_selector("html.ready", state="attached")
            assert again.locator("[data-told]").inner_text() == "250 selected"
            again.evaluate("scrollTo(0, document.body.scrollHeight)")
            again.wait_for_function("() => document.querySelectorAll('#hits [data-id]').length > 250")
            again.wait_for_function("() => document.querySelectorAll('#hits .pick:checked').length === 250")
        page.fill(".bulk input[name=tags]", "kept")
        page.click(".bulk button[value=preview]")
        page.click("button[value=apply]")
        page.wait_for_selector("html.ready #hits")
        assert library.search("tag:kept").total == 250
        page.locator("#hits .pick").first.check()
        page.check(".bulk [name=scope]")
        page.locator("#hits .pick").nth(3).uncheck()
        page.wait_for_url("**picked=all-*")
        again = open_page(page.url)
        assert again.locator("[data-told]").inner_text() == f"{library.search().total - 1} selected"
        assert [i for i in range(6) if not again.locator("#hits .pick").nth(i).is_checked()] == [3]


@pytest.mark.parametrize("scripts", [True, False])
def test_what_waits_for_a_selection_is_decided_at_once(
    server: Server, open_page: Open, library: Library, scripts: bool
) -> None:
    """From picked pictures: what waits is told line by line, one kind is left out, one line unticked, the rest decided as one step
    and taken back as one. With scripts and without."""
    page = open_page(server.address, java_script_enabled=scripts)
    for n in range(12):
        page.locator("#hits .pick").nth(n).check(force=True)
    page.click(".bulk button[value=findings]")
    page.wait_for_selector(".lines")
    first = page.locator(".kinds-of select").first.get_attribute("name")
    page.select_option(f"select[name={first}]", "")
    page.click(".kinds-of button")
    page.wait_for_selector(f"#plan-{first.removeprefix('decide-')}", state="detached")
    lines = page.locator(".lines input")
    n = lines.count()
    assert n > 2
    lines.first.uncheck()
    page.click("button[value=decide]")
    page.wait_for_selector("table.log")
    assert library.log().total == n - 1
    page.click("text=Undo the last")
    page.wait_for_selector("tr.undone")
    assert library.log().items[0].action == "undo" and len(library.log().items[0].undoes) == n - 1


def test_a_dropped_picture_is_searched_for(reading: Server, open_page: Open, stories: Path) -> None:
    """A picture dropped anywhere on the search page finds its copies."""
    page = open_page(reading.address)
    data = base64.b64encode((stories / "harbour" / "DSC_2077.jpg").read_bytes()).decode()
    dropped = page.evaluate_handle(
        """data => {
          const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], 'mine.jpg', { type: 'image/jpeg' }));
          return transfer;
        }""",
        data,
    )
    page.dispatch_event("body", "drop", {"dataTransfer": dropped})
    page.wait_for_url("**/search/similar")
    assert page.locator(".matches li").count() >= 1


def test_a_bar_of_the_histogram_narrows_the_date(reading: Server, open_page: Open) -> None:
    """A click on a year's bar adds that year to the query, and all that is found is of that time."""
    page = open_page(reading.address)
    bar = page.locator(".histogram a").last
    year = bar.locator("title").text_content().split(":")[0]
    bar.click()
    page.wait_for_url(re.compile("date"))
    assert page.locator("#q").input_value() == f"date:{year}"
    ids = page.eval_on_selector_all("#hits [data-id]", "items => items.map(i => i.dataset.id)")
    assert ids == list(reading.library.ids(f"date:{year}"))[: len(ids)] != []


def test_the_colour_scheme_is_remembered(server: Server, open_page: Open) -> None:
    """Dark is set from the menu and stays on the next page."""
    page = open_page(server.address + "/log", color_scheme="light")
    page.click("details.menu summary")
    page.click("form.theme button[value=dark]")
    page.wait_for_selector("html[data-theme=dark]")
    page.goto(server.address + "/overview")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(236, 236, 236)"


def test_a_line_is_picked_and_marked(open_page: Open, server: Server) -> None:
    """On the article's page a click picks a line of the text, and Enter makes it a caption; the log knows."""
    library = server.library
    article = next(a for a in library.articles() if a.source.endswith("harbour.txt"))
    before = len(library.article(article.id).captions)
    page = open_page(f"{server.address}/articles/{article.id}")
    line = page.locator(".source [data-line]").last
    number = line.get_attribute("data-line")
    line.click()
    assert page.input_value("#line") == number
    page.keyboard.press("Enter")
    page.wait_for_selector(".badge:has-text('marked by a person')")
    assert len(library.article(article.id).captions) == before + 1
    assert library.log().items[0].action == "caption"


def test_filters_change_the_result_in_place(reading: Server, open_page: Open, errors: list[str]) -> None:
    """A facet narrows the result and stands as a chip, a chip taken away widens it again, order and view change it: the page stays,
    the address and the box follow, and the browser's way back leads through all of it. A mistake is told beside the box."""
    page = open_page(reading.address + "/search?sort=date")
    whole = page.locator("[data-count]").inner_text()
    page.evaluate("window.here = true")
    facet = page.locator("aside .facet a").first
    n, term = facet.locator(".num").inner_text(), parse_qs(urlsplit(facet.get_attribute("href")).query)["q"][0]
    facet.click()
    page.wait_for_function("n => document.querySelector('[data-count] strong').textContent === n", arg=n)
    page.wait_for_function("term => document.getElementById('q').value === term", arg=term)
    assert page.locator(".chips .chip").count() == 1
    assert parse_qs(urlsplit(page.evaluate("location.href")).query) == {"q": [term], "sort": ["date"]}
    assert page.evaluate("document.activeElement.matches('[data-count]')")
    page.click(".views >> text=List")
    page.wait_for_selector("#hits.list")
    page.click(".chips .chip")
    page.wait_for_function("whole => document.querySelector('[data-count]').innerText === whole", arg=whole)
    page.wait_for_function("() => document.getElementById('q').value === ''")
    assert page.locator("#hits.list").count() == 1
    page.fill("#q", "(bridge")
    page.press("#q", "Enter")
    page.wait_for_selector(".mistake")
    page.fill("#q", "bridge")
    page.press("#q", "Enter")
    page.wait_for_selector(".mistake", state="detached")
    page.wait_for_selector("#hits.list")
    assert page.title().startswith("bridge") and page.locator("#save summary").count() == 1
    assert page.evaluate("window.here") is True
    # The way back loads the page anew, which breaks off a wait for the navigation itself.
    page.evaluate("history.back()")
    page.wait_for_selector(".mistake")
    page.wait_for_selector("html.ready", state="attached")
    page.evaluate("history.back()")
    page.wait_for_function("() => document.querySelector('#q')?.value === ''")
    page.wait_for_selector("#hits.list")
    errors[:] = [e for e in errors if "status of 400" not in e]


def test_the_log_is_filtered_as_one_types_and_undone_in_place(
    server: Server, open_page: Open, library: Library
) -> None:
    """A name in the field narrows the log with the field still in focus; u takes back the last decision; the page stays."""
    findings = list(library.all_findings("metadata"))[:1] + list(library.all_findings("conflict"))[:1]
    for finding, who in zip(findings, ("Anna Ruiz", "Ben"), strict=True):
        library.decide(finding.id, finding.actions[0], who=who)
    page = open_page(server.address + "/log")
    page.evaluate("window.here = true")
    page.locator("input[name=who]").press_sequentially("Anna Ruiz")
    page.wait_for_function("() => document.querySelectorAll('#log tbody tr').length === 1")
    page.wait_for_url("**who=Anna*")
    assert page.evaluate("document.activeElement.name") == "who"
    page.locator("input[name=who]").fill("")
    page.wait_for_function("() => document.querySelectorAll('#log tbody tr').length === 2")
    page.locator("h1").click()
    page.keyboard.press("u")
    page.wait_for_selector("tr.undone")
    assert library.finding(findings[1].id).finding.status == "open" and page.evaluate("window.here") is True


def test_the_preview_of_decisions_follows_what_is_chosen(server: Server, open_page: Open) -> None:
    """Another answer for a kind changes the lines at once, with the focus where it was; leaving the kind open takes them away."""
    page = open_page(server.address)
    page.locator("#hits .pick").first.check(force=True)
    page.check(".bulk [name=scope]")
    page.click(".bulk button[value=findings]")
    page.wait_for_selector("html.ready #plan-duplicate")
    page.focus("#decide-duplicate")
    page.select_option("#decide-duplicate", "not-same")
    page.wait_for_function(
        "() => [...document.querySelectorAll('[aria-labelledby=plan-duplicate] input')]"
        ".every(i => i.value.includes('not-same'))"
    )
    assert page.evaluate("document.activeElement.id") == "decide-duplicate"
    page.select_option("#decide-duplicate", "")
    page.wait_for_selector("#plan-duplicate", state="detached")
    assert page.locator(".lines").count() > 0


def test_a_dropped_folder_is_imported_with_all_that_is_in_it(
    server: Server, open_page: Open, stories: Path, library: Library
) -> None:
    """A folder that is dropped is read through, however deep and in however many portions, and its files keep their places."""
    page = open_page(server.address + "/import")
    data = base64.b64encode((stories / "harbour" / "DSC_2077.jpg").read_bytes()).decode()
    page.evaluate(
        """data => {
          const bytes = n => Uint8Array.from(atob(data) + n, c => c.charCodeAt(0));
          const file = (name, n) => ({ isFile: true, isDirectory: false, name, file: give => give(new File([bytes(n)], name)) });
          const folder = (name, entries) => ({ isFile: false, isDirectory: true, name, createReader: () => {
            const portions = [...entries.map(e => [e]), []];
            return { readEntries: give => give(portions.shift()) };
          } });
          const entry = folder('trip', [file('one.jpg', '1'), folder('day two', [file('two.jpg', '2'), file('three.jpg', '3')])]);
          const drop = new Event('drop', { bubbles: true, cancelable: true });
          drop.dataTransfer = { items: [{ webkitGetAsEntry: () => entry }], files: [], types: ['Files'] };
          document.body.dispatchEvent(drop);
        }""",
        data,
    )
    page.wait_for_function("() => document.querySelectorAll('[data-outcomes] tr').length === 3", timeout=60_000)
    page.wait_for_selector(".say.on")
    names = page.locator("[data-outcomes] td:nth-child(2)").all_inner_texts()
    assert sorted(names) == ["trip/day two/three.jpg", "trip/day two/two.jpg", "trip/one.jpg"]
    assert library.runs(1)[0].counts["new"] == 3


def test_a_crop_is_drawn_as_a_box_on_the_canvas(reading: Server, browser: Any) -> None:
    """Where the whole work is shown, the part that the other picture is of it is drawn at its place; the crop itself has no box."""
    library = reading.library
    match = next(m for r in library.records() for m in r.matches if m.box and m.whole)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(
        "window.rects = []; const rect = CanvasRenderingContext2D.prototype.rect;"
        "CanvasRenderingContext2D.prototype.rect = function (...a) { window.rects.push(a); return rect.apply(this, a); };"
    )
    page = context.new_page()
    page.goto(f"{reading.address}/compare/{match.a}/{match.b}")
    page.wait_for_selector("html.ready", state="attached")
    page.wait_for_function("() => document.querySelector('[data-viewer]').dataset.shown")
    whole = page.locator("[data-viewer]").get_attribute("data-whole")
    image = library.record(match.whole).image
    assert match.box is not None
    left, top, right, bottom = match.box
    expected = [left * image.width, top * image.height, (right - left) * image.width, (bottom - top) * image.height]
    for _ in range(2):
        page.evaluate("window.rects = []")
        page.keyboard.press("f")
        page.wait_for_function(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
        )
        drawn = [r for r in page.evaluate("window.rects") if r == pytest.approx(expected, abs=1)]
        assert bool(drawn) == (page.locator("[data-viewer]").get_attribute("data-shown") == whole)
    context.close()
