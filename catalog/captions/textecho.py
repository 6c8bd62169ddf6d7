"""How far a line of a plain text says what other lines say: captions repeat the story, and each other's form."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from .textviews import Story, View
from .textwords import tokens

#: Words of a line that are looked up among the other lines, and places from which a word is too common to tell.
_MOST_WORDS, _MOST_PLACES = 60, 40
#: Lines before and after a line that count as near.
_NEAR = 2
#: The shortest and longest run of words that lines are said to begin or end alike with.
_SHORTEST, _LONGEST = 2, 5
#: A line of so many words stands whole in one that is so much longer: what only adds a credit is the same line.
_FEWEST_WHOLE, _LONGER = 4, 1.5
#: The share of its rare words that a line must have in common with the one in which it stands; too common ones are not counted.
_LEAST_SHARED = 0.5


class Echoes:
    """The echoes of the lines of one story. Cost grows with the text's length, not with its square."""

    def __init__(self, told: Story) -> None:
        self._views = views = told.views
        self._df = told.df
        self._joined = [f" {' '.join(v.folded)} " for v in views]
        self._title = {w for w in (t.casefold() for t in tokens(told.title)) if len(w) > 3 or not w.isascii()}
        self._where = _places(views)
        lines = len(views) + 1
        self._rarity = {word: math.log(lines / len(where)) for word, where in self._where.items()}
        self._weight = [math.fsum([self._rarity[w] for w in v.content]) or 1.0 for v in views]
        counted = [["#" if w.isdigit() else w for w in v.folded] for v in views]
        self._heads = _alike(counted)
        self._tails = _alike([words[::-1] for words in counted])
        self._twins = _shared_pairs(counted)
        self._named = Counter(name for v in views for name in v.names)

    def of(self, i: int) -> dict[str, float]:
        """Return what line ``i`` repeats, by the names of the features."""
        v = self._views[i]
        size = max(1, len(v.content))
        names = [w.casefold() for w in v.words if w[:1].isupper()]
        votes, shares = self._shared(i, v)
        most, where = _closest(i, votes)
        titled = len(self._title.intersection(v.folded)) / max(1, len(self._title))
        return {
            "echo.known": sum(1 for w in v.content if self._df[w] > 1) / size,
            "echo.closest": most / size,
            "echo.closest_later": float(most > 0 and where > i),
            "echo.names": sum(1 for w in names if self._df[w] > 1) / max(1, len(names)),
            "echo.title": titled if i < 3 else 0.0,
            "echo.title_any": titled,
            "echo.head": self._heads[i] / _LONGEST,
            "echo.tail": self._tails[i] / _LONGEST,
            "echo.twin": self._twins[i],
            "echo.whole": float(self._stands_whole(i, votes)),
            "names.full_again": float(any(self._named[name] > 1 for name in v.names)),
            **self._by_rarity(i, shares),
        }

    def _shared(self, i: int, v: View) -> tuple[dict[int, int], dict[int, float]]:
        """How many rare words the line shares with each other line, and their weight."""
        votes: dict[int, int] = {}
        shares: dict[int, float] = {}
        for word in sorted(v.content)[:_MOST_WORDS]:
            where = self._where[word]
            if 1 < len(where) <= _MOST_PLACES:
                rarity = self._rarity[word]
                for line in where:
                    votes[line] = votes.get(line, 0) + 1
                    shares[line] = shares.get(line, 0.0) + rarity
        votes.pop(i, None)
        shares.pop(i, None)
        return votes, shares

    def _stands_whole(self, i: int, votes: dict[int, int]) -> bool:
        """Whether a longer line has this one in it word for word, as paragraphs have quotes and headings drawn from them."""
        most = max(votes.values(), default=0)
        if len(self._views[i].folded) < _FEWEST_WHOLE or most < _LEAST_SHARED * len(self._views[i].content):
            return False
        line = self._joined[i]
        longer = (self._joined[k] for k, count in votes.items() if count == most)
        return any(len(other) >= _LONGER * len(line) and line in other for other in longer)

    def _by_rarity(self, i: int, shares: dict[int, float]) -> dict[str, float]:
        """What the line shares with words weighed by how few lines have them."""
        best, second = [*sorted(shares.values(), reverse=True), 0.0, 0.0][:2]
        near = [self._share(i, k) for k in range(i - _NEAR, i + _NEAR + 1) if k != i]
        content = self._views[i].content
        return {
            "echo.prev": near[_NEAR - 1],
            "echo.next": near[_NEAR],
            "echo.near": max(near),
            "echo.new": math.fsum([self._rarity[w] for w in content if len(self._where[w]) == 1]) / self._weight[i],
            "echo.idf_best": best / self._weight[i],
            "echo.idf_gap": (best - second) / self._weight[i],
        }

    def _share(self, i: int, other: int) -> float:
        """The part of line ``i`` that stands in another one, which need not be there."""
        if not 0 <= other < len(self._views):
            return 0.0
        shared = self._views[i].content & self._views[other].content
        return math.fsum([self._rarity[w] for w in shared]) / self._weight[i] if shared else 0.0


def _closest(i: int, votes: dict[int, int]) -> tuple[int, int]:
    """How many rare words line ``i`` shares with the line that shares most, and which that is: the nearest of equals."""
    if not votes:
        return 0, i
    line, count = min(votes.items(), key=lambda item: (-item[1], abs(item[0] - i), item[0]))
    return count, line


def _places(views: Sequence[View]) -> dict[str, list[int]]:
    """The lines in which each rare word stands."""
    found: dict[str, list[int]] = {}
    for i, v in enumerate(views):
        for word in v.content:
            found.setdefault(word, []).append(i)
    return found


def _alike(lines: Sequence[Sequence[str]]) -> list[int]:
    """For each line, with how many words at most it begins as another line does (0, or 2 to 5)."""
    lengths = range(_SHORTEST, _LONGEST + 1)
    begun = Counter(tuple(words[:n]) for words in lines for n in lengths if len(words) >= n)
    return [max((n for n in lengths if len(words) >= n and begun[tuple(words[:n])] > 1), default=0) for words in lines]


def _shared_pairs(lines: Sequence[Sequence[str]]) -> list[float]:
    """For each line, the share of its pairs of neighbouring words that other lines have too."""
    pairs = [set(pairwise(words)) for words in lines]
    count = Counter(pair for found in pairs for pair in found)
    return [sum(1 for pair in found if count[pair] > 1) / max(1, len(found)) for found in pairs]
