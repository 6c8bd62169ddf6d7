"""What is measured of the lines of a plain text: echoes, first lines, datelines, credits; bounded on hostile text."""

from __future__ import annotations

import pytest

from catalog.captions.textfeatures import CREDITED, Measure, story
from catalog.captions.textlead import dateline
from catalog.captions.textlines import blocks
from catalog.captions.textviews import View, view

LINES = (
    "Rescuers carry a boat across the flooded market of Lindvik on May 7, 2024",
    "Heavy rain flooded the market of Lindvik on Tuesday, and the council closed two bridges. Nobody was hurt.",
    "Eva Lund, who runs a bakery, said that she had lost her ovens. “We start again,” she said.",
    "Volunteers fill sandbags beside the river Orra on May 7, 2024",
    "The council wants to raise the dyke. It had asked for money since 2019, and nobody had answered.",
)


def features(*lines: str, title: str = "Flood in Lindvik") -> list[dict[str, float]]:
    told = story(blocks("\n\n".join(lines)), title)
    measure = Measure(told)
    return [measure.of(i) for i in range(len(told.views))]


def one(text: str) -> View:
    return view(blocks(text)[0])


def test_every_line_has_the_same_features() -> None:
    """Each line of each text is measured by the same names, all of them finite numbers."""
    found = features(*LINES) + features("One line")
    assert len({tuple(f) for f in found}) == 1
    assert all(abs(value) < 100 for f in found for value in f.values())


def test_lines_that_end_alike_are_known() -> None:
    """Captions of one story are dated alike: their last words, with any number for a number, stand in each other."""
    first, second, *_, last = features(*LINES)
    assert first["echo.tail"] > 0.5
    assert second["echo.tail"] == last["echo.tail"] == 0


def test_what_the_next_line_says_again_is_an_echo() -> None:
    """A line repeats what stands near it, weighed by how rare the words are; new words are its own."""
    found = features(*LINES)
    assert found[0]["echo.next"] > found[3]["echo.next"]
    assert found[3]["echo.new"] > found[0]["echo.new"]
    assert found[0]["echo.near"] >= found[0]["echo.next"]


def test_only_first_lines_are_a_lead() -> None:
    """The lead's features tell the first and second line from each other and are silent further down."""
    found = features(*LINES)
    assert found[0]["lead.first_open_then_prose"] == 1
    assert found[1]["lead.second_closed_after_open"] == 1
    assert not any(value for name, value in found[3].items() if name.startswith("lead."))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("LINDVIK, May 7 (NP) — Heavy rain flooded the market on Tuesday.", True),
        ("Lindvik. Starker Regen hat den Markt überflutet.", True),
        ("Rescuers carry a boat across the market.", False),
        ("Rescuers carry a boat – and a piano – across the market", False),
        ("We asked. They answered.", False),
    ],
)
def test_datelines_begin_paragraphs(text: str, told: bool) -> None:
    """A place before a dash or a full stop begins a closed line; a whole first sentence does not."""
    assert dateline(one(text)) is told


def test_lines_with_a_credit_are_marked() -> None:
    """Whether a credit can be cut from a line is known of each line."""
    found = features("Rescuers carry a boat (Photo: Nordic Press/Eva Lund)", *LINES[1:])
    assert [f[CREDITED] for f in found] == [1, 0, 0, 0, 0]


def test_measures_of_a_line_do_not_depend_on_the_order_of_sets() -> None:
    """The same text gives the very same numbers again."""
    assert features(*LINES) == features(*LINES)


def test_many_equal_and_long_lines_are_measured() -> None:
    """A thousand lines of the same words, and lines of nothing but marks, end in numbers."""
    found = features(*["the same words again and again in every line"] * 1000, "“" * 3000, "A B " * 2000, "(" * 3000)
    assert found[0]["echo.twin"] == 1
    assert found[0]["echo.head"] == 1
