"""All pictures of a catalogue, ready to be asked "who shows the same photograph?".

Derived: the folder can be deleted and the index filled again with the same samples. It only ever appends, and merges
sorted files from time to time; adding pictures never compares or rewrites all others.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..fingerprinting import features
from ..fingerprinting.features import TURNS, Features
from ..model import Fingerprint
from . import eightfold, hamming, postings
from .base import CANDIDATES, Matching
from .postings import Keys, Places, Segment
from .sample import Sample
from .table import Table
from .verification import unpacked

#: Hashes up to this far apart (of 256 bits) make two pictures candidates; ``FIRST`` is the limit for their 64 even signs, the
#: highest with which each of four bands of these needs to be looked up within three bits only.
NEAR, FIRST = 72, 15
#: Hashes up to this far apart come before all votes.
_TIGHT = 30
#: Features in common from which a picture is a candidate.
VOTES = 4
#: Rows of the largest segment that merging makes, and how many neighbours of a size merge.
_LARGEST, _FAN = 1 << 16, 4


class DuplicateIndex(Matching):
    """The samples of ``folder``. One writer at a time (the caller's lock); readers see its work after :meth:`refresh`.

    When :meth:`add` or :meth:`discard` returns, the change is on disk. Votes of the latest rows are held in memory until
    :meth:`flush`; after a crash they are taken again from the samples.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._table = Table(folder)
        self._segments: list[Segment] = []
        self._recent = _Recent()
        self._covered = 0
        self._open_segments()

    # ------------------------------------------------------------ contents

    def __contains__(self, ident: object) -> bool:
        return ident in self._table.rows

    def count(self) -> int:
        """How many samples the index holds."""
        return len(self._table.rows)

    def ids(self) -> list[str]:
        """All ids, sorted."""
        return sorted(self._table.rows)

    def missing(self, idents: Iterable[str]) -> list[str]:
        """Those of ``idents`` that must be added (again): never added, discarded, or lost with a torn file."""
        return [ident for ident in idents if ident not in self._table.rows]

    def sample(self, ident: str) -> Sample:
        """Return one sample. Raises :class:`KeyError` when it is missing or was found damaged (then it is missing)."""
        return self._table.sample(ident)

    def add(self, samples: Iterable[Sample]) -> None:
        """Add samples; those with a known id are replaced. Raises :class:`ValueError` for a blob that does not unpack."""
        batch = list(samples)
        local = [features.unpack(sample.features) for sample in batch]
        first = len(self._table)
        if batch:
            self._table.append(batch)
            for row, one in enumerate(local, first):
                self._recent.add(row, one)

    def discard(self, idents: Iterable[str]) -> None:
        """Forget samples. Unknown ids are no error."""
        self._table.discard(idents)

    def refresh(self) -> None:
        """See what another process has written. Cheap when there is nothing."""
        if self._table.refresh():
            self._open_segments()

    def flush(self) -> None:
        """Write the votes held in memory as a segment, and merge neighbouring segments of a size."""
        if self._recent:
            end = len(self._table)
            self._write(self._covered, end, self._recent.bands())
            self._recent, self._covered = _Recent(), end
            self._merge()

    # ------------------------------------------------------------ questions

    def promising(self, sample: Sample, limit: int = CANDIDATES) -> list[tuple[float, str]]:
        """Up to ``limit`` samples that may match, without ``sample.id`` itself: how much each promises, and its id. Most promising
        first; of equals those that were added first."""
        if sample.fingerprint.flat:
            return [(0.0, ident) for ident in self._flat_twins(sample)[:limit]]
        promise = self._by_hash(sample.fingerprint)
        for row, votes in self._by_votes(sample).items():
            promise[row] = promise.get(row, 0.0) + votes
        own = self._table.rows.get(sample.id, -1)
        promise.pop(own, None)
        ranked = sorted(promise.items(), key=lambda item: (-item[1], item[0]))
        return [(promised, self._table.ident(row)) for row, promised in ranked[:limit]]

    def _flat_twins(self, sample: Sample) -> list[str]:
        """Of a picture without structure: those with the same pixels."""
        rows, table = self._table.flat()
        near, _ = hamming.within(hamming.words([sample.fingerprint.pixels])[0], table, 0)
        found = [self._table.ident(int(row)) for row in rows[near] if self._table.alive[row]]
        return [ident for ident in found if ident != sample.id]

    def _by_hash(self, fingerprint: Fingerprint) -> dict[int, float]:
        """Rows near in any of the eight forms, with or without borders."""
        promise: dict[int, float] = {}
        known = self._table.hashes()
        for own in filter(None, (fingerprint.dct, fingerprint.trimmed)):
            near, apart = eightfold.within(own, known.words, known.signs, NEAR, FIRST)
            for row, distance in zip(known.rows[near].tolist(), apart.tolist(), strict=True):
                if self._table.alive[row]:
                    promise[row] = max(promise.get(row, 0.0), worth(distance))
        return promise

    def _by_votes(self, sample: Sample) -> dict[int, float]:
        """Rows that share features with the picture or its mirror image: how many, as far as these agree on how the one
        is turned and scaled against the other."""
        local = unpacked(sample.features)
        promise: dict[int, float] = {}
        total = len(self._table)
        for form in (local, local.mirrored) if total else ():
            places, which = self._hits(postings.keys_of(form.bits))
            rows = places >> np.uint32(8)
            count = np.bincount(rows, minlength=total)[:total]
            chosen = np.flatnonzero((count >= VOTES) & self._table.alive)
            for row, votes in zip(chosen, votes_agreeing(chosen, places, form, which), strict=True):
                if votes >= VOTES:
                    promise[int(row)] = max(promise.get(int(row), 0.0), float(votes))
        return promise

    def _hits(self, keys: Keys) -> tuple[Places, npt.NDArray[np.intp]]:
        """Places of features like those of ``keys`` (n x bands), and for each which of the n it is like."""
        places: list[Places] = [np.zeros(0, np.uint32)]
        which: list[npt.NDArray[np.intp]] = [np.zeros(0, np.intp)]
        sources: list[Segment | _Recent] = [*self._segments, self._recent]
        for band in range(keys.shape[1]):
            asked = postings.probes(keys[:, band])
            order = np.argsort(asked)  # neighbours in order are neighbours in memory
            in_order = asked[order]
            runs = []
            count = np.zeros(len(asked), np.int64)
            for source in sources:
                index, begin, some = source.runs(band, in_order)
                count[order[index]] += some
                runs.append((order[index], begin, some))
            heard = postings.telling(asked, count, len(self._table))
            for source, (index, begin, some) in zip(sources, runs, strict=True):
                where, run = postings.spread(begin, np.where(heard[index], some, 0))
                places.append(source.at(band, where))
                which.append(index[run] % len(keys))
        return np.concatenate(places), np.concatenate(which)

    # ------------------------------------------------------------ segments

    def _open_segments(self) -> None:
        """Map the segments that are whole; take the votes of rows that none covers again from their samples."""
        self._segments, self._recent, self._covered = [], _Recent(), 0
        total = len(self._table)
        for path in sorted(self._folder.glob("votes-*.seg")):
            try:
                segment = postings.read(path)
            except (ValueError, OSError):
                continue
            if segment.first == self._covered and segment.end <= total:
                self._segments.append(segment)
                self._covered = segment.end
        for ident, row in self._table.rows.copy().items():
            if row >= self._covered:
                try:
                    self._recent.add(row, features.unpack(self._table.sample(ident).features))
                except (KeyError, ValueError):
                    continue

    def _write(self, first: int, end: int, bands: list[tuple[Keys, Places]]) -> None:
        path = self._folder / f"votes-{first:010d}-{end:010d}.seg"
        postings.write(path, first, end, bands)
        self._segments.append(postings.read(path))

    def _merge(self) -> None:
        """While the last few segments are of a size, make one of them."""
        while len(self._segments) >= _FAN:
            last = self._segments[-_FAN:]
            sizes = [segment.end - segment.first for segment in last]
            if max(sizes) > _FAN * max(1, min(sizes)) or sum(sizes) > _LARGEST:
                return
            parts = [postings.entries(segment) for segment in last]
            bands = [
                (np.concatenate([part[band][0] for part in parts]), np.concatenate([part[band][1] for part in parts]))
                for band in range(len(parts[0]))
            ]
            del self._segments[-_FAN:]
            self._write(last[0].first, last[-1].end, bands)
            for segment in last:
                segment.path.unlink(missing_ok=True)


def worth(distance: int) -> float:
    """Return what hashes so far apart promise; votes add to it."""
    return 1000.0 - 10 * distance if distance <= _TIGHT else 100.0 - distance


def votes_agreeing(
    rows: npt.NDArray[np.intp], places: Places, form: Features, which: npt.NDArray[np.intp]
) -> npt.NDArray[np.int64]:
    """For each of ``rows`` (sorted), the most hits that agree on a change of direction and scale (weak geometric
    consistency; Jégou, Douze and Schmid, ECCV 2008): within 3/16 of a turn and four levels."""
    if not len(rows):
        return np.zeros(0, np.int64)
    hit_rows = (places >> np.uint32(8)).astype(np.intp)
    at = np.minimum(np.searchsorted(rows, hit_rows), len(rows) - 1)
    known = rows[at] == hit_rows
    at, which, pose = at[known], which[known], (places[known] & np.uint32(255)).astype(np.int64)
    turn = (form.turns[which].astype(np.int64) - (pose & 31)) % TURNS // 2
    level = (form.levels[which].astype(np.int64) - (pose >> 5) + 8) // 2
    bins = np.bincount((at * 16 + turn) * 9 + level, minlength=len(rows) * 16 * 9).reshape(len(rows), 16, 9)
    bins = bins + np.roll(bins, 1, axis=1) + np.roll(bins, -1, axis=1)
    pairs = bins[:, :, :-1] + bins[:, :, 1:]
    return np.asarray(pairs.max(axis=(1, 2)), np.int64)


class _Recent:
    """The postings of the latest rows, in memory until they are written as a segment."""

    def __init__(self) -> None:
        self._parts: list[tuple[Keys, Places]] = []
        self._sorted: list[tuple[Keys, Places]] | None = None

    def __bool__(self) -> bool:
        return bool(self._parts)

    def add(self, row: int, local: Features) -> None:
        """Take the features of one more row."""
        self._parts.append((postings.keys_of(local.bits), postings.places_of(row, local)))
        self._sorted = None

    def bands(self) -> list[tuple[Keys, Places]]:
        """All (keys, places), band by band, sorted by key."""
        if self._sorted is None:
            keys = np.concatenate([keys for keys, _ in self._parts] or [postings.keys_of(np.zeros((0, 16), np.uint8))])
            places = np.concatenate([places for _, places in self._parts] or [np.zeros(0, np.uint32)])
            orders = [np.argsort(keys[:, band], kind="stable") for band in range(keys.shape[1])]
            self._sorted = [(keys[order, band], places[order]) for band, order in enumerate(orders)]
        return self._sorted

    def runs(self, band: int, asked: Keys) -> tuple[npt.NDArray[np.intp], postings.Offsets, postings.Offsets]:
        """As :meth:`Segment.runs`."""
        keys, _ = self.bands()[band]
        start = np.searchsorted(keys, asked, "left")
        count = np.searchsorted(keys, asked, "right") - start
        there = np.flatnonzero(count)
        return there, start[there], count[there]

    def at(self, band: int, where: postings.Offsets) -> Places:
        """As :meth:`Segment.at`."""
        return self.bands()[band][1][where]
