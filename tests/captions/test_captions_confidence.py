"""The confidence of captions on pages: a probability that orders them, with weights in a readable file."""

from __future__ import annotations

import pytest

from catalog.captions import credit, extract_document, films, gallery, markup, placement
from catalog.captions.weighing import WEIGHTS, probability
from catalog.model import Caption
from catalog.sources.base import Document

TEXT = "<p>" + "The council met on Monday and talked about the roof of the market hall for hours on end. " * 3 + "</p>"


def _caption(markup_: str) -> Caption:
    page = f"<html><body><article><h1>Market hall</h1>{TEXT}{markup_}{TEXT}</article></body></html>"
    return extract_document(Document("x", "webpage", page, "utf-8", "0" * 64, "https://a.example/x")).captions[0]


def test_surer_evidence_gives_higher_confidence() -> None:
    """A figcaption is surer than italics after a picture, and its own credit element makes it surer still."""
    picture = '<img src="https://a.example/p/roof-of-hall.jpg">'
    credited = f'<figure>{picture}<figcaption>The roof. <span class="credit">Mara Voss</span></figcaption></figure>'
    figure = f"<figure>{picture}<figcaption>The roof.</figcaption></figure>"
    beside = f"<div>{picture}</div><p>The roof of the hall. Photo: Mara Voss</p>"
    sure = [_caption(m).confidence for m in (credited, figure, beside)]
    assert sure == sorted(sure, reverse=True)
    assert len(set(sure)) == 3


def test_confidence_is_the_logistic_of_its_reasons() -> None:
    """The weights of the reasons shown add up to the confidence shown."""
    caption = _caption(
        '<figure><img src="https://a.example/p/roof-of-hall.jpg"><figcaption>The roof.</figcaption></figure>'
    )
    assert caption.confidence == probability(sum(r.weight for r in caption.reasons))


@pytest.mark.parametrize(
    "table", [credit.WEIGHTS, films.WEIGHTS, gallery.WEIGHTS, markup.DATA_WEIGHTS, placement.WEIGHTS]
)
def test_every_reason_has_a_fitted_weight(table: dict[str, float]) -> None:
    """No way to find or cut a caption is left out of the file of weights."""
    assert set(table) <= set(WEIGHTS)
