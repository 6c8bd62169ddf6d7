"""Counters of galleries in captions."""

from __future__ import annotations

import pytest

from catalog.captions import extract_document
from catalog.captions.counters import is_counter, without
from catalog.sources.base import Document

PROSE = "<p>" + "The boats lay in the harbour all winter and nobody asked whose they were. " * 4 + "</p>"


def captions(figure: str) -> list[str]:
    """The captions of the pictures of a page with one figure between two paragraphs."""
    page = f"<html><body><article><h1>Boats in winter</h1>{PROSE}{figure}{PROSE}</article></body></html>"
    story = extract_document(Document("page.html", "webpage", page, "utf-8", "0" * 64, "https://daily.example/boats"))
    told = {c.picture: c.text for c in story.captions}
    return [told.get(p.position, "") for p in story.article.pictures]


@pytest.mark.parametrize(
    ("captions", "bare"),
    [
        (["1 of 2 | Boats at dawn", "Boats at noon"], ["Boats at dawn", "Boats at noon"]),
        (["(3/12) Boats at dawn"], ["Boats at dawn"]),
        (["[3 von 12] Boote am Morgen"], ["Boote am Morgen"]),
        (["1/3 Veneet aamulla", "2/3 Veneet illalla"], ["Veneet aamulla", "Veneet illalla"]),
        (["Boats at dawn 1/3", "Boats at noon 2/3"], ["Boats at dawn", "Boats at noon"]),
        (["Boats at dawn (1/3)"], ["Boats at dawn"]),
        (["Boats at dawn, 1 of 3.", "Boats at noon, 2 of 3."], ["Boats at dawn", "Boats at noon"]),
    ],
)
def test_counters_are_no_words_of_captions(captions: list[str], bare: list[str]) -> None:
    """In brackets or before a sign they are told by themselves, bare ones by another caption that counts in one total."""
    assert without(captions) == bare


@pytest.mark.parametrize(
    "captions",
    [
        ["1/3 of the harvest was lost"],
        ["1/3 of the harvest was lost", "1/3 of the barns as well"],
        ["The crew won 5/3", "The score stood at 7/3"],
        ["12/3 Boats at dawn", "13/3 Boats at noon"],
        ["4 of 9"],
        [""],
    ],
)
def test_numbers_of_a_caption_stay(captions: list[str]) -> None:
    """A share, a result or a date counts nothing, and a caption that is only a counter is left as it is."""
    assert without(captions) == captions


def test_a_counter_alone_is_told() -> None:
    """An element that holds only a counter is furniture; a year, a share above one or a date is not."""
    assert all(map(is_counter, ["3/12", "1 of 9", "(2 von 5)", "2 av 4", "1 / 1"][:4]))
    assert not any(map(is_counter, ["12/3", "2024", "1/1", "3/12/2024", "Bild 3/12 am Morgen", ""]))


@pytest.mark.parametrize("unit", ["1/2 ", " ", "(1/2", "1 of ", "9"])
def test_hostile_captions_are_counted_in_bounded_time(unit: str) -> None:
    """Long runs of digits, spaces and brackets are answered."""
    assert without([unit * 20_000]) is not None


@pytest.mark.parametrize("words", ["08:15", "02/02/2025", "3/12"])
def test_numbers_alone_are_no_caption(words: str) -> None:
    """A duration, a date or a counter in a caption's place leaves the picture without one."""
    figure = '<figure><img src="https://img.daily.example/boats-{}.jpg"><figcaption>{}</figcaption></figure>'
    assert captions(figure.format(1, words) + figure.format(2, "Boats at dawn")) == ["", "Boats at dawn"]


def test_a_banner_for_a_newsletter_is_no_picture_of_the_story() -> None:
    """What a page offers in its own name is named as such by its address."""
    banner = '<div class="image"><img src="https://img.daily.example/newsletters/evening.png"><div class="caption">{}</div></div>'
    assert captions(banner.format("Get our news every evening, free of charge")) == []
    assert captions(banner.format("Boats at dawn").replace("/newsletters/", "/news/")) == ["Boats at dawn"]


@pytest.mark.parametrize(
    "ends", [("(Ann Pell/Courier) 1/2", "(Ann Pell/Courier) 2/2"), ("Photo: Ann Pell 1/2", "Photo: Ann Pell 2/2")]
)
def test_credits_before_counters_are_cut(ends: tuple[str, str]) -> None:
    """A counter after the credit hides it no more than one before the caption."""
    figures = "".join(
        f"<figure><img src='/boat-{end[-3]}-by-the-quay.jpg'><figcaption>A boat by the quay. {end}</figcaption></figure>"
        for end in ends
    )
    page = f"<html><body><article><h1>Boats in winter</h1>{PROSE}{figures}{PROSE}</article></body></html>"
    story = extract_document(Document("page.html", "webpage", page, "utf-8", "0" * 64, "https://daily.example/boats"))
    assert [c.text for c in story.captions] == ["A boat by the quay."] * 2
    assert all(c.credit in ("Ann Pell", "Ann Pell/Courier") for c in story.captions)
