"""Which of a page's pictures are the story's."""

from __future__ import annotations

import pytest

from catalog.captions import markup
from catalog.sources import Document

PROSE = "The ferry leaves the pier at dawn on Monday, and nobody knows whether it will come back before the storm. " * 3


@pytest.mark.parametrize(
    ("attributes", "is_shown"),
    [
        ('style="position:absolute;width:1px;height:1px"', False),
        ('style="height: 0; WIDTH: 0 !important;"', False),
        ('width="1" height="1"', False),
        ('style="max-width:1px;width:640px;height:1px"', True),
        ('style="width:100%;height:auto"', True),
        ('style="width:1.5em;min-height:2px;height:200px"', True),
    ],
)
def test_a_beacon_is_no_picture_however_its_size_is_said(attributes: str, is_shown: bool) -> None:
    """A picture that is shown as a point, by its attributes or by its style, counts who reads; it shows nothing."""
    text = (
        f"<html><body><article><h1>Ferry leaves</h1><p>{PROSE}</p>"
        f'<img src="https://stats.example/70c8fc80" alt="" {attributes}><p>{PROSE}</p></article>'
    )
    found = markup.read(Document("p.html", "webpage", text, "utf-8", "0" * 64, "https://news.example/ferry"))
    assert bool(found.article.pictures) is is_shown
