"""Word lists as trees match what the plain lists match."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from catalog.captions.wordtree import alternatives

_words = st.lists(st.text("abß.-é ", min_size=1, max_size=5), min_size=1, max_size=12)


@given(_words, st.text("abß.-éAB ", max_size=30))
def test_a_tree_finds_what_the_list_finds_longest_first(words: list[str], text: str) -> None:
    """A tree's matches are those of its words joined by bars, the longest first, with and without regard to case."""
    plain = "|".join(re.escape(w) for w in sorted(set(words), key=lambda w: (-len(w), w)))
    for flags, fold in ((re.I, True), (0, False)):
        tree = re.compile(f"(?:{alternatives(words, fold=fold)})", flags)
        assert [m.span() for m in tree.finditer(text)] == [m.span() for m in re.finditer(plain, text, flags)]


def test_a_longer_word_gives_way_where_what_follows_asks_for_a_shorter_one() -> None:
    """A word that begins another is still found when only the shorter one is followed as it must be."""
    assert re.fullmatch(rf"(?:{alternatives(['foto', 'fotos'])})s:", "fotos:")
