"""A hash looked for in all its eight forms with two looks through the table, not eight.

In the 16 x 16 signs of a hash, mirroring and turning upside down change odd columns and odd rows only, and transposing swaps
rows and columns (see :mod:`catalog.fingerprinting.fingerprints`). So the 64 signs of even rows and even columns are the same
for the four forms that are not transposed, and their transpose for the four others: a look for this one word
nominates for four forms at once, and
the few that it nominates are compared in whole. Among many, the word is looked for by its bands (:class:`Signs`), so that
most pictures are not even looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import overload

import numpy as np
import numpy.typing as npt

from ..fingerprinting.fingerprints import turned
from . import hamming
from .hamming import Rows, Words

#: Signs of even columns in the even ones of four rows, which a word holds.
_EVEN = np.uint64(0xAAAA0000AAAA0000)
#: By how much the words of a hash are shifted so that their even signs fill one word.
_SHIFTS = (0, 1, 16, 17)
#: Bands of a word of even signs, signs of each, and how many keys these make.
_BANDS, _WIDTH, _KEYS = 4, 16, 1 << 16
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
    """The even signs of the hashes of a table, in its order, ready to be asked which are near some words. Exact.

    Pigeonholes: two words at most ``most`` bits apart differ in at least one of their four bands by a quarter of that or less.
    So the words are kept sorted by each band; what lies under the keys near enough is compared in whole. Words that came since
    the sorting are looked through one by one, as all are where they are few or the bands would name half of them.
    """

    def __init__(self, table: Words, before: Signs | None = None) -> None:
        """The signs of ``table``, whose first rows are those that ``before`` was made of."""
        known = before.words if before is not None else np.zeros(0, np.uint64)
        self.words: Words = np.concatenate([known, even(table[len(known) :])])
        self._bands: _Bands | None = before._bands if before is not None else None
        if len(self.words) - self._sorted > max(_FEW, _TAIL * self._sorted):
            self._bands = _Bands(self.words)

    @property
    def _sorted(self) -> int:
        return self._bands.count if self._bands else 0

    def near(self, words: Iterable[int], most: int) -> Rows:
        """The rows whose signs are at most ``most`` from one of ``words``, each once, in order."""
        asked = np.array([*words], np.uint64)
        found = [np.zeros(0, np.intp)]
        if self._bands:
            found += [self._by_bands(self._bands, asked[at : at + 1], most) for at in range(len(asked))]
        if self._sorted < len(self.words):
            found += [rows + self._sorted for rows in hamming.scan(asked, self.words[self._sorted :], most)]
        rows = np.sort(np.concatenate(found))
        return rows[np.diff(rows, prepend=-1) > 0]

    def _by_bands(self, bands: _Bands, word: Words, most: int) -> Rows:
        """Of the sorted words, the rows of those near ``word`` (one)."""
        rows = bands.near(word[0], most)
        return hamming.scan(word, self.words[: bands.count], most)[0] if rows is None else rows


class _Bands:
    """Words sorted by each of their four bands of 16 signs, one after the other."""

    def __init__(self, words: Words) -> None:
        self.count = len(words)
        keys = [_band(words, band).astype(np.uint16) for band in range(_BANDS)]
        orders = [np.argsort(key, kind="stable").astype(np.uint32) for key in keys]
        self._rows = np.concatenate(orders)
        self._words = np.concatenate([words[order] for order in orders])
        self._starts = np.zeros(_BANDS * _KEYS + 1, np.int32)
        np.cumsum(np.concatenate([np.bincount(key, minlength=_KEYS) for key in keys]), out=self._starts[1:])

    def near(self, word: np.uint64, most: int) -> Rows | None:
        """The rows of the words at most ``most`` from ``word``, up to once by each band; ``None`` when that takes a look at half
        of them or more."""
        masks, sizes = _masks(most)
        keys = np.repeat(np.array([_band(word, band) for band in range(_BANDS)], np.int32), sizes)
        keys ^= masks
        # Taking is quicker than indexing; clipping, of which there is none, quicker than checking.
        first = self._starts.take(keys)
        keys += np.int32(1)
        count = self._starts.take(keys)
        count -= first
        ends = np.cumsum(count, dtype=np.int32)
        if ends[-1] > self.count // 2:
            return None
        first -= ends
        first += count
        places = np.repeat(first, count)
        places += np.arange(len(places), dtype=np.int32)
        mixed = self._words.take(places, mode="clip")
        mixed ^= word
        return np.asarray(self._rows.take(places[np.bitwise_count(mixed) <= most]), np.intp)


@overload
def _band(word: np.uint64, band: int) -> np.uint64: ...
@overload
def _band(word: Words, band: int) -> Words: ...
def _band(word: Words | np.uint64, band: int) -> Words | np.uint64:
    """The signs of one band of a word, or of each of some words."""
    return word >> np.uint64(band * _WIDTH) & np.uint64(_KEYS - 1)


@lru_cache
def _masks(most: int) -> tuple[npt.NDArray[np.int32], list[int]]:
    """By which the keys may differ, band by band, that words ``most`` apart have in one of their bands, each with the number of
    the band above its bits; and how many there are of each band."""
    every = np.arange(_KEYS, dtype=np.int32)
    # The bands' limits and one each make up most + 1: were all of them exceeded, so were most.
    whole, rest = divmod(most + 1, _BANDS)
    parts = [every[np.bitwise_count(every) < whole + (band < rest)] + band * _KEYS for band in range(_BANDS)]
    return np.concatenate(parts), [len(part) for part in parts]


def within(dct: str, table: Words, signs: Signs, radius: int, first: int) -> tuple[Rows, npt.NDArray[np.uint16]]:
    """Rows of ``table`` (n x 4) at most ``radius`` from any of the eight forms of the hash ``dct``, each once, in order, with the
    least distance; of these, the rows whose even signs (``signs``, of the same table) are at most ``first`` from the form's.
    Exact for that, and for the radius alone when ``first`` is not below it."""
    known = families(dct)
    rows = signs.near((word for word, _ in known), first)
    some, even_signs = table[rows], signs.words[rows]
    least = np.full(len(rows), radius + 1, np.uint16)
    for word, forms in known:
        near = np.flatnonzero(np.bitwise_count(even_signs ^ np.uint64(word)) <= first)
        apart = np.bitwise_count(some[near, None] ^ hamming.words(forms)).sum(axis=2, dtype=np.uint16).min(axis=1)
        least[near] = np.minimum(least[near], apart)
    kept = least <= radius
    return rows[kept], least[kept]
