"""Bringing a whole catalogue into another store: facts, inferences, decisions, log, history, and the pictures.

The copy is made by comparing: kind by kind both sides are read in the order of ids, and what differs is written. So a run that
was killed is taken up by the next one, which finds the rest equal; and a source that changes meanwhile is gone over again. At
the end both sides are counted and hashed. Until then the target carries a mark, by which an unfinished copy is known.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ..duplicates import Sample
from ..duplicates.base import Neighbours
from ..errors import CatalogueUnusable, UsageError
from ..media import Media, remember
from ..screens.showing import original
from ..stores.base import COUNTER, KINDS, UNFINISHED, Doc, Store, Transaction

#: Documents per transaction.
_STEP = 1000
#: Times that a source which changes meanwhile is gone over.
_PASSES = 5
#: Documents of ``meta`` that belong to one store alone: its mark, its counter, where its pictures are.
_OWN = frozenset({UNFINISHED, COUNTER, "media"})


@dataclass(frozen=True, slots=True)
class Parts:
    """What is copied of a catalogue, or into one."""

    store: Store
    media: Media
    neighbours: Neighbours


@dataclass(frozen=True, slots=True)
class Copied:
    """How far the copy of one kind is (``media`` and ``fingerprints`` among them); ``sha256`` is set when it was verified.

    ``lacking`` counts originals that the source itself does not have.
    """

    kind: str
    done: int
    total: int
    sha256: str = ""
    lacking: int = 0


def copy(source: Parts, target: Parts) -> Iterator[Copied]:
    """Copy everything; yield how far it is, and at the end one line for each kind with its count and hash.

    Raises UsageError when the target holds anything but an unfinished copy of this source, CatalogueUnusable when the source
    never stands still or the two are not equal in the end.
    """
    _begin(source.store, target.store)
    remember(target.store, target.media.address)
    for _ in range(_PASSES):
        source.store.refresh()
        position = source.store.position()
        with target.store.loading():
            for kind in KINDS:
                yield from _documents(source.store, target.store, kind)
        yield from _originals(source, target)
        yield from _samples(source, target)
        if not source.store.refresh() and source.store.position() == position:
            break
    else:
        raise CatalogueUnusable(f"{source.store.url} is being changed all the time: run the copy again when it rests.")
    yield from _verify(source.store, target.store)
    _end(source.store, target.store)


def _begin(source: Store, target: Store) -> None:
    target.refresh()
    if source.get("meta", UNFINISHED) is not None:
        raise UsageError(f"{source.url} is itself an unfinished copy: finish it first.", field="source")
    mark = target.get("meta", UNFINISHED)
    if mark is None and any(target.count(kind) for kind in KINDS if kind != "meta"):
        raise UsageError(f"{target.url} already holds a catalogue: copy into an empty one.", field="target")
    name = source.url if "://" in source.url else str(Path(source.url).resolve())
    if mark is not None and mark.get("source") != name:
        raise UsageError(
            f"{target.url} holds an unfinished copy of {mark.get('source')}: finish that, or copy into an empty one.",
            field="target",
        )
    if mark is None:
        change = Transaction()
        change.put("meta", UNFINISHED, {"id": UNFINISHED, "source": name})
        target.commit(change)


def _end(source: Store, target: Store) -> None:
    with target.writing():
        change = Transaction()
        change.delete("meta", UNFINISHED)
        if (lacking := source.last_number(COUNTER) - target.last_number(COUNTER)) > 0:
            target.numbers(COUNTER, lacking, change)
        target.commit(change)


# ---------------------------------------------------------------- documents


def _all(store: Store, kind: str) -> Iterator[tuple[str, Doc]]:
    return (pair for pair in store.iter(kind) if kind != "meta" or pair[0] not in _OWN)


def _differing(source: Store, target: Store, kind: str) -> Iterator[tuple[str, Doc | None, bool]]:
    """Yield (id, document or ``None`` where it must go, whether it must be written) along both sides."""
    theirs = _all(target, kind)
    other = next(theirs, None)
    for ident, doc in _all(source, kind):
        while other is not None and other[0] < ident:
            yield other[0], None, True
            other = next(theirs, None)
        same = other is not None and other[0] == ident
        yield ident, doc, other is None or not same or other[1] != doc
        if same:
            other = next(theirs, None)
    while other is not None:
        yield other[0], None, True
        other = next(theirs, None)


def _documents(source: Store, target: Store, kind: str) -> Iterator[Copied]:
    total, done = source.count(kind), 0
    differing = _differing(source, target, kind)
    while step := list(islice(differing, _STEP)):
        change = Transaction()
        for ident, doc, write in step:
            if doc is None:
                change.delete(kind, ident)
            elif write:
                change.put(kind, ident, doc)
        if change:
            target.commit(change)
        done += sum(doc is not None for _, doc, _ in step)
        yield Copied(kind, done, total)


def _verify(source: Store, target: Store) -> Iterator[Copied]:
    for kind in KINDS:
        (n, mine), (m, theirs) = _digest(source, kind), _digest(target, kind)
        if (n, mine) != (m, theirs):
            raise CatalogueUnusable(
                f"The copy of {kind} is not equal: {n:,} documents there, {m:,} here. Run it again."
            )
        yield Copied(kind, m, n, theirs)


def _digest(store: Store, kind: str) -> tuple[int, str]:
    """Return how many documents of a kind there are, and the SHA-256 of all of them."""
    n, digest = 0, hashlib.sha256()
    for ident, doc in _all(store, kind):
        digest.update(json.dumps([ident, doc], sort_keys=True, separators=(",", ":")).encode("ascii"))
        n += 1
    return n, digest.hexdigest()


# ---------------------------------------------------------------- pictures


def _originals(source: Parts, target: Parts) -> Iterator[Copied]:
    total, lacking = source.store.count("image"), 0
    for done, (_, doc) in enumerate(source.store.iter("image"), 1):
        if not doc.get("in_place") and not target.media.has(str(doc["sha256"])):
            blob = original(source.media, doc)
            if blob is None:
                lacking += 1
            else:
                target.media.keep(str(doc["sha256"]), blob.path or blob.content())
        if done % _STEP == 0 or done == total:
            target.media.sync()
            yield Copied("media", done, total, lacking=lacking)


def _samples(source: Parts, target: Parts) -> Iterator[Copied]:
    """Copy the fingerprints that the target lacks: derived, but dear to make anew."""
    total, done = source.store.count("image"), 0
    idents = iter(source.store.ids("image"))
    while step := list(islice(idents, _STEP)):
        target.neighbours.add(_known(source.neighbours, target.neighbours.missing(step)))
        done += len(step)
        yield Copied("fingerprints", done, total)
    target.neighbours.flush()


def _known(neighbours: Neighbours, idents: Iterable[str]) -> Iterator[Sample]:
    for ident in idents:
        with suppress(KeyError):  # what neither has is made at the next import
            yield neighbours.sample(ident)
