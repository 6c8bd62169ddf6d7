"""A hash looked for in all its eight forms with two looks through the table, not eight.

In the 16 x 16 signs of a hash, mirroring and turning upside down change odd columns and odd rows only, and transposing swaps
rows and columns (see :mod:`catalog.fingerprints`). So the 64 signs of even rows and even columns are the same for the four forms
that are not transposed, and their transpose for the four others: a look for this one word nominates for four forms at once, and
the few that it nominates are compared in whole. Among many, the word is looked for by its bands (:class:`Signs`), so that
most pictures are not even looked at.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ..fingerprints import turned
from . import hamming
from .hamming import Rows, Words

#: Signs of even columns in the even ones of four rows, which a word holds.
_EVEN = np.uint64(0xAAAA0000AAAA0000)
#: By how much the words of a hash are shifted so that their even signs fill one word.
_SHIFTS = (0, 1, 16, 17)
#: Bands of a word of even signs, and signs of each.
_BANDS, _WIDTH = 4, 16
#: So few words, and a tail of this share of the sorted ones, are looked through one by one.
_FEW, _TAIL = 1 << 15, 1 / 8


def even(table: Words) -> Words:
    """The signs of even rows and even columns of each hash of ``table`` (n x 4 words): n words."""
    word = np.zeros(len(table), np.uint64)
    for column, shift in enumerate(_SHIFTS):
        word |= (table[:, column] & _EVEN) >> np.uint64(shift)
    return word


def families(dct: str) -> list[tuple[int, list[str]]]:
    """The eight forms of a hash by their even signs: one or two of these words, each with the forms that share it."""
    forms = list(turned(dct).values())
    by: dict[int, list[str]] = {}
    for word, form in zip(even(hamming.words(forms)).tolist(), forms, strict=True):
        by.setdefault(word, []).append(form)
    return list(by.items())


class Signs:
    """The even signs of the hashes of a table, in its order, ready to be asked which are near a word. Exact.

    Pigeonholes: two words at most ``most`` bits apart differ in at least one of their four bands by a quarter of that or less.
    So the words are kept sorted by each band; what lies under the keys near enough is compared in whole. Words that came since
    the sorting are looked through one by one, as all are where they are few or the bands would name half of them.
    """

    def __init__(self, table: Words, before: Signs | None = None) -> None:
        """The signs of ``table``, whose first rows are those that ``before`` was made of."""
        known = before.words if before is not None else np.zeros(0, np.uint64)
        self.words: Words = np.concatenate([known, even(table[len(known) :])])
        self._bands: list[_Band] = before._bands if before is not None else []
        self._sorted: int = before._sorted if before is not None else 0
        if len(self.words) - self._sorted > max(_FEW, _TAIL * self._sorted):
            self._bands = [_Band(self.words, band * _WIDTH) for band in range(_BANDS)]
            self._sorted = len(self.words)

    def near(self, word: int, most: int) -> Rows:
        """The rows whose signs are at most ``most`` from ``word``, in order."""
        asked = np.uint64(word)
        # The bands' limits and one each make up most + 1: were all of them exceeded, so were most.
        whole, rest = divmod(most + 1, _BANDS)
        spans = [band.under(word, whole - (number >= rest)) for number, band in enumerate(self._bands)]
        if not spans or sum(int(count.sum()) for _, count in spans) > self._sorted // 2:
            [rows] = hamming.scan(np.array([asked]), self.words, most)
            return rows
        found = [band.near(asked, *span, most) for band, span in zip(self._bands, spans, strict=True)]
        [tail] = hamming.scan(np.array([asked]), self.words[self._sorted :], most)
        return np.concatenate([np.unique(np.concatenate(found)).astype(np.intp), tail + self._sorted])


class _Band:
    """Words sorted by the 16 signs from ``shift`` on."""

    def __init__(self, words: Words, shift: int) -> None:
        self._shift = shift
        keys = (words >> np.uint64(shift)).astype(np.uint16)
        self._order = np.argsort(keys, kind="stable").astype(np.uint32)
        self._words = words[self._order]
        self._starts = np.zeros((1 << _WIDTH) + 1, np.int32)
        np.cumsum(np.bincount(keys, minlength=1 << _WIDTH), out=self._starts[1:])

    def under(self, word: int, most: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """Where those start whose key is at most ``most`` from the word's, key by key, and how many they are."""
        keys = _masks(most) ^ np.int32(word >> self._shift & (1 << _WIDTH) - 1)
        first = self._starts[keys]
        return first, self._starts[keys + 1] - first

    def near(
        self, word: np.uint64, first: npt.NDArray[np.int32], count: npt.NDArray[np.int32], most: int
    ) -> npt.NDArray[np.uint32]:
        """Of these, the rows of those at most ``most`` from ``word``."""
        places = np.repeat(first - np.cumsum(count, dtype=np.int32) + count, count)
        places += np.arange(len(places), dtype=np.int32)
        close = np.bitwise_count(self._words[places] ^ word) <= most
        return np.asarray(self._order[places[close]], np.uint32)


@lru_cache
def _masks(most: int) -> npt.NDArray[np.int32]:
    """The keys of a band with at most ``most`` bits set."""
    every = np.arange(1 << _WIDTH, dtype=np.int32)
    return every[np.bitwise_count(every) <= most]


def within(dct: str, table: Words, signs: Signs, radius: int, first: int) -> tuple[Rows, npt.NDArray[np.uint16]]:
    """Rows of ``table`` (n x 4) at most ``radius`` from any of the eight forms of the hash ``dct``, each once, in order, with the
    least distance; of these, the rows whose even signs (``signs``, of the same table) are at most ``first`` from the form's.
    Exact for that, and for the radius alone when ``first`` is not below it."""
    known = families(dct)
    found = [signs.near(word, first) for word, _ in known]
    rows = np.unique(np.concatenate(found)) if found else np.zeros(0, np.intp)
    least = np.full(len(rows), radius + 1, np.uint16)
    for near, (_, forms) in zip(found, known, strict=True):
        some = table[near]
        at = np.searchsorted(rows, near)
        for form in hamming.words(forms):
            least[at] = np.minimum(least[at], hamming.distances(form, some))
    kept = least <= radius
    return rows[kept], least[kept]
