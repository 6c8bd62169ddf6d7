"""Names in scripts that part no words and have no capitals (Thai, Lao, Burmese, Khmer), told by what they are joined to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from .data import words
from .tokens import Item

#: A name has at most so many syllables.
LONGEST = 14
#: So many syllables at the head of a name that both captions have may stand between its title and where it differs.
SHARED = 4


def is_syllable(item: Item) -> bool:
    """Tell whether an item is a letter of such a script with what is written around it."""
    first = item.text[:1]
    return item.kind == "word" and (
        "\u0e00" <= first <= "\u0eff" or "\u1000" <= first <= "\u103f" or "\u1780" <= first <= "\u17dd"
    )


@cache
def _beside(name: str) -> tuple[str, ...]:
    """Return the words beside names, longer ones first."""
    return tuple(sorted(words()["unparted"][name].split(), key=lambda word: (-len(word), word)))


def kind_of(
    x: Sequence[Item], y: Sequence[Item], before: Sequence[Item], after: Sequence[Item], *, opens: bool = False
) -> str:
    """Return "place" or "person" where both captions have another name in one place, else "".

    ``before`` and ``after`` are all of what both captions have around it; ``opens`` says that a blank or nothing stands before
    it. A title or the word for a sort of place is joined to the front of a name; an office may follow it.
    """
    if not (0 < len(x) <= LONGEST and 0 < len(y) <= LONGEST and all(map(_of_name, (*x, *y)))):
        return ""
    if all(run[0].kind == "place" for run in (x, y)) and x[0].key != y[0].key:
        return "place"
    for shared in range(SHARED + 1):
        said = "".join(item.text for item in before[: len(before) - shared])
        for kind in ("person", "place"):
            if said.endswith(_beside(f"{kind}_before")):
                return kind
    return "person" if opens and "".join(item.text for item in after).startswith(_beside("person_after")) else ""


def _of_name(item: Item) -> bool:
    return item.kind == "place" or is_syllable(item)
