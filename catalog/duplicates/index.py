"""All pictures of a catalogue, ready to be asked "who shows the same photograph?".

Derived: the folder can be deleted and the index filled again with the same samples. It only ever appends, and merges
sorted files from time to time; adding pictures never compares or rewrites all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from .. import features
from ..fingerprints import turned
from ..model import Fingerprint, Match
from . import hamming, postings
from .postings import Keys, Rows, Segment
from .sample import Sample
from .table import Table
from .verification import unpacked, verify

#: Hashes up to this far apart (of 256 bits) make two pictures candidates; ``_FIRST`` is the limit for the first 64.
NEAR, _FIRST = 72, 18
#: Features in common from which a picture is a candidate.
VOTES = 3
#: Candidates that are verified for one picture, at most.
CANDIDATES = 60
#: Rows of the largest segment that merging makes, and how many neighbours of a size merge.
_LARGEST, _FAN = 1 << 16, 4


class DuplicateIndex:
    """The samples of ``folder``. One writer at a time (the caller's lock); readers see its work after :meth:`refresh`.

    When :meth:`add` or :meth:`discard` returns, the change is on disk. Votes of the latest rows are held in memory until
    :meth:`flush`; after a crash they are taken again from the samples.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._table = Table(folder)
        self._segments: list[Segment] = []
        self._recent: list[tuple[Keys, int]] = []
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
        keys = [postings.keys_of(features.unpack(sample.features).bits) for sample in batch]
        first = len(self._table)
        if batch:
            self._table.append(batch)
            self._recent += [(key, first + at) for at, key in enumerate(keys)]

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
            self._write(self._covered, end, [_gather(self._recent, band) for band in range(_bands())])
            self._recent, self._covered = [], end
            self._merge()

    # ------------------------------------------------------------ questions

    def candidates(self, sample: Sample, limit: int = CANDIDATES) -> list[str]:
        """Ids of up to ``limit`` samples that may match, most promising first, without ``sample.id`` itself."""
        if sample.fingerprint.flat:
            return self._flat_twins(sample)[:limit]
        promise = self._by_hash(sample.fingerprint)
        for row, votes in self._by_votes(sample).items():
            promise[row] = promise.get(row, 0.0) + votes
        own = self._table.rows.get(sample.id, -1)
        promise.pop(own, None)
        ranked = sorted(promise.items(), key=lambda item: (-item[1], item[0]))
        return [self._table.ident(row) for row, _ in ranked[:limit]]

    def matches_of(self, sample: Sample, limit: int = CANDIDATES) -> list[Match]:
        """Return the matches of one picture (in the index or not) with all others, the surest first."""
        return sorted(self._verified(sample, limit, set()), key=lambda match: (-match.score, match.id))

    def match_new(self, idents: Iterable[str]) -> Iterator[Match]:
        """Yield the matches of new samples with all samples, each pair once. Unknown ids are passed over."""
        seen: set[tuple[str, str]] = set()
        for ident in idents:
            if ident in self:
                try:
                    sample = self.sample(ident)
                except KeyError:
                    continue
                yield from self._verified(sample, CANDIDATES, seen)

    def _verified(self, sample: Sample, limit: int, seen: set[tuple[str, str]]) -> Iterator[Match]:
        for other in self.candidates(sample, limit):
            pair = (min(sample.id, other), max(sample.id, other))
            if pair in seen:
                continue
            seen.add(pair)
            try:
                found = verify(sample, self.sample(other))
            except KeyError:
                continue
            if found is not None:
                yield found

    def _flat_twins(self, sample: Sample) -> list[str]:
        """Pictures without structure: those whose hash is the same, for verification to compare their pixels."""
        rows, _ = hamming.within(hamming.words([sample.fingerprint.phash])[0], self._table.hashes("phash"), 0)
        found = [self._table.ident(int(row)) for row in rows[self._table.alive[rows]]]
        return [ident for ident in found if ident != sample.id]

    def _by_hash(self, fingerprint: Fingerprint) -> dict[int, float]:
        """Rows near in any of the eight forms, with or without borders."""
        promise: dict[int, float] = {}
        for name in ("dct", "trimmed"):
            usable = self._table.usable(name)
            if not usable.any():
                continue
            table = self._table.hashes(name)
            for own in filter(None, (fingerprint.dct, fingerprint.trimmed)):
                for form in turned(own).values():
                    rows, apart = hamming.within(hamming.words([form])[0], table, NEAR, _FIRST)
                    for row, distance in zip(rows[usable[rows]], apart[usable[rows]], strict=True):
                        worth = 1000.0 - 10 * float(distance) if distance <= 30 else 100.0 - float(distance)
                        promise[int(row)] = max(promise.get(int(row), 0.0), worth)
        return promise

    def _by_votes(self, sample: Sample) -> dict[int, float]:
        """Rows that share features with the picture or its mirror image: how many."""
        local = unpacked(sample.features)
        promise: dict[int, float] = {}
        total = len(self._table)
        if not total:
            return promise
        for form in (local, local.mirrored):
            hits = self._hits(postings.keys_of(form.bits))
            if not len(hits):
                continue
            rows, votes = np.unique(hits, return_counts=True)
            keep = (votes >= VOTES) & self._table.alive[rows]
            for row, count in zip(rows[keep], votes[keep], strict=True):
                promise[int(row)] = max(promise.get(int(row), 0.0), float(count))
        return promise

    def _hits(self, keys: Keys) -> Rows:
        found: list[Rows] = []
        for band in range(keys.shape[1]):
            asked = postings.probes(keys[:, band]).reshape(-1)
            found += [segment.find(band, asked) for segment in self._segments]
            if self._recent:
                recent, rows = _gather(self._recent, band)
                found.append(_find_recent(recent, rows, asked))
        return np.concatenate(found) if found else np.zeros(0, np.uint32)

    # ------------------------------------------------------------ segments

    def _open_segments(self) -> None:
        """Map the segments that are whole; take the votes of rows that none covers again from their samples."""
        self._segments, self._recent, self._covered = [], [], 0
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
                    bits = features.unpack(self._table.sample(ident).features).bits
                except (KeyError, ValueError):
                    continue
                self._recent.append((postings.keys_of(bits), row))

    def _write(self, first: int, end: int, bands: list[tuple[Keys, Rows]]) -> None:
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
                for band in range(_bands())
            ]
            del self._segments[-_FAN:]
            self._write(last[0].first, last[-1].end, bands)
            for segment in last:
                segment.path.unlink(missing_ok=True)


def _bands() -> int:
    return postings.keys_of(np.zeros((1, 16), np.uint8)).shape[1]


def _gather(recent: list[tuple[Keys, int]], band: int) -> tuple[Keys, Rows]:
    keys = np.concatenate([keys[:, band] for keys, _ in recent])
    rows = np.repeat(np.array([row for _, row in recent], np.uint32), [len(keys) for keys, _ in recent])
    return keys, rows


def _find_recent(keys: Keys, rows: Rows, asked: Keys) -> Rows:
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    start, stop = np.searchsorted(ordered, asked, "left"), np.searchsorted(ordered, asked, "right")
    count = stop - start
    where = np.repeat(start - np.cumsum(count) + count, count) + np.arange(int(count.sum()))
    return rows[order[where]]
