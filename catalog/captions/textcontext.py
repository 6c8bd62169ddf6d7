"""How likely the other lines of one text are: captions come in kinds, and most illustrated stories have at least one.

From the first judgement of every line (log-odds) come, for each line: what lines that look alike were judged, and how it
stands to the best of the others. Where lines have credits, all captions should; where none has, that says nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

#: What :func:`context` gives for each line, in order.
NAMES = ("own", "alike_mean", "alike_mass", "best_other", "gap", "credits", "credit_missing", "credit_shared", "whole")
_CHUNK = 256
#: How fast likeness falls with the difference of lengths (per unit of their logarithm).
_LIKENESS = 2.0
#: What is assumed of lines like this when there are hardly any: a tenth of them, with this weight.
_PRIOR, _PRIOR_WEIGHT = 0.1, 0.5
_REACH = 5.0
#: From how many other lines with a credit on one more says nothing new.
_MANY = 3


def context(odds: Array, is_open: Array, length: Array, credited: Array, whole: Array) -> Array:
    """Return the features of :data:`NAMES`, shape (lines, 9), of lines of one text.

    ``odds`` are first log-odds, ``is_open`` says which lines end without a stop (0 or 1), ``length`` is the logarithm of their
    widths, ``credited`` says which have a credit, ``whole`` which stand word for word in a longer one (0 or 1). All have shape
    (lines,).
    """
    n = len(odds)
    chance = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    mass, weight = np.zeros(n), np.zeros(n)
    for start in range(0, n, _CHUNK):
        rows = slice(start, start + _CHUNK)
        alike = np.exp(-_LIKENESS * np.abs(length[rows, None] - length[None]))
        alike *= is_open[rows, None] == is_open[None]
        own = np.arange(n)[rows]
        alike[np.arange(len(own)), own] = 0
        mass[rows], weight[rows] = alike @ chance, alike.sum(axis=1)
    mean = (mass + _PRIOR * _PRIOR_WEIGHT) / (weight + _PRIOR_WEIGHT)
    best = _best_others(odds)
    gap = np.clip(odds - best, -_REACH, 0)
    chance_best = 1 / (1 + np.exp(-np.clip(best, -30, 30)))
    likeness = [np.log(mean / (1 - mean)), np.log1p(mass)]
    return np.stack([odds, *likeness, chance_best, gap, *_credits(credited), whole], axis=1)


def _credits(credited: Array) -> tuple[Array, Array, Array]:
    """Whether any line has a credit, and how many others have one for a line that has none and for one that has."""
    others = np.minimum(credited.sum() - credited, _MANY) / _MANY
    return np.full(len(credited), float(credited.any())), (1 - credited) * others, credited * others


def _best_others(odds: Array) -> Array:
    """For each line the highest log-odds among the other lines."""
    if len(odds) < 2:
        return np.full(len(odds), -30.0)
    first = int(np.argmax(odds))
    result = np.full(len(odds), odds[first])
    result[first] = np.max(np.delete(odds, first))
    return result
