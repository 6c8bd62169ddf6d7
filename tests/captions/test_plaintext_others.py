"""What stands among the paragraphs of a plain text and is no caption: each kind of line, in texts with and without captions."""

from __future__ import annotations

import pytest

from catalog.captions.plaintext import read
from catalog.captions.textfeatures import WHOLE, Measure, story
from catalog.captions.textkind import items
from catalog.captions.textlines import blocks
from catalog.captions.textmasthead import layout
from catalog.sources.base import Document

TITLE = "Council of Farrow votes to keep the old swimming hall open"
PARAGRAPHS = (
    "The council of Farrow voted on Tuesday to keep the swimming hall on Lime Street open for another three years, against the "
    "advice of its own treasurer, who had warned that the roof would not last that long. Nine members voted for it.",
    "The hall was built in 1962 and has lost money in every year but two. Last winter the water was cold for eleven days because "
    "a pump could not be had, and the swimming club trained in Wexley instead.",
    "“We are not a rich town, but we can swim,” the mayor, Dora Lindt, said after the vote. She had fought for the hall since her "
    "first campaign and called the evening the best of her time in office.",
    "The treasurer, Paul Hask, said that the money would have to come from the roads. He will bring a list of them to the next "
    "meeting, which is to be held on the fourth of March in the school.",
    "The club welcomed the vote. It has 412 members, most of them children, and had collected more than six thousand signatures "
    "in a town of nine thousand people. Its chairman wept when the numbers were read.",
)
CAPTION = "Children of the swimming club wait on the steps of the hall on Lime Street in Farrow on Tuesday {}"
CREDIT = "(Photo: Ada Quist)"

OTHERS = {
    "sub-headings": (2, 3, "Tax cuts delayed"),
    "sub-heading of two parts": (3, 3, "Club wins, roads wait"),
    "sub-heading that asks": (3, 3, "What happens next?"),
    "summary": (0, 0, "Nine of fourteen members vote for the hall, which has lost money in every year but two."),
    "byline": (0, 0, "By Hanna Marlow"),
    "byline with a town": (0, 0, "By Hanna Marlow, Farrow"),
    "byline with a place in the newsroom": (0, 0, "By our correspondent Hanna Marlow"),
    "date line": (0, 0, "4 February 2025, 7:30 am"),
    "date with the year first": (0, 0, "2025年9月3日 5時00分"),
    "date with the time and its zone": (0, 0, "Jumat, 14 Maret 2025 | 09:10 WIB"),
    "read more": (3, 3, "Read more: How the hall was built"),
    "pull quote": (3, 3, "“We are not a rich town, but we can swim”"),
    "time of an entry": (2, 2, "14:05"),
    "row of a table": (2, 2, "| Hall | 1962 | 412 members |"),
    "rights": (5, 5, "© 2025 Farrow Mercury. All rights reserved."),
}  # fmt: skip
BULLETS = (
    "• Nine members voted for the hall",
    "• The treasurer warned of the roof",
    "• The money comes from the roads",
)


def captions(lines: list[str]) -> list[str]:
    text = "\n\n".join(lines) + "\n"
    return [c.printed for c in read(Document("story.txt", "plaintext", text, "utf-8", "0" * 64)).captions]


@pytest.mark.parametrize("credit", ["", CREDIT], ids=["bare", "credited"])
@pytest.mark.parametrize("kind", OTHERS)
def test_other_lines_are_no_captions(kind: str, credit: str) -> None:
    """A line of each kind is no caption in a text without captions, nor in one with a caption, which alone is found."""
    first, last, line = OTHERS[kind]
    body = list(PARAGRAPHS)
    body.insert(last, line)
    if last != first:
        body.insert(first, "Roads must pay")
    assert captions([TITLE, *body]) == []
    caption = CAPTION.format(credit).strip()
    at = body.index(PARAGRAPHS[1]) + 1
    assert captions([TITLE, *body[:at], caption, *body[at:]]) == [caption]


@pytest.mark.parametrize("mark", ["•", "-", "–", "*", "1."])
def test_items_of_a_list_are_no_captions(mark: str) -> None:
    """Lines in a row with a bullet or a number before them are no captions; one with a credit may be."""
    lines = [line.replace("•", mark) for line in BULLETS]
    assert captions([TITLE, *lines, *PARAGRAPHS]) == []
    assert captions([TITLE, PARAGRAPHS[0], *lines, *PARAGRAPHS[1:]]) == []


def test_one_marked_line_is_no_list() -> None:
    """Only lines next to each other with the same kind of mark are items; triangles and squares point to pictures."""
    assert items(["• One", "A paragraph", "• Two"]) == set()
    assert items(["• One", "• Two", "- Three", "1. Four", "2. Five"]) == {0, 1, 3, 4}
    assert items(["▲ Left", "▲ Right", "-5 degrees", "-7 degrees", "12.5 metres"]) == set()


def test_a_line_that_stands_whole_in_a_paragraph_is_told() -> None:
    """Word for word in a longer line, whatever the quotation marks; not where that only adds a credit or a word differs."""
    lines = (TITLE, *PARAGRAPHS, "We are not a rich town, but we can swim", "We are not a rich town, but we can dance")
    caption = CAPTION.format("").strip()
    found = layout(blocks("\n\n".join([*lines, caption, f"{caption} {CREDIT}"])))
    whole = [row[WHOLE] for row in Measure(story(found.body, found.title)).lines()]
    assert whole == [0, 0, 0, 0, 0, 1, 0, 0, 0]
