"""What a match says, told of the picture that was asked for."""

from __future__ import annotations

import pytest

from catalog.model import Match
from catalog.views import Similar


@pytest.mark.parametrize(
    ("other", "detail", "told"),
    [
        ("b", "a part of the second", "a part of the other"),
        ("a", "a part of the second", "a part of this picture"),
        ("b", "mirrored, second turned 4° clockwise", "mirrored, the other turned 4° clockwise"),
        ("a", "second at 300 % of the size", "this picture at 300 % of the size"),
        ("a", "frame or bar around it in the first", "frame or bar around it in the other"),
        ("b", "tone changed", "tone changed"),
    ],
)
def test_what_a_match_says_is_told_of_the_picture_asked_for(other: str, detail: str, told: str) -> None:
    """Which of the two is first is an accident of their ids; a reader knows the one that was asked for and the other."""
    assert Similar(other, (), Match("a:b", "a", "b", "cropped", 1.0, detail)).told == told
