"""Any bytes give an answer: hostile, broken and enormous pages."""

from __future__ import annotations

import dataclasses
import gc
import importlib
import pkgutil
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest

from catalog import captions
from catalog.captions import dom, extract_document, extraction_to_json, gallery
from catalog.captions.credittables import tables
from catalog.captions.markup import TOO_LARGE
from catalog.captions.srcset import parse
from catalog.errors import Rejected
from catalog.extracting import read_document
from catalog.model import Extraction
from catalog.sources.base import Document

STORY = "<p>" + "The harbour was quiet on the morning after the storm and nobody spoke of it. " * 4 + "</p>"


def read(text: str, url: str = "https://courier.example/a") -> Extraction:
    """Read a page from memory."""
    return extract_document(Document("page.html", "webpage", text, "utf-8", "0" * 64, url))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "\0\0\0",
        "<",
        "<!DOCTYPE html>",
        "<html><head><title>Only a head</title></head></html>",
        "plain words without any tag",
        "<script>var a = '<img src=x>';",
        "\ud800 lone surrogate <p>text</p>",
        "<img src='http://[::1' srcset='http://[ 1w'>",
        '<base href="http://["><img src="a.jpg">',
        "<p>cut off in a tag <img src=",
        "<frameset><frame src=x></frameset>",
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": </script>',
        '<script type="application/ld+json">[[[[{"@type":["NewsArticle"],"image":[null,3,{"url":null}],"author":7}]]]]</script>',
    ],
)
def test_broken_pages_give_an_answer(text: str) -> None:
    """Pages without body, story or sense are read as far as they go, and the answer can be printed."""
    assert extraction_to_json(read(text))["captions"] == []


def test_random_bytes_give_an_answer() -> None:
    """Bytes of any kind, decoded as Latin-1, never fail."""
    maker = random.Random(7)
    for _ in range(60):
        read(maker.randbytes(maker.randrange(2_000)).decode("latin-1"))


def test_cut_off_pages_give_an_answer() -> None:
    """A page that ends anywhere is read as far as it goes."""
    figure = '<figure><img src="boats-at-dawn.jpg"><figcaption>Boats. Photo: A B</figcaption></figure>'
    whole = f"<html><body><h1>Quiet</h1>{STORY}{figure}{STORY}"
    for end in range(0, len(whole), 13):
        read(whole[:end])
    assert read(whole).captions[0].credit == "A B"


@pytest.mark.parametrize("tag", ["div", "b", "figure", "table", "span"])
def test_deep_nesting_is_read(tag: str) -> None:
    """100,000 nested elements end in an answer, without recursion."""
    read(f"<{tag}>" * 100_000 + "x" + f"</{tag}>" * 100_000)


@pytest.mark.parametrize(("depth", "warned"), [(500, False), (2_500, True)])
def test_a_page_cut_at_its_depth_says_so(depth: int, warned: bool) -> None:
    """What stands below 2,048 nested elements is not read, and the article warns of it."""
    page = read(f"<h1>Quiet</h1>{STORY}" + "<div>" * depth + STORY)
    assert any("2,048 deep" in w for w in page.article.warnings) is warned
    assert page.article.title == "Quiet"


@pytest.mark.parametrize("ampersand", ["&", "&amp;", "&#38;", "&#x26;"])
def test_ampersands_are_found_however_they_are_written(ampersand: str) -> None:
    """A caption with other references too is found in the source whether its ampersand is written as one or not."""
    text = f"<figure><img src='boats-at-dawn.jpg'><figcaption>Boats&rsquo; Fish {ampersand} Chips</figcaption></figure>"
    page = f"<h1>Quiet</h1>{STORY}{text}{STORY}"
    caption = read(page).captions[0]
    assert page[caption.start : caption.end] == f"Boats&rsquo; Fish {ampersand} Chips"


@pytest.mark.parametrize("written", ["&#x8239;&#x7740;&#x304f;&#12290;", "船&#x7740;く。"])
def test_captions_without_any_plain_letter_are_found(written: str) -> None:
    """A caption in a script that the page writes in references, all of it or some, is found in the source."""
    page = (
        f"<h1>Quiet</h1>{STORY}<figure><img src='boats-at-dawn.jpg'><figcaption>{written}</figcaption></figure>{STORY}"
    )
    caption = read(page).captions[0]
    assert caption.text == "船着く。"
    assert page[caption.start : caption.end] == written


@pytest.mark.parametrize("unit", ["&", "&#", "&amp", "Boats ", "Boats&", "Boats;", ";", "\u00e9&eacute;"])
def test_hostile_references_are_searched_in_bounded_work(unit: str) -> None:
    """A caption written with references is looked for among endless copies of its parts, and found."""
    figure = "<figure><img src='boats-at-dawn.jpg'><figcaption>Boats &eacute;t dawn &#169; A B</figcaption></figure>"
    page = read(f"<h1>Quiet</h1><!--{unit * 50_000}-->{STORY}{figure}{STORY}")
    assert [c.text for c in page.captions] == ["Boats \u00e9t dawn"]


def test_words_below_unclosed_tags_are_read() -> None:
    """A few hundred unclosed inline tags, as old pages have, do not hide the story."""
    page = read(
        "<h1>Quiet</h1>"
        + "<font>" * 400
        + STORY
        + '<figure><img src="boats-at-dawn.jpg"><figcaption>Boats at dawn.</figcaption></figure>'
        + STORY
    )
    assert [c.text for c in page.captions] == ["Boats at dawn."]


def test_entity_bombs_do_not_expand() -> None:
    """Entities that a document declares for itself stay unexpanded."""
    bomb = "<!DOCTYPE x [" + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12)) + "]><p>&a11;</p>"
    assert len(read(bomb + STORY).article.text) < 5_000


def test_many_pictures_are_read_once_each() -> None:
    """Thousands of pictures are bounded, and the answer keeps their order."""
    body = "".join(
        f'<figure><img src="/p/harbour-view-{n:05d}.jpg"><figcaption>View {n}.</figcaption></figure>'
        for n in range(4_000)
    )
    page = read(f"<h1>Quiet</h1>{STORY}{body}{STORY}")
    assert [p.position for p in page.article.pictures] == list(range(len(page.article.pictures)))
    assert page.captions[1].text == "View 1." and len(page.captions) >= 1_000


def test_a_large_page_is_read() -> None:
    """Megabytes of markup and one enormous attribute end in an answer."""
    text = STORY * 20_000 + f'<img data-images="{"http://x.example/a.jpg, " * 100_000}">'
    assert len(text) > 6_000_000
    assert read("<h1>Quiet</h1>" + text).article.title == "Quiet"


LARGE = 50_000_000


@pytest.mark.parametrize(
    ("opening", "unit", "closing"),
    [
        ("", "<p>" + "Nobody spoke of the storm on the quay that day. " * 100 + "</p>", ""),
        ("", "<td><p>x</b><i>y<div></span>", ""),
        ("<script>var a = 'caption'; ", "b = [1, 2]; ", "</script>"),
    ],
    ids=["paragraphs", "tag-soup", "script"],
)
def test_fifty_megabytes_are_read(opening: str, unit: str, closing: str) -> None:
    """Fifty megabytes of one thing end in an answer, the story before them included, a picture's caption too."""
    figure = "<figure><img src='boats-at-dawn.jpg'><figcaption>Boats.</figcaption></figure>"
    text = f"<h1>Quiet</h1>{STORY}{figure}{STORY}{opening}{unit * (LARGE // len(unit) + 1)}{closing}"
    assert len(text) >= LARGE
    page = read(text)
    assert page.article.title == "Quiet"
    assert [c.text for c in page.captions] == ["Boats."]


@pytest.mark.parametrize(
    "unit",
    [
        "self.__next_f.push([1,",
        'self.__next_f.push([1,"a:',
        "self.__next_f.push([1,   ",
        "JSON.parse(",
        'JSON.parse("',
        'JSON.parse(   "{',
        "window.a = {",
        "a = [",
        'a = ["',
        "a=[1,",
        "a.b.c[",
        "a   ",
        "\\'\"$",
        "var ",
        "<![CDATA[ ",
        "]]> ",
        "// ",
    ],
)
@pytest.mark.parametrize("kind", ["", "application/json", "application/ld+json"])
def test_hostile_scripts_are_read_in_bounded_work(unit: str, kind: str) -> None:
    """Scripts that repeat how state is written, ever longer, end in an answer; the suite's time limit tells an explosion."""
    picture = '<img src="https://a.example/boats-at-dawn.jpg">'
    for length in (1_000, 30_000, 1_000_000):
        script = f"<script type='{kind}'>/*boats-at-dawn.jpg caption*/{(unit * length)[:length]}</script>"
        page = read(f"<h1>Quiet</h1>{STORY}{picture}{STORY}{script}")
        assert (page.article.title, page.captions) == ("Quiet", ())


@pytest.mark.parametrize("unit", [",", " ", "(", "a ", "a,", "1w,", ", ,", "a 1w (", "\t,"])
def test_hostile_srcsets_are_read_in_bounded_work(unit: str) -> None:
    """Repetitive values give at most 200 candidates."""
    assert len(parse(unit * 100_000)) <= 200


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a.jpg", [("a.jpg", 0, 0.0)]),
        ("a.jpg 1x, b.jpg 2x", [("a.jpg", 0, 1.0), ("b.jpg", 0, 2.0)]),
        ("/w_1,h_2/a.jpg 100w,/w_3,h_4/b.jpg 200w", [("/w_1,h_2/a.jpg", 100, 0.0), ("/w_3,h_4/b.jpg", 200, 0.0)]),
        ("a.jpg, b.jpg 300w 200h", [("a.jpg", 0, 0.0), ("b.jpg", 300, 0.0)]),
        (" , a.jpg 1.5x (x,y), b.jpg", [("a.jpg", 0, 1.5), ("b.jpg", 0, 0.0)]),
    ],
)
def test_srcset_follows_the_standard(value: str, expected: list[tuple[str, int, float]]) -> None:
    """Commas belong to addresses unless white space or an address's end says otherwise; parentheses are skipped."""
    assert [(c.url, c.width, c.density) for c in parse(value)] == expected


def test_elements_beyond_the_limit_are_not_read_and_a_warning_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a page with more elements than are read, the first part gives its pictures, and the rest is named as left out."""
    monkeypatch.setattr(dom, "MAX_ELEMENTS", 200)
    pictures = [
        f'<div><figure><img src="/p/storm-{n:03}.jpg"><figcaption>Wave {n}</figcaption></figure></div>'
        for n in range(90)
    ]
    found = read(
        f"<html><body><article><h1>Storm</h1>{STORY * 3}{''.join(pictures)}{STORY * 3}</article></body></html>"
    )
    assert found.article.warnings == (TOO_LARGE,)
    assert 30 < len(found.article.pictures) < 60
    assert found.article.pictures[0].url.endswith("storm-000.jpg")


@pytest.mark.parametrize("at_work", [True, False])
def test_collector_rests_while_a_page_is_read_and_works_as_before_after_it(
    monkeypatch: pytest.MonkeyPatch, *, at_work: bool
) -> None:
    """Also after a document that defeats the reader; where it was switched off it stays so."""
    seen: list[bool] = []

    def defeated(document: Document) -> None:
        seen.append(gc.isenabled())
        raise ValueError(document.path)

    monkeypatch.setattr(captions, "extract_documents", defeated)
    before = gc.isenabled()
    (gc.enable if at_work else gc.disable)()
    try:
        with pytest.raises(Rejected):
            read_document(Document("a.html", "webpage", STORY, "utf-8", "0" * 64))
        assert seen == [False]
        assert gc.isenabled() == at_work
    finally:
        (gc.enable if before else gc.disable)()


def test_lines_of_a_block_are_looked_at_once_for_all_of_its_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three thousand pictures may share a block with a hundred thousand lines, of which none is a credit."""
    looked: list[object] = []
    lines = gallery._credit_lines

    def counted(node: dom.Element, *rest: Any) -> Iterator[str]:
        looked.append(node)
        return lines(node, *rest)

    monkeypatch.setattr(gallery, "_credit_lines", counted)
    pictures = "".join(
        f'<figure><img src="/p/storm-{n:03}.jpg"><figcaption>Wave {n} comes in</figcaption></figure>' for n in range(60)
    )
    found = read(f"<article><h1>Storm</h1>{STORY}<div>{pictures}{'<p>A short line</p>' * 60}</div>{STORY}</article>")
    assert len(found.captions) == 60
    assert len(looked) == len(set(looked)) == 1


def _patterns() -> Iterator[re.Pattern[str]]:
    """Every regular expression of the room: those of its modules and those made of the word lists."""
    modules = [
        importlib.import_module(f"{captions.__name__}.{m.name}") for m in pkgutil.iter_modules(captions.__path__)
    ]
    held = [value for module in modules for value in vars(module).values()]
    listed = [getattr(tables(), field.name) for field in dataclasses.fields(tables())]
    yield from {value: None for value in (*held, *listed) if isinstance(value, re.Pattern)}


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "A ",
        "1",
        "1.",
        "a.",
        "A. ",
        "a-",
        "a/",
        " ",
        "(",
        "(a",
        "a)",
        "[",
        "=",
        "a=",
        "a:",
        "foto ",
        "©",
        "a,",
        "A.A ",
        "IMG_1.",
        "&#1",
    ],
)
def test_no_regular_expression_explodes(unit: str) -> None:
    """Growing strings of what each expression repeats are looked through, whole and in part; the suite's time limit tells an
    explosion."""
    patterns = list(_patterns())
    assert len(patterns) > 100
    for size in (50, 200, 800):
        text = unit * (size // len(unit))
        for pattern in patterns:
            for end in ("!", "\n", "é"):
                pattern.match(text + end)
                pattern.fullmatch(text + end)
            pattern.search(text + "!")
