"""Two captions laid against each other: what both have, what only one has, and the contradictions found so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..model import Contradiction
from . import numbers, roles
from .alignment import align, without_strays
from .languages import function_words
from .reading import Reading, points
from .tokens import Item

#: Captions that share less of their content than this say different things.
UNRELATED = 0.34


@dataclass(slots=True)
class Verdict:
    """What comparing the words gave. ``only_x``/``only_y`` count what just one says; ``shared`` what both say.

    ``news`` is the probability that what just one says is new to the other, and not its words in another style.
    """

    found: list[Contradiction] = field(default_factory=list)
    only_x: int = 0
    only_y: int = 0
    shared: int = 0
    size: int = 0
    moved: int = 0
    longer: int = 0
    news: float = 1.0

    @property
    def overlap(self) -> float:
        """The part of the shorter caption's content that the other has, 0 to 1."""
        return self.shared / self.size if self.size else 0.0


def is_content(item: Item) -> bool:
    """Tell whether an item says something of its own."""
    if item.kind != "word":
        return True
    if item.capital and not item.first and not item.text.isascii() and not item.text.isupper():
        return True  # "Åre" is no "are"
    if item.named:
        return True
    if item.key in function_words() or points(item.key) or item.key in numbers.loose_words():
        return False
    return len(item.key) > 1 or not item.key.isascii()


class Sheet:
    """Two readings and their alignment. ``gone_x`` and ``gone_y`` are the places of what only one caption says so far."""

    def __init__(self, one: Reading, other: Reading) -> None:
        self.x, self.y = one.items, other.items
        self.texts = (one.text, other.text)
        self.german = one.german or other.german
        self.language = one.language or other.language
        self.cut_off = (one.cut_off, other.cut_off)
        self.pairs = without_strays(align(self.x, self.y, function_words()), self.x, self.y)
        self.pair_set = set(self.pairs)
        self.gone_x = set(range(len(self.x))) - {i for i, _ in self.pairs}
        self.gone_y = set(range(len(self.y))) - {j for _, j in self.pairs}
        self.result = Verdict()

    def anchored(self, i: int, j: int, k: int, n: int) -> int:
        """Return how firmly ``x[i:k]`` and ``y[j:n]`` stand in one place: 2 between the same words, 1 beside one, or 0.

        Between, small words of only one caption and the ends of the captions are passed over; beside, they are not.
        """
        if self._held(i, j, -1) and self._held(k - 1, n - 1, 1):
            return 2
        beside = (i - 1, j - 1) in self.pair_set or (k, n) in self.pair_set
        return 1 if beside and self.result.overlap >= 0.6 else 0

    def _held(self, i: int, j: int, step: int) -> bool:
        """Tell whether the same words, or the ends of both captions, stand on one side."""
        i, j = self._past(self.x, i + step, step, self.gone_x), self._past(self.y, j + step, step, self.gone_y)
        return (i, j) in self.pair_set or (i, j) in ((-1, -1), (len(self.x), len(self.y)))

    def _past(self, items: Sequence[Item], i: int, step: int, gone: set[int]) -> int:
        while 0 <= i < len(items) and i in gone and not is_content(items[i]):
            i += step
        return i

    def add(self, kind: str, xs: Sequence[int], ys: Sequence[int], *, keep: bool = False) -> None:
        """Note a contradiction between these items, which are then no more said by one alone."""
        x, y = [self.x[i] for i in xs], [self.y[j] for j in ys]
        kind = roles.kind_of(x, y) if kind == "role" and len(x) < 4 and len(y) < 4 else kind
        kind = roles.kind_of_rank(self.x, xs, self.y, ys) or kind
        spans = [(run[0].start, run[-1].end) if run else (0, 0) for run in (x, y)]
        self.result.found.append(Contradiction(kind, "", "", spans[0], spans[1]))
        if not keep:
            self.gone_x -= set(xs)
            self.gone_y -= set(ys)

    def joins(self, side: int, items: Sequence[Item], i: int) -> bool:
        """Tell whether a hyphen joins an item to the next one."""
        return i + 1 < len(items) and "-" in self.texts[side][items[i].end : items[i + 1].start]

    def strong(self, xs: list[int], ys: list[int]) -> bool:
        """Tell whether two stretches stand in one place."""
        return self.anchored(xs[0], ys[0], xs[-1] + 1, ys[-1] + 1) > 0

    def parts_of_one(self, i: int, j: int) -> bool:
        """Tell whether a hyphen joins two words to one place before them: "Dresden-Gohlis", "Dresden-Laubegast"."""
        return bool(i and j) and self.x[i - 1].kind == "place" and self.joins(0, self.x, i - 1)

    def only_difference(self, xs: list[int], ys: list[int]) -> bool:
        """Tell whether short captions are the same word for word, but for these words in each other's place."""
        left = [
            {n for n in gone if is_content(items[n])} for gone, items in ((self.gone_x, self.x), (self.gone_y, self.y))
        ]
        return left == [set(xs), set(ys)] and self.result.shared >= 2

    def nothing_but(self, run: list[int], dated: list[int], items: Sequence[Item]) -> bool:
        """Tell whether a stretch says nothing but dates, and a word beside one: "mardi 7 mars", "Good Friday"."""
        rest = [n for n in run if n not in dated and is_content(items[n])]
        return bool(dated) and (not rest or (len(rest) == 1 and any(abs(rest[0] - n) == 1 for n in dated)))

    def other_places(self, xs: list[int], ys: list[int]) -> None:
        """Find the one place of a stretch that is another, beside what contradicts already: "in western Iceland"."""
        px, py = (
            [n for n in run if n in gone and side[n].kind == "place"]
            for run, gone, side in ((xs, self.gone_x, self.x), (ys, self.gone_y, self.y))
        )
        if len(px) == len(py) == 1 and self.anchored(xs[0], ys[0], xs[-1] + 1, ys[-1] + 1) == 2:
            self.add("place", px, py)

    def parted(self, xs: list[int], ys: list[int]) -> bool:
        """Tell whether a comma parts these words in both captions."""
        return all(
            "," in text[side[run[0]].end : side[run[-1]].start]
            for text, side, run in zip(self.texts, (self.x, self.y), (xs, ys), strict=True)
        )

    def abreast(self, xs: list[int], ys: list[int], i: int, j: int) -> bool:
        """Tell whether words hold the same place in stretches that stand between the same words: "nach dem Sieg auf"."""
        one, other = ([n for n in run if is_content(side[n])] for run, side in ((xs, self.x), (ys, self.y)))
        alike = abs(len(one) - len(other)) < 2 and i in one and j in other and one.index(i) == other.index(j)
        return alike and self.anchored(xs[0], ys[0], xs[-1] + 1, ys[-1] + 1) == 2
