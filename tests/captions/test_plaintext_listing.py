"""A text that is nothing but a list of captions gives them; other lists give none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from catalog.captions import extract_document
from catalog.model import Caption
from catalog.sources.base import Document

SEEN = (
    "Volunteers carry sandbags along the flooded quay in Larkmouth on Monday",
    "Mayor Ines Falk cuts the ribbon of the new footbridge over the Tarn",
    "A heron stands beside the empty boathouse during the drought",
    "Children wave from the first tram at Mill Square station",
)


def captions(text: str) -> list[Caption]:
    document = Document("list.txt", "plaintext", text, "utf-8", "0" * 64)
    found = list(extract_document(document).captions)
    assert all(text[c.start : c.end] == c.printed for c in found), "spans slice the source"
    return found


def _named(line: Callable[[int, str], str], between: str = "\n") -> str:
    return between.join(line(n, text) for n, text in enumerate(SEEN, 1)) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        _named(lambda n, t: f"{t}."),
        _named(lambda n, t: f"{n}. {t}"),
        "Captions, Tuesday edition\n\n" + _named(lambda n, t: f"({n}) {t}."),
        _named(lambda n, t: f"IMG_{n}204.jpg: {t}."),
        _named(lambda n, t: f"DSC_0{n}12.JPG\n{t}.", "\n\n"),
        _named(lambda n, t: f"{t}.\nquay-{n}.png"),
        _named(lambda n, t: f"{t} (quay_{n}.jpeg)"),
        _named(lambda n, t: f"Photo {n}: {t}."),
        _named(lambda n, t: f"Photo {n}\n{t}.", "\n\n"),
        _named(lambda n, t: f"{t}. (Photo: Ada Quist)"),
        _named(lambda n, t: f"{t}.\nPhoto: Ada Quist/Larkmouth Courier", "\n\n"),
        _named(lambda n, t: f"© Ada Quist\n{t}.", "\n\n"),
    ],
    ids=[
        "bare",
        "numbered",
        "heading",
        "file-first",
        "file-above",
        "file-below",
        "file-last",
        "label",
        "label-above",
        "credit-last",
        "credit-below",
        "credit-above",
    ],
)
def test_list(text: str) -> None:
    """Each line of a list is a caption, without its number, label and file name."""
    assert [c.text.rstrip(".") for c in captions(text)] == list(SEEN)


def test_credits_and_places() -> None:
    """A credit above or below a caption is its credit, and the line is the caption's own."""
    below = captions(_named(lambda n, t: f"{t}.\nPhoto: Ada Quist/Larkmouth Courier", "\n\n"))
    above = captions(_named(lambda n, t: f"© Ada Quist\n{t}.", "\n\n"))
    assert [c.credit for c in below] == ["Ada Quist/Larkmouth Courier"] * 4
    assert [c.credit for c in above] == ["Ada Quist"] * 4
    assert [c.line for c in below] == [1, 4, 7, 10]
    assert [c.line for c in above] == [2, 5, 8, 11]


def test_sign_of_its_own_makes_surer() -> None:
    """A line that names its file is given more confidence than one of a list without such signs."""
    plain, named = captions(_named(lambda n, t: f"{t}.")), captions(_named(lambda n, t: f"IMG_{n}204.jpg: {t}."))
    assert plain[0].confidence < named[0].confidence < 1


@pytest.mark.parametrize(
    "text",
    [
        "Opening hours\n\nMonday to Friday from nine to five\n"
        "Saturday from ten to two at the side gate\nSunday and holidays closed to visitors\n",
        "1. Preheat the oven and butter the tin.\n2. Whisk the eggs with the sugar until pale.\n"
        "3. Fold in the flour and bake for an hour.\n",
        "a.jpg 2341 bytes copied\nb.jpg 1812 bytes copied\nc.jpg 991 bytes copied\n",
        "Minutes\n\nThe council met and approved the budget of last year.\nHe said the bridge would be closed in May.\n"
        "They voted on the harbour and adjourned at nine.\nThe next meeting was set for the first of June.\n",
        "Text: Jo Lee\nFoto: Ann Hart\nRedaktion: Max Sund\n",
    ],
    ids=["hours", "recipe", "log", "minutes", "masthead"],
)
def test_other_lists(text: str) -> None:
    """Lines that are no captions are none in a list either."""
    assert captions(text) == []


def test_credits_of_some_and_what_the_others_show_make_a_list() -> None:
    """A credit counts for a line as much as words for what is seen; without it the same lines are no list."""
    mixed = [
        f"{SEEN[0]}.",
        f"{SEEN[3]}.",
        "The empty boathouse of Larkmouth (Photo: Ada Quist).",
        "Mayor Ines Falk of Larkmouth (Photo: Ada Quist).",
    ]
    assert len(captions("\n".join(mixed) + "\n")) == 4
    assert len(captions("\n".join(line.replace(" (Photo: Ada Quist)", "") for line in mixed) + "\n")) < 4
