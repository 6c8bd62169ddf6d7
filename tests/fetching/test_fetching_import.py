"""Importing addresses, and the pictures that pages name, from a site on this machine."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw

from catalog import fetching
from catalog.cli import commands  # noqa: F401 - registers them
from catalog.cli.group import cli
from catalog.fetching import inputs as fetching_inputs
from catalog.library import Library, open_library
from catalog.model import ImportResult, ImportSummary
from tests.fetching.fetching_site import Page, Site, redirect

WORDS = "Some words of the story that go on for a while, so that it is a story and no list of links. " * 8


def drawn(seed: int, size: tuple[int, int] = (320, 240)) -> bytes:
    """A JPEG that differs for each seed."""
    image = Image.new("RGB", size, (30 * seed % 255, 90, 160))
    pen = ImageDraw.Draw(image)
    for n in range(12):
        x, y = (seed * 53 + n * 37) % size[0], (seed * 29 + n * 71) % size[1]
        pen.ellipse((x - 30, y - 20, x + 30, y + 20), fill=(n * 20, seed * 40 % 255, 255 - n * 20))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def story(*figures: tuple[str, str], title: str = "A bridge opens") -> bytes:
    """A page with pictures (attributes of ``img``) and their captions."""
    shown = "".join(f"<figure><img {img}><figcaption>{text}</figcaption></figure>" for img, text in figures)
    page = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{WORDS}</p>{shown}</article></body></html>"
    return page.encode()


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: fetching.Rules) -> Iterator[Library]:
    """A new catalogue, whose fetches need not wait between requests."""
    monkeypatch.setattr(fetching_inputs, "RULES", quick)
    with open_library(tmp_path / "empty") as library:
        yield library


@pytest.fixture
def bridge(site: Site) -> Site:
    """A site with one story of two pictures, one of them in two sizes."""
    site.pages |= {
        "/news/bridge": Page(
            story(
                ('src="/p/bridge-opening-320.jpg" srcset="/p/bridge-opening-320.jpg 320w, /p/bridge-opening-1280.jpg 1280w"',
                 "The new bridge over the harbour on its opening day. Photo: Ann Example"),
                ('src="../p/mayor-speaking-77.jpg?w=800"', "The mayor speaks to guests at the old town hall. Photo: Bo Example"),
            ),
            headers={"ETag": '"story"'},
        ),
        "/p/bridge-opening-1280.jpg": Page(drawn(1, (640, 480)), "image/jpeg", headers={"ETag": '"one"'}),
        "/p/bridge-opening-320.jpg": Page(drawn(2), "image/jpeg"),
        "/p/mayor-speaking-77.jpg?w=800": Page(drawn(3), "image/jpeg"),
    }  # fmt: skip
    return site


def run(library: Library, *given: str | Path, fetch: bool = True, dry_run: bool = False) -> list[ImportResult]:
    """Import and return the results."""
    found = library.import_(given, workers=1, fetch=fetch, allow_private=True, dry_run=dry_run)
    return [r for r in found if isinstance(r, ImportResult)]


def test_a_page_and_its_pictures_are_fetched_and_linked(empty: Library, bridge: Site) -> None:
    """The page becomes an article under its address, its largest pictures images that its captions are linked to."""
    url = bridge.url("/news/bridge")
    results = run(empty, url)
    assert {r.path: r.result for r in results} == {
        url: "new",
        f"{url}!/{bridge.url('/p/bridge-opening-1280.jpg')}": "new",
        f"{url}!/{bridge.url('/p/mayor-speaking-77.jpg?w=800')}": "new",
    }
    article = next(empty.articles())
    assert (article.url, article.source, article.title) == (url, url, "A bridge opens")
    by_caption = {c: r.image.width for r in empty.records("") for c in r.captions}
    assert by_caption == {
        "The new bridge over the harbour on its opening day.": 640,
        "The mayor speaks to guests at the old town hall.": 320,
    }
    assert "/p/bridge-opening-320.jpg" not in bridge.paths()
    assert not list(empty.verify())


def test_without_fetch_only_the_address_itself_is_asked_for(empty: Library, bridge: Site) -> None:
    """An address alone is fetched, what it names is not; with --fetch the pictures follow later."""
    url = bridge.url("/news/bridge")
    assert [r.result for r in run(empty, url, fetch=False)] == ["new"]
    assert bridge.paths() == ["/news/bridge"]
    results = run(empty, url)
    assert sorted(r.result for r in results) == ["new", "new", "unchanged"]
    assert all(r.captions for r in empty.records(""))


def test_a_file_without_fetch_touches_no_network(empty: Library, bridge: Site, tmp_path: Path) -> None:
    """Importing a page from the disk asks no server for anything."""
    page = tmp_path / "page.html"
    page.write_bytes(story((f'src="{bridge.url("/p/bridge-opening-1280.jpg")}"', "The new bridge on its opening day.")))
    assert [r.result for r in run(empty, page, fetch=False)] == ["new"]
    assert bridge.asked == []


def test_the_pictures_of_a_page_on_disk_are_fetched(empty: Library, bridge: Site, tmp_path: Path) -> None:
    """With --fetch a page from the disk gets its pictures too, but for those that lie beside it."""
    page = tmp_path / "in" / "page.html"
    page.parent.mkdir()
    (page.parent / "mayor-speaking-77.jpg").write_bytes(drawn(3))
    page.write_bytes(
        story(
            (f'src="{bridge.url("/p/bridge-opening-1280.jpg")}"', "The new bridge over the harbour on its opening day."),
            (f'src="{bridge.url("/p/mayor-speaking-77.jpg")}"', "The mayor speaks to guests at the old town hall."),
        )
    )  # fmt: skip
    run(empty, page.parent / "mayor-speaking-77.jpg")
    results = run(empty, page)
    assert f"{page}!/{bridge.url('/p/bridge-opening-1280.jpg')}" in [r.path for r in results]
    assert bridge.paths() == ["/p/bridge-opening-1280.jpg"]
    assert sorted(c for r in empty.records("") for c in r.captions) == [
        "The mayor speaks to guests at the old town hall.",
        "The new bridge over the harbour on its opening day.",
    ]
    assert [r.result for r in run(empty, page)] == ["unchanged"], "a second run has nothing left to fetch"


def test_a_second_run_fetches_nothing_again(empty: Library, bridge: Site) -> None:
    """What is fresh is not asked for again, and the results say unchanged."""
    url = bridge.url("/news/bridge")
    run(empty, url)
    bridge.asked.clear()
    assert [(r.path, r.result) for r in run(empty, url)] == [(url, "unchanged")]
    assert bridge.asked == []


def test_a_changed_page_keeps_its_pictures(empty: Library, bridge: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a page has changed it is read again, its old state kept as a revision, its pictures stay its own."""
    url = bridge.url("/news/bridge")
    run(empty, url)
    bridge.pages["/news/bridge"] = Page(
        story(('src="/p/mayor-speaking-77.jpg?w=800"', "The mayor speaks to guests at the new town hall."), title="Later"),
        headers={"ETag": '"later"', "Cache-Control": "no-cache"},
    )  # fmt: skip
    for sidecar in (empty.folder / "fetched").rglob("*.meta.json"):
        said = json.loads(sidecar.read_bytes())
        sidecar.write_text(json.dumps({**said, "time": said["time"] - 5000}))
    assert {r.path: r.result for r in run(empty, url)}[url] == "updated"
    article = next(empty.articles())
    assert article.title == "Later" and len(empty.article(article.id).revisions) == 1
    assert ["The mayor speaks to guests at the new town hall."] in [list(r.captions) for r in empty.records("")]


def test_the_servers_encoding_counts(empty: Library, site: Site) -> None:
    """A page is decoded by the charset of its HTTP header."""
    text = story(('src="/x.jpg"', "The café near the harbour in Malmö."), title="Café").decode()
    site.pages["/a"] = Page(text.encode("cp1252"), "text/html; charset=windows-1252")
    run(empty, site.url("/a"), fetch=False)
    assert next(empty.articles()).title == "Café"


def test_a_redirected_address_is_known_by_where_it_led(empty: Library, bridge: Site) -> None:
    """The result is named as the user gave it, the article's address is the final one."""
    bridge.pages["/go"] = redirect("/news/bridge")
    results = run(empty, bridge.url("/go"))
    assert results[-1].path == bridge.url("/go")
    article = next(empty.articles())
    assert (article.url, article.source) == (bridge.url("/news/bridge"), bridge.url("/go"))


def test_a_picture_by_its_address_is_an_image(empty: Library, bridge: Site) -> None:
    """The address of a picture file imports that picture; in place or not, its original is kept."""
    url = bridge.url("/p/bridge-opening-1280.jpg")
    found = [
        r for r in empty.import_([url], workers=1, allow_private=True, in_place=True) if isinstance(r, ImportResult)
    ]
    assert [(r.path, r.result, r.kind) for r in found] == [(url, "new", "image")]
    assert empty.original(found[0].id).read_bytes() == drawn(1, (640, 480))
    assert not empty.record(found[0].id).image.in_place


def test_what_cannot_be_fetched_is_rejected_and_the_rest_goes_on(empty: Library, bridge: Site) -> None:
    """Each address ends in one result with its reason; a failing one does not disturb the next."""
    bridge.pages["/doc"] = Page(b"%PDF-1.4", "application/pdf")
    bridge.pages["/lie"] = Page(story(), "image/jpeg")
    urls = [bridge.url(p) for p in ("/gone", "/doc", "/lie", "/news/bridge")] + [
        "https://h.example:22/",
        "http://[::bad/",
    ]
    results = {r.path: r for r in run(empty, *urls, fetch=False)}
    assert [results[u].result for u in urls] == ["rejected", "ignored", "rejected", "new", "rejected", "rejected"]
    assert all(r.reason for r in results.values() if r.result != "new")
    assert "404" in results[urls[0]].reason


def test_a_private_host_is_refused_without_leave(empty: Library, bridge: Site) -> None:
    """Without allow_private loopback is not asked at all, neither for an address nor for pictures."""
    url = bridge.url("/news/bridge")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetching_inputs, "RULES", fetching.RULES)
        results = [r for r in empty.import_([url], workers=1, fetch=True) if isinstance(r, ImportResult)]
    assert [r.result for r in results] == ["rejected"] and "public internet" in results[0].reason
    assert bridge.asked == []


def test_a_failing_picture_is_a_problem_of_its_article(empty: Library, bridge: Site) -> None:
    """The article is imported with the pictures there are; what failed is noted, and tried again when that may help."""
    del bridge.pages["/p/mayor-speaking-77.jpg?w=800"]
    bridge.pages["/p/bridge-opening-1280.jpg"] = Page(status=500)
    url = bridge.url("/news/bridge")
    assert [(r.path, r.result) for r in run(empty, url)] == [(url, "new")]
    problems = {p[0].rpartition("/")[2]: p[2] for p in empty.runs()[0].problems}
    assert "404" in problems["mayor-speaking-77.jpg?w=800"] and "500" in problems["bridge-opening-1280.jpg"]
    bridge.pages["/p/bridge-opening-1280.jpg"] = Page(drawn(1), "image/jpeg")
    assert sorted(r.result for r in run(empty, url)) == ["new", "unchanged"]


def test_a_smaller_rendition_stands_in_for_one_that_is_gone(empty: Library, bridge: Site) -> None:
    """When the largest rendition is not there, or no picture, the next one is fetched."""
    bridge.pages["/p/bridge-opening-1280.jpg"] = Page(b"<html>gone", status=200)
    results = run(empty, bridge.url("/news/bridge"))
    assert any(r.path.endswith("/p/bridge-opening-320.jpg") and r.result == "new" for r in results)


def test_an_address_that_fails_later_stays_catalogued(empty: Library, bridge: Site) -> None:
    """When a known address does not answer any more, the result says so, and nothing of it is lost."""
    url = bridge.url("/news/bridge")
    run(empty, url)
    for sidecar in (empty.folder / "fetched").rglob("*.meta.json"):
        said = json.loads(sidecar.read_bytes())
        sidecar.write_text(json.dumps({**said, "time": said["time"] - 5000}))
    bridge.pages["/news/bridge"] = Page(status=503)
    assert [r.result for r in run(empty, url)] == ["rejected"]
    assert all(r.captions for r in empty.records(""))
    assert not list(empty.verify())


def test_a_dry_run_predicts_and_keeps_nothing(empty: Library, bridge: Site) -> None:
    """A dry run fetches what it needs to know, gives the results of the run, and leaves no trace."""
    url = bridge.url("/news/bridge")
    predicted = run(empty, url, dry_run=True)
    assert not (empty.folder / "fetched").exists() and empty.store.count("image") == 0
    assert run(empty, url) == predicted
    assert run(empty, url, dry_run=True) == run(empty, url)


def test_a_stopped_run_goes_on_where_it_was(empty: Library, site: Site) -> None:
    """Stopping ends the run between two fetches; the next run fetches what is missing, and only that."""
    count = 12

    def stop(to: BaseHTTPRequestHandler) -> None:
        empty.stop_import()
        to.send_response(200)
        to.send_header("Content-Type", "image/jpeg")
        to.end_headers()
        to.wfile.write(drawn(7))

    figures = [
        (f'src="/p/numbered-picture-{n:04}.jpg"', f"Picture {n} of the long street in spring.") for n in range(count)
    ]
    site.pages |= {f"/p/numbered-picture-{n:04}.jpg": Page(drawn(n), "image/jpeg") for n in range(count)}
    site.pages |= {"/s": Page(story(*figures)), "/p/numbered-picture-0007.jpg": Page(serve=stop)}
    url = site.url("/s")
    results = list(empty.import_([url], workers=1, fetch=True, allow_private=True))
    assert isinstance(results[-1], ImportSummary) and results[-1].interrupted
    got = {p for p in site.paths() if p.startswith("/p/")}
    assert 0 < len(got) < count
    site.pages["/p/numbered-picture-0007.jpg"] = Page(drawn(7), "image/jpeg")
    site.asked.clear()
    run(empty, url)
    again = {p for p in site.paths() if p.startswith("/p/")}
    assert got | again == {f"/p/numbered-picture-{n:04}.jpg" for n in range(count)}
    assert got & again <= {"/p/numbered-picture-0007.jpg"}
    assert empty.store.count("image") == count
    site.asked.clear()
    assert [r.result for r in run(empty, url)] == ["unchanged"] and site.asked == []


def test_the_command_line_fetches_with_leave(bridge: Site, tmp_path: Path) -> None:
    """`cutline import URL` refuses this machine and says how to allow it; with --allow-private it imports."""
    url = bridge.url("/news/bridge")
    base = ["--catalog", str(tmp_path / "cat"), "import", url, "--json", "--workers", "1"]
    refused = CliRunner().invoke(cli, base)
    assert refused.exit_code == 1 and "--allow-private" in json.loads(refused.stdout.splitlines()[0])["reason"]
    done = CliRunner().invoke(cli, [*base, "--allow-private"])
    first = json.loads(done.stdout.splitlines()[0])
    assert done.exit_code == 0 and (first["path"], first["result"]) == (url, "new")


def test_a_page_of_too_many_pictures_is_cut_short_and_says_so(
    empty: Library, site: Site, monkeypatch: pytest.MonkeyPatch, quick: fetching.Rules
) -> None:
    """Beyond the limit no picture of a document is fetched, and its problems say from where on."""
    monkeypatch.setattr(fetching_inputs, "RULES", replace(quick, pictures=2))
    figures = [
        (f'src="/p/numbered-picture-{n:04}.jpg"', f"Picture {n} of the long street in spring.") for n in range(5)
    ]
    site.pages |= {f"/p/numbered-picture-{n:04}.jpg": Page(drawn(n), "image/jpeg") for n in range(5)}
    site.pages["/s"] = Page(story(*figures))
    run(empty, site.url("/s"))
    assert len(site.paths()) == 3 and empty.store.count("image") == 2
    assert [p[0].rpartition("/")[2] for p in empty.runs()[0].problems] == ["numbered-picture-0002.jpg"]


def test_two_addresses_in_one_run_do_not_disturb_each_other(empty: Library, site: Site) -> None:
    """Stories of one host are linked to their own pictures, not to their neighbours'."""
    for n in (1, 2):
        site.pages[f"/story-{n}"] = Page(
            story((f'src="/img/{n}/photo.jpg"', f"The scene of story {n} at noon."), title=f"S{n}")
        )
        site.pages[f"/img/{n}/photo.jpg"] = Page(drawn(n * 5), "image/jpeg")
    run(empty, site.url("/story-1"), site.url("/story-2"))
    captions = {p: list(r.captions) for r in empty.records("") for p in r.image.paths}
    assert captions == {
        f"{site.url(f'/story-{n}')}!/{site.url(f'/img/{n}/photo.jpg')}": [f"The scene of story {n} at noon."]
        for n in (1, 2)
    }
