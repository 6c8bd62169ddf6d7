"""Which samples share corners with a picture: one question by the keys of its corners, counted here.

As in :mod:`catalog.duplicates.index`: a corner is asked for under its key and every key that differs in one bit, in two bands, and
for the mirror image too; what counts are the hits that agree on how the one picture is turned and scaled against the other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from psycopg import Connection

from ...duplicates import postings
from ...duplicates.index import VOTES, votes_agreeing
from ...features import Features
from .columns import Small

#: Corners with one key, at most, of a few samples and as a share of all: a pattern that everything has says nothing.
_FEW, _COMMON = 64, 1 / 400
_HIT = np.dtype([("key", ">i4"), ("n", ">i4"), ("pose", ">i2")])
#: Hits that are read without looking how many there are of each key.
_MANY = 200_000
_PACKED = "SELECT string_agg(int4send(f.{key}) || int4send(f.n) || int2send(f.pose), ''::bytea)"
#: The keys stand in a question of their own, or the planner would weigh each of them.
_ALL = _PACKED + " FROM (SELECT * FROM feature WHERE {key} = ANY((SELECT %s::int[])::int[]) LIMIT %s) AS f"
_OF_EACH = (
    _PACKED
    + """ FROM unnest(%s::int[]) AS asked (key),
LATERAL (SELECT * FROM feature WHERE {key} = asked.key LIMIT %s) AS f"""
)

_Ints = npt.NDArray[np.int64]


def votes(connection: Connection[Any], local: Features, total: int) -> dict[int, int]:
    """Return, by the number of a sample, how many corners it shares with ``local`` or its mirror image, if they are enough."""
    forms = (local, local.mirrored)
    keys = [postings.keys_of(form.bits) for form in forms]
    most = max(_FEW, int(total * _COMMON))
    hits = [_hits(connection, band, np.concatenate([k[:, band] for k in keys]), most) for band in range(2)]
    found: dict[int, int] = {}
    for form, mine in zip(forms, keys, strict=True):
        numbers, poses, which = (
            np.concatenate(parts)
            for parts in zip(*(_matched(mine[:, band], *hits[band]) for band in range(2)), strict=True)
        )
        for n, count in _counted(form, numbers, poses, which):
            found[n] = max(found.get(n, 0), count)
    return found


def _hits(connection: Connection[Any], band: int, keys: postings.Keys, most: int) -> tuple[_Ints, _Ints, _Ints]:
    """(keys, sample numbers, poses) of the corners near any of ``keys``, those under a common key left out."""
    probes = np.sort(postings.probes(keys), axis=None)
    asked = Small(probes[np.diff(probes, prepend=probes[:1] ^ np.uint32(1)) != 0])
    found = _read(connection, _ALL.format(key=f"key{band}"), asked, _MANY)
    if len(found) == _MANY:
        found = _read(connection, _OF_EACH.format(key=f"key{band}"), asked, most + 1)
    unique, counts = np.unique(found["key"], return_counts=True)
    found = found[~np.isin(found["key"], unique[counts > most])]
    order = np.argsort(found["key"], kind="stable")
    return tuple(found[name][order].astype(np.int64) for name in ("key", "n", "pose"))  # type: ignore[return-value]


def _read(connection: Connection[Any], statement: str, asked: Small, limit: int) -> npt.NDArray[np.void]:
    row = connection.execute(statement.encode(), [asked, limit], binary=True).fetchone()
    return np.frombuffer(row[0] if row and row[0] else b"", _HIT)


def _matched(mine: postings.Keys, keys: _Ints, numbers: _Ints, poses: _Ints) -> tuple[_Ints, _Ints, _Ints]:
    """The hits (sorted by key) of each probe of one form: sample numbers, poses, and which of its corners they are like."""
    probes = postings.probes(mine)
    asked = probes.reshape(-1).astype(np.int64)
    start, stop = np.searchsorted(keys, asked, "left"), np.searchsorted(keys, asked, "right")
    count = stop - start
    where = np.repeat(start - np.cumsum(count) + count, count) + np.arange(int(count.sum()))
    return numbers[where], poses[where], np.repeat(np.arange(len(asked)), count) // probes.shape[1]


def _counted(form: Features, numbers: _Ints, poses: _Ints, which: _Ints) -> list[tuple[int, int]]:
    """(number, agreeing corners) of the samples that have enough."""
    samples, rows = np.unique(numbers, return_inverse=True)
    count = np.bincount(rows, minlength=len(samples))
    chosen = np.flatnonzero(count >= VOTES)
    places = (rows.astype(np.uint32) << np.uint32(8)) | poses.astype(np.uint32)
    agreeing = votes_agreeing(chosen, places, form, which)
    return [(int(samples[row]), int(n)) for row, n in zip(chosen, agreeing, strict=True) if n >= VOTES]
