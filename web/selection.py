"""Pictures that a person picked, as one text that an address and a form can hold, however many they are.

``ID.ID.ID`` are the pictures themselves, ``_NAME`` a list that the catalogue keeps, ``all`` the whole result of the query beside
it, ``all-`` before either all of it but those.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.errors import NotFound

from .context import library
from .inputs import MAX_QUERY_TEXT, clean, idents

#: Pictures that are named one by one; more are kept as a list.
NAMED = 40
_ALL = "all"


@dataclass(frozen=True, slots=True)
class Selection:
    """``images`` were picked; with ``everything``, all that the query finds but them. ``lost`` says that a list is kept no more."""

    images: frozenset[str] = frozenset()
    everything: bool = False
    lost: bool = False

    def __bool__(self) -> bool:
        return self.everything or bool(self.images)

    def has(self, image: str) -> bool:
        """Tell whether a picture of the result is selected."""
        return (image in self.images) != self.everything

    def count(self, total: int) -> int:
        """Return how many are selected of a result of ``total``."""
        return max(total - len(self.images), 0) if self.everything else len(self.images)

    def of(self, query: str) -> list[str] | str:
        """Return what the library calls this selection: ids in the order of the result, or the query when it is all of it."""
        if self.everything and not self.images:
            return query
        if self.everything:
            return [i for i in library().ids(query) if i not in self.images]
        return sorted(self.images)

    def changed(self, shown: Iterable[str], ticked: Iterable[str]) -> Selection:
        """Return the selection after a form was sent that showed some pictures with a box each, of which some are ticked."""
        boxes, on = frozenset(shown), frozenset(ticked)
        rest = self.images - boxes
        return Selection(rest | (boxes - on if self.everything else on), self.everything)


def read(text: str) -> Selection:
    """Return the selection that ``text`` stands for. A list that is not kept any more is told as ``lost``; raises NotAllowed for
    what is no selection."""
    text = clean(text, "picked", 2 * MAX_QUERY_TEXT)
    everything = text == _ALL or text.startswith(f"{_ALL}-")
    rest = text.removeprefix(_ALL).removeprefix("-") if everything else text
    if not rest:
        return Selection(everything=everything)
    if not rest.startswith("_"):
        return Selection(frozenset(idents(rest.split("."), "picked")), everything)
    try:
        return Selection(frozenset(library().kept_list(rest[1:])), everything)
    except NotFound:
        return Selection(lost=True)


def written(selection: Selection) -> str:
    """Return the text that stands for a selection; more than :data:`NAMED` pictures are kept as a list for it."""
    if not selection:
        return ""
    images = sorted(selection.images)
    text = ".".join(images) if len(images) <= NAMED else "_" + library().keep_list(images)
    if not selection.everything:
        return text
    return f"{_ALL}-{text}" if text else _ALL
