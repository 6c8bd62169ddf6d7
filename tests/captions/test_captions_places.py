"""A page's captions are told between which lines of its text they stand, though the text leaves them out."""

from __future__ import annotations

from dataclasses import replace

from catalog.captions import extract_document
from catalog.model import Extraction
from catalog.sources.base import Document

ONE = "The ferry was late again on Monday, and nobody on the quay could say for how long it would stay away this time."
TWO = "The harbour office opened at noon, when most of those who had waited since the morning had gone home already."
THREE = "A new boat is promised for the spring; the council has promised one every spring since the old one was built."


def _read(body: str) -> Extraction:
    page = f"<html><body><article><h1>The ferry is late</h1>{body}</article></body></html>"
    return extract_document(Document("x", "webpage", page, "utf-8", "0" * 64, "https://a.example/x"))


def _figure(number: int, caption: str) -> str:
    return f'<figure><img src="/p/{number}.jpg" width="900" height="600"><figcaption>{caption}</figcaption></figure>'


def test_captions_stand_between_the_lines_where_the_page_prints_them() -> None:
    """Above the first line, between two, and below the last."""
    found = _read(
        f"{_figure(1, 'The empty quay')}<p>{ONE}</p><p>{TWO}</p>{_figure(2, 'People wait')}<p>{THREE}</p>"
        f"{_figure(3, 'The old boat')}"
    )
    assert found.article.text.splitlines() == [ONE, TWO, THREE]
    assert [(c.text, c.after) for c in found.captions] == [
        ("The empty quay", 0),
        ("People wait", 2),
        ("The old boat", 3),
    ]


def test_a_caption_that_only_data_has_stands_where_its_picture_does() -> None:
    """The words stand nowhere on the page; the picture does."""
    data = '{"@type": "ImageObject", "contentUrl": "https://a.example/p/7.jpg", "caption": "Gulls on the pier"}'
    found = _read(
        f'<p>{ONE}</p><p><img src="/p/7.jpg" width="900" height="600"></p><p>{TWO}</p>'
        f'<script type="application/ld+json">{data}</script>'
    )
    assert [(c.text, c.after) for c in found.captions] == [("Gulls on the pier", 1)]


def test_where_neither_words_nor_picture_stand_nothing_is_told() -> None:
    """A picture that only the page's data names has no place in the text."""
    data = '{"@type": "ImageObject", "contentUrl": "https://a.example/p/7.jpg", "caption": "Gulls on the pier"}'
    found = _read(f'<p>{ONE}</p><p>{TWO}</p><script type="application/ld+json">{data}</script>')
    assert [(c.text, c.after) for c in found.captions] == [("Gulls on the pier", -1)]


def test_spans_are_counted_in_signs_whatever_stands_before_them() -> None:
    """Start, end and line are those of the decoded source, the same with its bytes at hand and without."""
    before = "<p>Ça dépend — « où », 港の朝。" + "é, a long way from one sign to the next, " * 200 + "</p>\n" * 40
    page = (
        f"<html><body>{before}<article><h1>The ferry is late</h1>\n<p>{ONE}</p>{_figure(1, 'Möwen über der Fähre')}"
        f"<p>{TWO}</p>\n<!-- Möwen über der Fähre -->{_figure(2, 'The ferry &amp; its captain')}</article></body></html>"
    )
    document = Document("x", "webpage", page, "utf-8", "0" * 64, "https://a.example/x")
    captions = extract_document(document).captions
    assert [page[c.start : c.end] for c in captions] == ["Möwen über der Fähre", "The ferry &amp; its captain"]
    assert [c.line for c in captions] == [page.count("\n", 0, c.start) + 1 for c in captions]
    assert extract_document(replace(document, utf8=page.encode())).captions == captions
    # A lone half of a pair, which no UTF-8 has, is one sign all the same.
    broken = page.replace("港", "\ud83d")
    assert [broken[c.start : c.end] for c in extract_document(replace(document, text=broken)).captions] == [
        "Möwen über der Fähre",
        "The ferry &amp; its captain",
    ]


def test_words_that_stand_often_are_told_apart_by_the_tags_before_them() -> None:
    """Where what stands before has several bytes for a sign, the same words near by are not taken for the caption's."""
    near = "港の朝 Möwen im Hafen. " * 9
    figure = _figure(1, "Möwen im Hafen")
    page = f"<html><body><article><h1>The ferry is late</h1><p>{near}</p>{figure}<p>{near}</p></article></body></html>"
    document = Document("x", "webpage", page, "utf-8", "0" * 64, "https://a.example/x")
    for given in (document, replace(document, utf8=page.encode())):
        caption = extract_document(given).captions[0]
        assert caption.start == page.index("<figcaption>") + len("<figcaption>")
        assert page[caption.start : caption.end] == "Möwen im Hafen"


def test_a_credit_before_the_caption_in_one_block_is_the_credit_alone() -> None:
    """A block that begins with a credit and holds the caption too is no credit as a whole."""
    block = (
        "<div class='media'><img src='/p/1.jpg'><div class='info'><div class='m-copyright'>© Hafen / Ole Ravn</div>"
        "<div class='media__title'>The ferry at the quay</div></div></div>"
    )
    (caption,) = _read(f"<p>{ONE}</p>{block}<p>{TWO}</p>").captions
    assert (caption.text, caption.credit) == ("The ferry at the quay", "Hafen / Ole Ravn")
