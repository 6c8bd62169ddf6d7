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


def _shown(story: str, above: str = "") -> list[str]:
    text = f"<html><body><main>{above}<h1>Ferry leaves</h1><div><p>{PROSE}</p>{story}<p>{PROSE}</p></div></main>"
    found = markup.read(Document("p.html", "webpage", text, "utf-8", "0" * 64, "https://news.example/ferry"))
    return [p.url.rsplit("/", 1)[-1] for p in found.article.pictures]


@pytest.mark.parametrize(
    ("story", "is_shown"),
    [
        ('<div><b>Lesen Sie auch:</b><img src="/a/boat.jpg" alt=""></div>', False),
        ('<h3>اقرأ أيضا</h3><div><img src="/a/boat.jpg" alt=""></div>', False),
        ('<div><b>Am Hafen</b><img src="/a/boat.jpg" alt=""></div>', True),
        ('<div><img src="/a/boat.jpg" alt=""><p>All that sails, each Saturday.</p><form><input></form></div>', False),
        ('<blockquote class="twitter-tweet"><img src="/a/boat.jpg" alt=""><p>Look!</p></blockquote>', False),
        (
            '<figure><a href="/b"><img src="/a/boat.jpg"><figcaption>最後一位渡輪船長退休</figcaption></a></figure>',
            False,
        ),
        (
            '<figure><a href="/b"><img src="/a/boat.jpg"></a><figcaption>最後一位渡輪船長退休</figcaption></figure>',
            True,
        ),
        ('<h3>See also</h3><figure><img src="/a/boat.jpg" alt=""><figcaption>The pier.</figcaption></figure>', True),
    ],
)
def test_what_offers_something_else_shows_no_picture_of_the_story(story: str, is_shown: bool) -> None:
    """A box of other stories, letters or posts has pictures of its own; a caption tells one that is the story's."""
    assert _shown(story) == (["boat.jpg"] if is_shown else [])


def test_a_picture_named_as_the_opening_one_stands_above_the_headline() -> None:
    """Themes print a story's first picture above its headline, and name it so; what else stands there is the page's."""
    assert _shown("", '<div class="featured-image"><img src="/a/boat.jpg" alt=""></div>') == ["boat.jpg"]
    assert _shown("", '<div class="top"><img src="/a/boat.jpg" alt=""></div>') == []
