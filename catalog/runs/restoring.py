"""Reading back what ``export --format jsonl --everything`` wrote: facts, inferences and decisions, without loss.

Originals are not in such a file; each is taken from where it was met, if it still lies there with the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ..codec import from_dict
from ..errors import Rejected
from ..media import Media, file_hash
from ..model import Image, ImportResult, Outcome
from ..paths import to_path
from ..resolve import BY_HAND
from ..stores.base import COUNTER, DECISIONS, FACTS, INFERENCES, Doc, Store, Transaction

#: Lines of one transaction, and the longest line that is read.
_STEP = 500
_MAX_LINE = 64 << 20
_TYPES = frozenset((*FACTS, *INFERENCES, *DECISIONS))


def is_export(path: Path) -> bool:
    """Return whether a file begins like an export of everything."""
    if not path.name.endswith((".jsonl", ".ndjson")) or path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as lines:
        try:
            first = json.loads(lines.readline(_MAX_LINE) or b"null")
        except ValueError:
            return False
    return isinstance(first, dict) and first.get("type") in _TYPES and isinstance(first.get("id"), str)


def restore(store: Store, media: Media | None, path: Path) -> Iterator[ImportResult]:
    """Put everything of an export into a catalogue; yield a result for each article and image, and one for the file.

    Raises Rejected, and changes nothing, when a line is not as it was written, or when the catalogue holds other decisions.
    """
    last = _check(store, path)
    results: list[ImportResult] = []
    change, lines = Transaction(), 0
    if (
        lacking := last - store.last_number(COUNTER)
    ) > 0:  # first of all: who decides meanwhile gets numbers of his own
        with store.writing():
            store.numbers(COUNTER, lacking, change)
            store.commit(change)
        change = Transaction()
    for number, (kind, doc) in enumerate(_lines(path)):
        results += _put(store, media, change, kind, doc, path)
        lines = number + 1
        if lines % _STEP == 0:
            _commit(store, media, change)
            yield from results
            change, results = Transaction(), []
    _commit(store, media, change)
    yield from results
    yield ImportResult(str(path), "new" if lines else "unchanged", reason=f"An export of {lines:,} lines.")


def _commit(store: Store, media: Media | None, change: Transaction) -> None:
    """Commit when the originals that were found are durable."""
    if media is not None:
        media.sync()
    store.commit(change)


def _lines(path: Path) -> Iterator[tuple[str, Doc]]:
    with path.open("rb") as lines:
        number = 0
        while line := lines.readline(_MAX_LINE):
            number += 1
            try:
                doc = json.loads(line)
                kind, _ = doc.pop("type"), doc["id"]
            except (ValueError, KeyError, TypeError, AttributeError):
                raise Rejected(f"Line {number} of {path} is not one of an export of everything.") from None
            if kind not in _TYPES:
                raise Rejected(f"Line {number} of {path} has the unknown type “{str(kind)[:40]}”.")
            yield kind, doc


def _check(store: Store, path: Path) -> int:
    """Read the file once without using it; return the number of its last decision."""
    last = 0
    for kind, doc in _lines(path):
        if kind == "decision":
            known = store.get("decision", doc["id"])
            if known is not None and known != doc:
                raise Rejected("The catalogue holds other decisions than the export: import it into a new catalogue.")
            last = max(last, int(doc["id"])) if str(doc["id"]).isdigit() else last
    return last


def _put(store: Store, media: Media | None, change: Transaction, kind: str, doc: Doc, path: Path) -> list[ImportResult]:
    ident = str(doc["id"])
    if kind == "link":
        if not any(e.get("name") == BY_HAND for e in doc.get("evidence", ())):  # those follow from their decisions
            change.put(kind, ident, {k: v for k, v in doc.items() if k not in ("status", "decided")})
        return []
    known = store.get(kind, ident)
    change.put(kind, ident, doc)
    if kind == "image" and media is not None:
        _keep(media, from_dict(doc, Image))
    outcome: Outcome = "new" if known is None else "unchanged"
    if kind == "image":
        return [ImportResult(f"{path}!/{ident}", outcome, "image", ident)]
    return [ImportResult(f"{path}!/{ident}", outcome, "article", ident)] if kind == "article" else []


def _keep(media: Media, image: Image) -> None:
    if image.in_place or media.has(image.sha256):
        return
    for file in map(to_path, image.paths):
        try:
            if file.is_file() and not file.is_symlink() and file_hash(file) == image.sha256:
                media.keep(image.sha256, file)
                return
        except Rejected:
            continue
