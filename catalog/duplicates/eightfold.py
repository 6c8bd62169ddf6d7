"""A hash looked for in all its eight forms with two looks through the table, not eight.

In the 16 x 16 signs of a hash, mirroring and turning upside down change odd columns and odd rows only, and transposing swaps
rows and columns (see :mod:`catalog.fingerprints`). So the 64 signs of even rows and even columns are the same for the four forms
that are not transposed, and their transpose for the four others: a look through this one word of every picture nominates for
four forms at once, and the few that it nominates are compared in whole.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..fingerprints import turned
from . import hamming
from .hamming import Rows, Words

#: Signs of even columns in the even ones of four rows, which a word holds.
_EVEN = np.uint64(0xAAAA0000AAAA0000)
#: By how much the words of a hash are shifted so that their even signs fill one word.
_SHIFTS = (0, 1, 16, 17)


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


def within(dct: str, table: Words, evens: Words, radius: int, first: int) -> tuple[Rows, npt.NDArray[np.uint16]]:
    """Rows of ``table`` (n x 4) at most ``radius`` from any of the eight forms of the hash ``dct``, each once, in order, with the
    least distance; of these, the rows whose even signs (``evens``: :func:`even` of the table) are at most ``first`` from the
    form's. Exact for that, and for the radius alone when ``first`` is not below it."""
    known = families(dct)
    found = hamming.scan(np.array([word for word, _ in known], np.uint64), evens, first)
    rows = np.unique(np.concatenate(found)) if found else np.zeros(0, np.intp)
    least = np.full(len(rows), radius + 1, np.uint16)
    for near, (_, forms) in zip(found, known, strict=True):
        some = table[near]
        at = np.searchsorted(rows, near)
        for form in hamming.words(forms):
            least[at] = np.minimum(least[at], hamming.distances(form, some))
    kept = least <= radius
    return rows[kept], least[kept]
