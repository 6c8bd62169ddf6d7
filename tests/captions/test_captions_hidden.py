"""Credits that a page shows only when somebody asks, and captions and credits that several pictures share."""

from __future__ import annotations

import pytest

from catalog.captions import markup
from catalog.sources import Document

PROSE = "The ferry leaves the pier at dawn on Monday, and nobody knows whether it will come back before the storm. " * 3


def _read(story: str, above: str = "") -> list[tuple[str, str]]:
    text = f"<html><body><main><h1>Ferry leaves</h1>{above}<div><p>{PROSE}</p>{story}<p>{PROSE}</p></div></main>"
    found = markup.read(Document("p.html", "webpage", text, "utf-8", "0" * 64, "https://news.example/ferry"))
    told = {c.picture: (c.text, c.credit) for c in found.captions}
    return [told.get(p.position, ("", "")) for p in found.article.pictures]


@pytest.mark.parametrize(
    ("beside", "credit"),
    [
        ('<button aria-label="Kuva: Elsa Lind / Lehti"></button>', "Elsa Lind / Lehti"),
        ('<span data-tooltip="Beeld: Piet Lamers">©</span>', "Piet Lamers"),
        ("<details><summary>Credit</summary>Mara Voss/Tide Images</details>", "Mara Voss/Tide Images"),
        ("<details><summary>i</summary>Foto: Mara Voss</details>", "Mara Voss"),
        ('<button aria-label="Photo sharing"></button>', ""),
        ('<button aria-label="Image: a boat at the pier"></button>', ""),
        ("<details><summary>Description</summary>A boat at the pier, its sails down</details>", ""),
        ('<span title="Larkmouth">©</span>', ""),
    ],
)
def test_a_credit_out_of_sight_is_read_where_it_says_what_it_is(beside: str, credit: str) -> None:
    """Labels of buttons, tooltips and parts that fold out hold credits; what does not say that it is one is none."""
    figure = f'<figure><img src="/a/boat.jpg" alt="">{beside}<figcaption>The boat leaves.</figcaption></figure>'
    assert _read(figure) == [("The boat leaves.", credit)]


def test_a_caption_below_a_row_of_pictures_is_that_of_all() -> None:
    """One in a block of the last picture alone is that one's."""
    row = '<section><div><img src="/a/one.jpg" alt=""></div><div><img src="/a/two.jpg" alt="">{}</div>{}</section>'
    told = "<div><i>Two boats at the pier.</i></div>"
    both = ("Two boats at the pier.", "")
    assert _read(row.format("", told)) == [both, both]
    assert _read(row.format(told, "")) == [("", ""), both]


def test_words_below_a_row_are_its_caption_where_it_has_no_others() -> None:
    """They are in a block after the last picture; what leads elsewhere, or stands between the pictures, is none."""
    row = '<div><div><img src="/a/one.jpg" alt=""></div>{}<div><img src="/a/two.jpg" alt=""></div>{}</div>'
    told = "<div><div>The plan of the pier and its new planks.</div><div>City Archive</div></div>"
    assert _read(row.format("", told)) == [("The plan of the pier and its new planks.", "City Archive")] * 2
    assert _read(row.format("", "<div>The plan of the <a href='/x'>pier</a></div>")) == [("", "")] * 2


@pytest.mark.parametrize(
    ("line", "credit"),
    [
        ("Photographs by Ana Lind", "Ana Lind"),
        ("Fotograf: Ana Lind", "Ana Lind"),
        ("Photo: Ana Lind", ""),
        ("By Ana Lind", ""),
    ],
)
def test_a_photographer_named_above_the_pictures_made_them_all(line: str, credit: str) -> None:
    """A line below the headline that names who photographs credits captions without credit; "Photo:" may be of one alone."""
    story = "".join(
        f'<figure><img src="/a/{n}.jpg" alt=""><figcaption>The {n} boat.</figcaption></figure>' for n in ("red", "blue")
    )
    assert _read(story, f"<p>{line}</p>") == [("The red boat.", credit), ("The blue boat.", credit)]


def test_captions_in_a_list_of_their_own_are_told_by_their_credits() -> None:
    """As many lines as pictures, in their order, whatever their list is called."""
    slides = "".join(f'<div><img src="/a/{n}.jpg" alt=""></div>' for n in ("red", "blue"))
    lines = "<ol><li>The red boat (Ana Lind/AP)</li><li>The blue boat (Jo Berg/AP)</li></ol>"
    assert _read(f"<div><div>{slides}</div>{lines}</div>") == [
        ("The red boat", "Ana Lind/AP"),
        ("The blue boat", "Jo Berg/AP"),
    ]
