"""Counters of galleries in captions."""

from __future__ import annotations

import pytest

from catalog.captions.counters import is_counter, without


@pytest.mark.parametrize(
    ("captions", "bare"),
    [
        (["1 of 2 | Boats at dawn", "Boats at noon"], ["Boats at dawn", "Boats at noon"]),
        (["(3/12) Boats at dawn"], ["Boats at dawn"]),
        (["[3 von 12] Boote am Morgen"], ["Boote am Morgen"]),
        (["1/3 Veneet aamulla", "2/3 Veneet illalla"], ["Veneet aamulla", "Veneet illalla"]),
        (["Boats at dawn 1/3", "Boats at noon 2/3"], ["Boats at dawn", "Boats at noon"]),
        (["Boats at dawn (1/3)"], ["Boats at dawn"]),
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
