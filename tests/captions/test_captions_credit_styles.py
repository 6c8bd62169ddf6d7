"""The styles in which houses print credits, and captions that name houses and hold no credit."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from catalog.captions.credit import cut

ROWS = [
    tuple(line.split("\t"))
    for line in Path(__file__).with_name("credit_styles.tsv").read_text(encoding="utf-8").splitlines()[1:]
]


@pytest.mark.parametrize(("printed", "caption", "credit"), ROWS)
def test_each_style_is_cut_where_it_should_be(printed: str, caption: str, credit: str) -> None:
    """Caption and credit come apart as printed; where there is no credit, nothing is cut."""
    done = cut(printed)
    assert (done.text, done.credit) == (caption, credit)


@pytest.mark.parametrize(
    "piece",
    [
        "St. ",
        "A / ",
        "AB CD. ",
        "X | ",
        "[A] ",
        "Photo by ",
        "a・",
        "Jan. 1, ",
        "(A/B) ",
        "。あ",
        "A—",
        "x.com/",
        "a.b",
    ],
)
def test_hostile_captions_cost_no_more_than_their_length(piece: str) -> None:
    """Four times as long a caption costs far less than sixteen times as much, whatever it repeats."""

    def cost(length: int) -> float:
        text = (piece * length)[:length] + "."
        begun = time.process_time()
        for _ in range(3):
            cut.__wrapped__(text)
        return time.process_time() - begun

    cost(1000)
    assert cost(80_000) < 16 * max(cost(20_000), 0.004)


def test_a_stop_after_an_abbreviation_ends_no_caption() -> None:
    """What follows "St." or "Jan." stays in the caption although a credit ends it."""
    done = cut("Traders in St. Albans, Britain, on Jan. 12, 2024. REUTERS/Hannah Mill")
    assert (done.text, done.credit) == ("Traders in St. Albans, Britain, on Jan. 12, 2024.", "REUTERS/Hannah Mill")
