"""Which samples share corners with a picture: one question by the keys of its corners, counted here.

As in :mod:`catalog.duplicates.index`: a corner is asked for under its key and every key that differs in one bit, in two bands, and
for the mirror image too; what counts are the hits that agree on how the one picture is turned and scaled against the other.
:func:`catalog.duplicates.postings.telling` says which keys are listened to.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from psycopg import Connection

from ...duplicates import postings
from ...duplicates.index import VOTES, votes_agreeing
from ...fingerprinting.features import Features
from .columns import Small

_HIT = np.dtype([("key", ">i4"), ("n", ">i4"), ("pose", ">i2")])
_PACKED = "SELECT string_agg(int4send(f.key) || int4send(f.n) || int2send(f.pose), ''::bytea) FROM ({}) AS f"
#: The keys stand in a question of their own, or the planner would weigh each of them.
_ALL = _PACKED.format("SELECT {key} AS key, n, pose FROM feature WHERE {key} = ANY((SELECT %s::int[])::int[]) LIMIT %s")
#: Key by key, in their order, and of each no more than a bound: what is not read in the end is not looked for.
_OF_EACH = _PACKED.format(
    """
    SELECT asked.key, near.n, near.pose FROM (
        SELECT key, place FROM unnest(%s::int[]) WITH ORDINALITY AS given (key, place) ORDER BY place OFFSET 0
    ) AS asked, LATERAL (SELECT n, pose FROM feature WHERE {key} = asked.key LIMIT %s) AS near ORDER BY asked.place LIMIT %s"""
)

_Ints = npt.NDArray[np.int64]
#: (keys, sample numbers, poses) of corners, sorted by key.
_Hits = tuple[_Ints, _Ints, _Ints]


def votes(connection: Connection[Any], local: Features, total: int) -> dict[int, int]:
    """Return, by the number of a sample, how many corners it shares with ``local`` or its mirror image, if they are enough.

    ``total`` is how many samples were ever added.
    """
    forms = (local, local.mirrored)
    asked = [[postings.probes(keys) for keys in postings.keys_of(form.bits).T] for form in forms]
    found: dict[int, int] = {}
    both = [_all_hits(connection, band, np.concatenate([keys[band] for keys in asked])) for band in range(2)]
    for form, keys in zip(forms, asked, strict=True):
        hits = [
            some if some is not None else _first_hits(connection, band, keys[band], postings.most_of(total))
            for band, some in enumerate(both)
        ]
        numbers, poses, which = (
            np.concatenate(parts)
            for parts in zip(
                *(_matched(keys[band], len(form.bits), total, hits[band]) for band in range(2)), strict=True
            )
        )
        for n, count in _counted(form, numbers, poses, which):
            found[n] = max(found.get(n, 0), count)
    return found


def _all_hits(connection: Connection[Any], band: int, asked: postings.Keys) -> _Hits | None:
    """The corners that have one of the keys ``asked``; ``None`` when they are more than are looked at of one form."""
    unique = np.sort(asked)
    unique = unique[np.diff(unique, prepend=unique[:1] ^ np.uint32(1)) != 0]
    found = _read(connection, _ALL.format(key=f"key{band}"), Small(unique), postings.HITS + 1)
    return None if len(found) > postings.HITS else _sorted(found)


def _first_hits(connection: Connection[Any], band: int, asked: postings.Keys, most: int) -> _Hits:
    """The corners that have one of the keys ``asked``, in their order, as many as :func:`postings.telling` needs to be told of."""
    _, first = np.unique(asked, return_index=True)
    keys = Small(asked[np.sort(first)])
    return _sorted(_read(connection, _OF_EACH.format(key=f"key{band}"), keys, most + 1, postings.HITS + 1))


def _sorted(found: npt.NDArray[np.void]) -> _Hits:
    order = np.argsort(found["key"], kind="stable")
    return tuple(found[name][order].astype(np.int64) for name in ("key", "n", "pose"))  # type: ignore[return-value]


def _read(connection: Connection[Any], statement: str, asked: Small, *limits: int) -> npt.NDArray[np.void]:
    row = connection.execute(statement.encode(), [asked, *limits], binary=True).fetchone()
    return np.frombuffer(row[0] if row and row[0] else b"", _HIT)


def _matched(asked: postings.Keys, corners: int, total: int, hits: _Hits) -> tuple[_Ints, _Ints, _Ints]:
    """The hits of one form's keys that say something: sample numbers, poses, and which of its ``corners`` they are like."""
    keys, numbers, poses = hits
    wanted = asked.astype(np.int64)
    start = np.searchsorted(keys, wanted, "left")
    count = np.searchsorted(keys, wanted, "right") - start
    where, which = postings.spread(start, np.where(postings.telling(asked, count, total), count, 0))
    return numbers[where], poses[where], which % max(corners, 1)


def _counted(form: Features, numbers: _Ints, poses: _Ints, which: _Ints) -> list[tuple[int, int]]:
    """(number, agreeing corners) of the samples that have enough."""
    samples, rows = np.unique(numbers, return_inverse=True)
    count = np.bincount(rows, minlength=len(samples))
    chosen = np.flatnonzero(count >= VOTES)
    places = (rows.astype(np.uint32) << np.uint32(8)) | poses.astype(np.uint32)
    agreeing = votes_agreeing(chosen, places, form, which)
    return [(int(samples[row]), int(n)) for row, n in zip(chosen, agreeing, strict=True) if n >= VOTES]
