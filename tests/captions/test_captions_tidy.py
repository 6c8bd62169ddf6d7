"""Texts of pages on one line: runs of white space as one space, nothing invisible."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catalog.captions.dom import tidy

_INVISIBLE = "\u200b\u2060\ufeff\u00ad"


@given(st.text("ab é港\u0301 \t\n\r\x0b\x1f\x85\u00a0\u2003\u2028\u3000" + _INVISIBLE, max_size=20))
def test_a_tidy_text_has_the_words_of_the_text_and_one_space_between_them(text: str) -> None:
    """Any white space of Unicode parts words; what is invisible parts none."""
    assert tidy(text) == " ".join(text.translate(dict.fromkeys(map(ord, _INVISIBLE))).split())


def test_what_is_tidy_stays_as_it_is() -> None:
    """So do spaces at the ends, and runs of them, not."""
    assert tidy("Möwen im Hafen") == "Möwen im Hafen"
    assert tidy("  Möwen  im Hafen ") == "Möwen im Hafen"
    assert tidy(" ") == ""
