"""What stands beside a film is read, and believed less than the caption of a photograph."""

from __future__ import annotations

import pytest

from catalog.captions import extract_document, films
from catalog.model import Caption
from catalog.sources.base import Document

TEXT = "<p>" + "The council met on Monday and talked about the roof of the market hall for hours on end. " * 3 + "</p>"
IMG = '<img src="https://a.example/p/roof-of-hall.jpg" width="800">'
CAPTION = '<figcaption>The roof of the hall. <span class="credit">Mara Voss</span></figcaption>'


def _caption(figure: str) -> Caption:
    page = f"<html><body><article><h1>Market hall</h1>{TEXT}{figure}{TEXT}</article></body></html>"
    return extract_document(Document("x", "webpage", page, "utf-8", "0" * 64, "https://a.example/x")).captions[0]


def _is_beside_film(caption: Caption) -> bool:
    return any(r.name == films.BESIDE for r in caption.reasons)


@pytest.mark.parametrize(
    "still",
    [
        f'<div class="video-placeholder">{IMG}</div>',
        f'<div data-video-id="17">{IMG}</div>',
        f'<a role="button" class="btnPlay" href="#">{IMG}</a>',
        f'<div>{IMG}<video src="https://a.example/roof.mp4"></video></div>',
        '<video poster="https://a.example/p/roof-of-hall.jpg" src="https://a.example/roof.mp4"></video>',
    ],
)
def test_words_beside_a_film_are_kept_and_believed_less(still: str) -> None:
    """The caption is found as ever, says why it is doubted, and has a lower confidence than under a photograph."""
    beside, photograph = _caption(f"<figure>{still}{CAPTION}</figure>"), _caption(f"<figure>{IMG}{CAPTION}</figure>")
    assert (
        (beside.text, beside.credit) == (photograph.text, photograph.credit) == ("The roof of the hall.", "Mara Voss")
    )
    assert _is_beside_film(beside)
    assert not _is_beside_film(photograph)
    assert beside.confidence < photograph.confidence


@pytest.mark.parametrize(
    "around",
    [
        '<div class="display playful">{}</div>',
        '<div class="image">{}</div><div class="video"><video src="https://a.example/x.mp4"></video></div>',
        '<div class="gallery" data-autoplay="1">{}</div>',
    ],
)
def test_a_film_elsewhere_on_the_page_changes_nothing(around: str) -> None:
    """Only what holds the picture itself counts: not the next player, and no name that merely has the letters."""
    assert not _is_beside_film(_caption(around.format(f"<figure>{IMG}{CAPTION}</figure>")))
