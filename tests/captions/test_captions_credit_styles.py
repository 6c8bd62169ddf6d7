"""The styles in which houses print credits, and captions that name houses and hold no credit."""

from __future__ import annotations

import dataclasses
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from catalog.captions import credit as credit_room
from catalog.captions import creditbrackets, creditcut, creditmarkers, credittables, creditwords
from catalog.captions.credit import cut

ROWS = [
    tuple(line.split("\t"))
    for line in Path(__file__).with_name("credit_styles.tsv").read_text(encoding="utf-8").splitlines()[1:]
]


@dataclasses.dataclass
class Watch:
    """How many letters patterns were given: in all, and most at once."""

    total: int = 0
    most: int = 0


@dataclasses.dataclass
class Watched:
    """A pattern that notes how many letters it is given."""

    pattern: re.Pattern[str]
    watch: Watch

    def _given(self, text: str, low: int = 0, high: int = sys.maxsize) -> tuple[str, int, int]:
        letters = max(0, min(high, len(text)) - low)
        self.watch.total += letters
        self.watch.most = max(self.watch.most, letters)
        return text, low, high

    def search(self, *given: Any) -> re.Match[str] | None:
        """Search as the pattern does."""
        return self.pattern.search(*self._given(*given))

    def match(self, *given: Any) -> re.Match[str] | None:
        """Match as the pattern does."""
        return self.pattern.match(*self._given(*given))

    def fullmatch(self, *given: Any) -> re.Match[str] | None:
        """Match the whole as the pattern does."""
        return self.pattern.fullmatch(*self._given(*given))

    def finditer(self, *given: Any) -> Any:
        """Find all as the pattern does."""
        return self.pattern.finditer(*self._given(*given))

    def split(self, text: str) -> list[str | Any]:
        """Split as the pattern does."""
        return self.pattern.split(self._given(text)[0])

    def sub(self, new: str, text: str) -> str:
        """Replace as the pattern does."""
        return self.pattern.sub(new, self._given(text)[0])


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
def test_hostile_captions_are_looked_at_only_at_their_ends(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times as long a caption hands no more letters to the patterns, whatever it repeats, and never many at once."""

    rooms = (credit_room, creditbrackets, creditcut, creditmarkers, creditwords)

    def letters(length: int) -> Watch:
        watch = Watch()
        with monkeypatch.context() as patched:
            for room in rooms:
                for name, value in vars(room).items():
                    if isinstance(value, re.Pattern):
                        patched.setattr(room, name, Watched(value, watch))
            fields = {f.name: getattr(credittables.tables(), f.name) for f in dataclasses.fields(credittables.Tables)}
            told: Any = {n: Watched(v, watch) if isinstance(v, re.Pattern) else v for n, v in fields.items()}
            watched = credittables.Tables(**told)
            for room in rooms:
                patched.setattr(room, "tables", lambda: watched, raising=False)
            for asked in (creditcut.breaks, creditwords.has_agency, creditwords.is_agency):
                asked.cache_clear()
            cut.__wrapped__((piece * length)[:length] + ".")
        return watch

    short, long = letters(20_000), letters(80_000)
    assert max(short.most, long.most) <= 2 * creditcut.REACH
    assert 0 < long.total <= 1.1 * short.total + 2 * creditcut.REACH


def test_a_stop_after_an_abbreviation_ends_no_caption() -> None:
    """What follows "St." or "Jan." stays in the caption although a credit ends it."""
    done = cut("Traders in St. Albans, Britain, on Jan. 12, 2024. REUTERS/Hannah Mill")
    assert (done.text, done.credit) == ("Traders in St. Albans, Britain, on Jan. 12, 2024.", "REUTERS/Hannah Mill")
