"""On an article's page a person says which lines are captions: through plain forms, and through the API."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from catalog.library import Library
from catalog.model import Article


@pytest.fixture
def article(library: Library) -> Article:
    """The plain-text story of the harbour."""
    return next(a for a in library.articles() if a.source.endswith("harbour.txt"))


def _plain_line(page: str) -> int:
    """The number of the last line that is no caption."""
    return int(re.findall(r'data-line="(\d+)"', page)[-1])


def test_lines_are_numbered_as_in_the_file(client: FlaskClient, article: Article) -> None:
    """Each line that is not blank stands on the page once, with the number that an editor shows for it."""
    page = client.get(f"/articles/{article.id}").get_data(as_text=True)
    text = article.text.splitlines()
    numbers = [int(n) for n in re.findall(r'<li value="(\d+)"', page)]
    assert numbers == [n for n, line in enumerate(text, 1) if line.strip()]


def test_a_line_is_marked_and_dismissed_by_forms(client: FlaskClient, library: Library, article: Article) -> None:
    """A marked line is a caption with its card; as no caption it lies below, from where it comes back."""
    address = f"/articles/{article.id}"
    line = _plain_line(client.get(address).get_data(as_text=True))
    answer = client.post(f"{address}/caption", data={"line": str(line)})
    made = next(c for c in library.article(article.id).captions if c.line == line)
    assert answer.status_code == 303 and answer.headers["Location"].endswith(f"#c-{made.id}")
    page = client.get(address).get_data(as_text=True)
    assert f'id="c-{made.id}"' in page and "marked by a person" in page and f'data-line="{line}"' not in page
    assert client.post(f"{address}/link", data={"caption": made.id, "action": "not-caption"}).status_code == 303
    page = client.get(address).get_data(as_text=True)
    assert f'id="c-{made.id}"' not in page and f'data-line="{line}"' in page and "is no caption" in page
    undo = re.search(r'name="decision" value="(\w+)"', page[page.index("is no caption") :])
    assert undo and client.post("/undo", data={"decision": undo[1], "back": address}).status_code == 303
    assert f'id="c-{made.id}"' in client.get(address).get_data(as_text=True)


def test_a_pages_captions_stand_between_the_lines_of_its_text(client: FlaskClient, library: Library) -> None:
    """The text of a page leaves captions out: they are shown where the page prints them, credit apart, without a number."""
    story = next(a for a in library.articles() if a.source.endswith("market.html"))
    captions = library.article(story.id).captions
    page = client.get(f"/articles/{story.id}").get_data(as_text=True)
    shown = re.findall(r'<li(?: value="(\d+)")?[^>]*>(.*?)</li>', page[page.index('<ol class="source"') :], re.S)
    order = [
        next((n for n, c in enumerate(captions) if f'id="t-{c.id}"' in inner), None) if not number else int(number) * 10
        for number, inner in shown
    ]
    lines = len(story.text.splitlines())
    assert [n for n in order if n is None or n < 10] == list(range(len(captions)))
    assert [n for n in order if n is not None and n >= 10] == [10 * n for n in range(1, lines + 1)]
    first = captions[0]
    assert order.index(0) == first.after and f'<span class="credit">{first.credit}</span>' in page


def test_a_line_of_a_page_that_is_marked_is_shown_as_one(client: FlaskClient, library: Library) -> None:
    """It is no line to be marked any more, and its card leads to it."""
    story = next(a for a in library.articles() if a.source.endswith("market.html"))
    _, made = library.mark(story.id, 2)
    page = client.get(f"/articles/{story.id}").get_data(as_text=True)
    assert f'href="#t-{made.id}"' in page and 'data-line="2"' not in page and 'data-line="3"' in page
    assert re.search(rf'<li value="2"[^>]*><a class="span" href="#c-{made.id}" id="t-{made.id}"', page)


@pytest.mark.parametrize("line", ["", "x", "-1", "999999", "１"])
def test_what_is_no_line_is_refused(client: FlaskClient, library: Library, article: Article, line: str) -> None:
    """Anything but the number of a line is refused with a page that says so, and writes nothing."""
    assert client.post(f"/articles/{article.id}/caption", data={"line": line}).status_code == 422
    assert library.log().total == 0


def test_the_api_marks_and_dismisses(client: FlaskClient, library: Library, article: Article) -> None:
    """The API answers with the caption that a line is now, and takes `not-caption` for any caption."""
    line = _plain_line(client.get(f"/articles/{article.id}").get_data(as_text=True))
    made = client.post(f"/api/v1/articles/{article.id}/captions", json={"line": line, "note": "seen in print"})
    assert made.status_code == 200 and made.json is not None and made.json["line"] == line
    ident = made.json["id"]
    said = client.post(f"/api/v1/captions/{ident}/decision", json={"action": "not-caption"})
    assert said.status_code == 200 and ident in library.article(article.id).dismissed
    again = client.post(f"/api/v1/articles/{article.id}/captions", json={"line": line})
    assert again.json is not None and again.json["id"] == ident and not library.article(article.id).dismissed


def test_the_queue_offers_what_lies_beside(client: FlaskClient, library: Library) -> None:
    """A caption without picture is shown with the lines around it and the pictures beside its article, one key each."""
    finding = next(f for f in library.all_findings("caption-without-image") if library.finding(f.id).near)
    view = library.finding(finding.id)
    page = client.get(f"/review/{finding.id}").get_data(as_text=True)
    assert all(f'data-picture="{image}"' in page for image in view.near)
    assert 'data-key="c"' in page
    choice = re.search(r'value="(action=link&amp;image=\w+)"', page)
    assert choice is not None
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen is not None
    data = {"seen": seen[1], "choice": choice[1].replace("&amp;", "&")}
    assert client.post(f"/review/{finding.id}", data=data).status_code == 303
    assert "linked" in library.record(view.near[0]).flags
