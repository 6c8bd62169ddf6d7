"""News items as JSON: what the format calls a description is a caption, of all its versions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from catalog.captions.ninjs import read
from catalog.sources.base import Document

ONE = {
    "uri": "https://agency.example/1",
    "type": "text",
    "headline": "Ferries sail again",
    "byline": "Eva Lund",
    "language": "en-GB",
    "firstcreated": "2024-05-07T10:00:00Z",
    "body_html": "<p>Crews went <b>back</b>.</p>",
    "associations": {
        "main": {
            "type": "picture",
            "description_text": "Passengers wave from the ferry",
            "byline": "Ola Berg",
            "creditline": "Nordic Press",
            "renditions": {
                "small": {"href": "https://agency.example/s.jpg", "width": 200},
                "large": {"href": "https://agency.example/l.jpg", "width": 2000, "height": 1500},
            },
        },
        "bare": {"type": "picture", "renditions": {"a": {"href": "b.jpg"}}},
    },
}
TWO = {
    "uri": "https://agency.example/1",
    "type": "text",
    "headlines": [{"role": "main", "value": "Ferries sail again"}],
    "bylines": [{"value": "Eva Lund"}],
    "language": "en",
    "firstCreated": "2024-05-07T10:00:00Z",
    "bodies": [{"role": "main", "contentType": "text/html", "value": "<p>Crews went <b>back</b>.</p>"}],
    "associations": [
        {
            "type": "picture",
            "descriptions": [{"role": "caption", "value": "Passengers wave from the ferry"}],
            "bylines": [{"value": "Ola Berg"}],
            "creditLine": "Nordic Press",
            "renditions": [
                {"href": "https://agency.example/s.jpg", "width": 200},
                {"href": "https://agency.example/l.jpg", "width": 2000, "height": 1500},
            ],
        },
        {"type": "picture", "renditions": [{"href": "b.jpg"}]},
    ],
}


def document(item: Any) -> Document:
    return Document("item.json", "ninjs", json.dumps(item, indent=1, ensure_ascii=False), "utf-8", "0" * 64)


@pytest.mark.parametrize("item", [ONE, TWO])
def test_every_version_gives_the_same_story(item: dict[str, Any]) -> None:
    """Headline, author, words, pictures (largest first) and the caption with its credit are read alike."""
    source = document(item)
    found = read(source)
    assert (found.article.title, found.article.byline, found.article.language) == (
        "Ferries sail again",
        "Eva Lund",
        "en",
    )
    assert found.article.text == "Crews went back ."
    assert [p.url for p in found.article.pictures] == ["https://agency.example/l.jpg", "b.jpg"]
    (caption,) = found.captions
    assert (caption.text, caption.credit) == ("Passengers wave from the ferry", "Ola Berg / Nordic Press")
    assert (caption.picture, caption.image_url) == (0, "https://agency.example/l.jpg")
    assert source.text[caption.start : caption.end] == caption.printed


@pytest.mark.parametrize(
    "item",
    [
        {"headline": 5, "associations": "x", "renditions": [1, None]},
        {"type": "picture", "descriptions": [None, {"value": 3}], "renditions": {"a": {"href": 1}}},
        {"associations": [[{"associations": {}}]], "bodies": {"a": "b"}},
    ],
)
def test_properties_of_wrong_types_are_passed_over(item: dict[str, Any]) -> None:
    """An item that breaks its format gives an article and no caption."""
    assert read(document(item)).captions == ()
