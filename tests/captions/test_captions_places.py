"""A page's captions are told between which lines of its text they stand, though the text leaves them out."""

from __future__ import annotations

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
