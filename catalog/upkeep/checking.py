"""Does the catalogue still hold what was put in? Every document, every original by its hash, every derived file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import CatalogueUnusable, Damaged, Rejected
from ..media import file_hash
from ..model import Damage
from ..paths import to_path

if TYPE_CHECKING:
    from ..opened import Opened

#: So many of the rows of an index that are not as they should be are named.
_EXAMPLES = 20


def verify(library: Opened, *, repair: bool = False) -> Iterator[Damage]:
    """Yield each damage. With ``repair``, what is derived is rebuilt and originals are restored from where they were met."""
    yield from library.store.verify(repair=repair)
    yield from beyond_store(library, repair=repair)


def beyond_store(library: Opened, *, repair: bool = False) -> Iterator[Damage]:
    """Yield the damage of what is kept beside the store's documents: originals, references, derived files."""
    yield from _media(library, repair)
    yield from _links(library)
    yield from _derived(library, repair)


def _media(library: Opened, repair: bool) -> Iterator[Damage]:
    # Originals that no record names are left alone: a run that was killed leaves some, and after a loss they are the ones wanted.
    for ident, doc in library.store.iter("image"):
        sha = str(doc["sha256"])
        if doc.get("in_place"):
            if library._find_original(ident) is None:
                yield Damage("media", doc["paths"][0], "the picture catalogued in place is no longer there")
            continue
        intact = library.media.intact(sha)
        if intact:
            continue
        what = (
            "the original is missing" if intact is None else "the original does not have the bytes that were imported"
        )
        yield Damage("media", library.media.name(sha), what, _restore(library, doc) if repair else "")


def _restore(library: Opened, doc: dict[str, object]) -> str:
    sha = str(doc["sha256"])
    paths = doc.get("paths", ())
    for path in map(to_path, map(str, paths if isinstance(paths, list) else ())):
        try:
            if path.is_file() and file_hash(path) == sha:
                library.media.remove(sha)
                library.media.keep(sha, path)
                library.media.sync()
                return f"restored from {path}"
        except Rejected:
            continue
    return ""


def _links(library: Opened) -> Iterator[Damage]:
    """Documents that name others which are not there."""
    for ident, doc in library.store.iter("caption"):
        if library.store.get("article", str(doc.get("article"))) is None:
            yield Damage("store", f"caption {ident}", "its article is missing")
    for ident, doc in library.store.iter("link"):
        if library.store.get("image", str(doc.get("image"))) is None:
            yield Damage("store", f"link {ident}", "its picture is missing")
        if library.store.get("caption", str(doc.get("caption"))) is None:
            yield Damage("store", f"link {ident}", "its caption is missing")


def _index_file(path: Path) -> str:
    """What is wrong with the search index's file as it lies there; opening it would mend that before it is seen.

    An empty file is no damage: every catalogue begins with one, a full disk leaves one, and it is filled when there is room.
    """
    if not path.is_file():
        return "it is missing"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError:
        return ""  # busy, or not to be read now: no damage
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found is None or found[0] == "ok" else str(found[0])


def _unlike_records(library: Opened) -> list[str]:
    """In what the search index is not as the records make it: a few examples."""
    try:
        return list(islice(library.unlike_index(), _EXAMPLES))
    except Damaged as error:
        return [str(error)]


def _derived(library: Opened, repair: bool) -> Iterator[Damage]:
    if library.index_file and (broken := _index_file(library.index_file)):
        yield Damage("index", library.index_file.name, broken, "rebuilt" if repair else "")
    try:
        index = library.index
    except CatalogueUnusable:
        return  # a full or read-only disk: what is derived can wait, and nothing that is kept is damaged by that
    # What does not even hang together is not laid beside the records.
    found = list(index.verify()) or _unlike_records(library)
    yield from (Damage("index", "index.sqlite", what, "rebuilt" if repair else "") for what in found)
    if found and repair:
        library.rebuild_index()
    for name in library.media.broken_thumbs():
        if repair:
            library.media.drop_thumb(name)
        yield Damage(
            "thumbs",
            name,
            "it is no whole WebP picture",
            "removed: made again when asked for" if repair else "",
        )
