"""The near-duplicate join of a whole catalogue, cut into parts that any workers do: partition by band, join within, merge.

As in :func:`~catalog.duplicates.hamming.self_join`, hashes are cut into bands, and two within the radius differ by at most
``slack`` bits in at least one. The keys of a band are dealt out by their first ``prefix`` bits; two partitions meet in a task
when these differ by at most ``slack`` bits, so no pair is missed, and a pair is reported by the first band that finds it, so
none is doubled. The result equals that of ``self_join``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import hamming
from .hamming import Rows, Words

Pairs = tuple[Rows, Rows, npt.NDArray[np.uint8]]
#: Maps a function over items, in order, like ``map`` or :meth:`catalog.images.pool.Pool.apply`.
Apply = Callable[[Callable[["Part"], Pairs], Iterable["Part"]], Iterable[object]]

#: Hashes of one partition, about: what a worker holds and is sent at once.
_PARTITION = 1 << 18
#: No more first bits than this: each doubles the tasks.
_MOST_BITS = 10


class JoinFailed(RuntimeError):
    """A worker could not do its part; the message says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one task joins: the hashes of one partition of a band with those of another (or itself, then ``other`` is empty).

    ``rows`` are their places in the whole. ``first`` is in which of the ``prefix`` first bits the two partitions differ.
    """

    codes: Words
    rows: Rows
    other: Words
    other_rows: Rows
    prefix: int
    first: int
    bands: tuple[tuple[int, int], ...]
    band: int
    radius: int


def join(codes: Words, radius: int, apply: Apply = map, *, prefix: int | None = None) -> Pairs:
    """Return all pairs (i < j) of 64-bit ``codes`` at most ``radius`` apart, with their distances, in order: what
    ``hamming.self_join`` returns. ``prefix`` is by how many first bits of a band the hashes are dealt out.

    Raises JoinFailed when a part was not done.
    """
    found: list[Pairs] = []
    for outcome in apply(join_part, parts(codes, radius, prefix)):
        if not isinstance(outcome, tuple):
            raise JoinFailed(str(getattr(outcome, "reason", outcome)))
        found.append(outcome)
    left, right, apart = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((right, left))
    return left[order], right[order], apart[order]


def parts(codes: Words, radius: int, prefix: int | None = None) -> Iterator[Part]:
    """Yield the tasks of a join, one band after the other."""
    bands = hamming.band_layout(len(codes), radius)
    slack = radius // len(bands)
    none, no_rows = np.zeros(0, np.uint64), np.zeros(0, np.intp)
    for number, (shift, width) in enumerate(bands):
        bits = min(prefix_bits(len(codes)) if prefix is None else prefix, width)
        home = (codes >> np.uint64(shift + width - bits)) & np.uint64((1 << bits) - 1)
        order = np.argsort(home, kind="stable")
        ends = np.cumsum(np.bincount(home.astype(np.intp), minlength=1 << bits))
        rows = [order[start:end] for start, end in zip((0, *ends[:-1]), ends, strict=True)]
        for one in range(1 << bits):
            for first in hamming.masks(bits, slack):
                two = one ^ first
                if first == 0:
                    yield Part(codes[rows[one]], rows[one], none, no_rows, bits, 0, tuple(bands), number, radius)
                elif one < two:
                    mine, theirs = (codes[rows[one]], rows[one]), (codes[rows[two]], rows[two])
                    yield Part(*mine, *theirs, bits, first, tuple(bands), number, radius)


def prefix_bits(n: int) -> int:
    """By how many first bits ``n`` hashes are dealt out so that a partition holds about ``_PARTITION``."""
    return min(_MOST_BITS, max(0, (n // _PARTITION).bit_length()))


def meetings(bits: int, slack: int) -> int:
    """In how many tasks of its band a hash takes part: its own partition's, and one for each that differs little enough."""
    return sum(1 for _ in hamming.masks(bits, slack))


def join_part(part: Part) -> Pairs:
    """Return the pairs of one task: the pure function that is mapped."""
    shift, width = part.bands[part.band]
    slack = part.radius // len(part.bands)
    codes = np.concatenate([part.codes, part.other])
    rows = np.concatenate([part.rows, part.other_rows])
    keys, rest = _short_keys(part, codes, shift, width)
    found = list(
        hamming.join_band(
            codes, part.radius, part.bands[: part.band], keys, rest + 1, slack, _short_masks(part, rest, slack)
        )
    )
    if not found:
        return np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0, np.uint8)
    left, right, apart = (np.concatenate(column) for column in zip(*found, strict=True))
    a, b = rows[left], rows[right]
    return np.minimum(a, b), np.maximum(a, b), apart


def _short_keys(part: Part, codes: Words, shift: int, width: int) -> tuple[npt.NDArray[np.uint32], int]:
    """Return keys in which one bit says which partition stands for the first bits, so that tables of them are as small as the
    partitions; and how many bits follow it."""
    rest = width - part.prefix
    keys = hamming.band_keys(codes, shift, rest)
    keys[len(part.codes) :] |= np.uint32(1 << rest)
    return keys, rest


def _short_masks(part: Part, rest: int, slack: int) -> Iterator[int]:
    """Yield how such keys may differ: the first bits of the two partitions differ in some bits already."""
    other = 1 << rest if part.first else 0
    for mask in hamming.masks(rest, slack - part.first.bit_count()):
        yield mask | other
