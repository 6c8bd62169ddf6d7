"""Which samples share corners with a picture: keys are looked for among those that are held here, places asked of the server.

As in :mod:`catalog.duplicates.index`: a corner is asked for under its key and every key that differs in one bit, in two bands, and
for the mirror image too; what counts are the hits that agree on how the one picture is turned and scaled against the other.
:func:`catalog.duplicates.postings.telling` says which keys are listened to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from psycopg import Connection

from ...duplicates import postings
from ...duplicates.index import VOTES, votes_agreeing
from ...fingerprinting.features import Features
from . import segments, stretches
from .columns import Small, Whole
from .corners import Held, Known, Moved, Recent, pieces

#: Piece by piece, by the key of its row: the planner is left no other way.
_PLACES = """
SELECT string_agg(found.part, ''::bytea ORDER BY asked.place)
FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[]) WITH ORDINALITY AS asked (first, run, start, size, place), LATERAL (
    SELECT substring(places FROM asked.start FOR asked.size) AS part FROM corner_{}
    WHERE run = asked.run AND first = asked.first LIMIT 1) AS found
"""
_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Runs:
    """Runs of corners that are listened to, in one band of a source: where each begins, how many they are, and for which of the
    keys asked."""

    source: Known | Recent
    band: int
    begin: _Ints
    count: _Ints
    asked: npt.NDArray[np.intp]


def votes(connection: Connection[Any], held: Held, local: Features) -> dict[int, int]:
    """Return, by the number of a sample, how many corners it shares with ``local`` or its mirror image, if they are enough.

    Raises Moved when ``held`` is not what is there any more.
    """
    forms = (local, local.mirrored)
    keys = [postings.keys_of(form.bits) for form in forms]
    corners = len(local.bits)
    if not corners:
        return {}
    runs = []
    for band in range(segments.BANDS):
        runs += _heard(held, band, [postings.probes(some[:, band]) for some in keys])
    numbers, poses, asked = _hits(connection, runs)
    mirrored = asked >= corners * (postings.KEY_BITS + 1)
    found: dict[int, int] = {}
    for form, some in zip(forms, (~mirrored, mirrored), strict=True):
        for n, count in _counted(form, numbers[some], poses[some], asked[some] % corners):
            found[n] = max(found.get(n, 0), count)
    return found


def _heard(held: Held, band: int, forms: list[postings.Keys]) -> list[_Runs]:
    """The runs of those keys of each form that say something."""
    asked = np.concatenate(forms)
    some = held.sieve.passing(band, asked)
    some = some[np.argsort(asked[some])]  # neighbours in order are neighbours in memory
    keys = asked[some]
    count = np.zeros(len(asked), np.int64)
    found = []
    for source in held.sources:
        index, begin, there = source.looked_up(band, keys)
        which = some[index]
        count[which] += there
        found.append(_Runs(source, band, begin, there, which))
    half = len(forms[0])
    heard = np.concatenate(
        [postings.telling(forms[0], count[:half], held.total), postings.telling(forms[1], count[half:], held.total)]
    )
    kept = [(runs, np.flatnonzero(heard[runs.asked])) for runs in found]
    return [
        _Runs(runs.source, band, runs.begin[which], runs.count[which], runs.asked[which])
        for runs, which in kept
        if len(which)
    ]


def _hits(connection: Connection[Any], found: list[_Runs]) -> tuple[_Ints, _Ints, npt.NDArray[np.intp]]:
    """The corners in these runs: sample numbers, poses, and for which of the keys asked each is."""
    parts: list[tuple[_Ints, _Ints, npt.NDArray[np.intp]]] = [
        (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.intp))
    ]
    levels: dict[int, list[_Runs]] = {}
    for runs in found:
        if isinstance(runs.source, Known):
            levels.setdefault(runs.source.segment.level, []).append(runs)
            continue
        where, run = postings.spread(runs.begin, runs.count)
        numbers, poses = runs.source.at(runs.band, where)
        parts.append((numbers.astype(np.int64), poses.astype(np.int64), runs.asked[run]))
    for some, packed in zip(levels.values(), _places(connection, levels), strict=True):
        asked = np.concatenate([np.repeat(runs.asked, runs.count) for runs in some])
        if len(packed) != len(asked) * stretches.PLACE:
            raise Moved
        first = np.concatenate([np.full(int(runs.count.sum()), _first(runs)) for runs in some])
        offsets, turned = stretches.places_in(packed)
        parts.append((offsets + first, turned.astype(np.int64), asked))
    numbered, posed, which = zip(*parts, strict=True)
    return np.concatenate(numbered), np.concatenate(posed), np.concatenate(which)


def _first(runs: _Runs) -> int:
    return runs.source.segment.first if isinstance(runs.source, Known) else runs.source.first


def _places(connection: Connection[Any], levels: dict[int, list[_Runs]]) -> list[bytes]:
    """The places of the corners in runs of segments, for each level: all in one question."""
    asked: list[Whole] = []
    for found in levels.values():
        where = [
            pieces(runs.source, runs.band, runs.begin, runs.count) for runs in found if isinstance(runs.source, Known)
        ]
        first = np.concatenate([np.full(some.shape[1], _first(runs)) for runs, some in zip(found, where, strict=True)])
        run, start, size = np.concatenate(where, axis=1)
        asked += [Whole(first), Small(run), Small(start), Small(size)]
    if not asked:
        return []
    statement = "SELECT " + ", ".join(f"({_PLACES.format(level)})" for level in levels)
    row = connection.execute(statement.encode(), asked, binary=True).fetchone()
    return [packed or b"" for packed in row or ()]


def _counted(form: Features, numbers: _Ints, poses: _Ints, which: _Ints) -> list[tuple[int, int]]:
    """(number, agreeing corners) of the samples that have enough."""
    samples, rows = np.unique(numbers, return_inverse=True)
    count = np.bincount(rows, minlength=len(samples))
    chosen = np.flatnonzero(count >= VOTES)
    places = (rows.astype(np.uint32) << np.uint32(8)) | poses.astype(np.uint32)
    agreeing = votes_agreeing(chosen, places, form, which)
    return [(int(samples[row]), int(n)) for row, n in zip(chosen, agreeing, strict=True) if n >= VOTES]
