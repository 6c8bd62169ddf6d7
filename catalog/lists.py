"""Lists of pictures that were picked by hand, kept under a short name, so that an address can hold a selection of any size.

A name is made of what the list holds: the same pictures have the same name, and a list never changes. The lists picked last are
kept; they belong to the catalogue, so whoever shares it can follow an address that a colleague copied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from .errors import NotAllowed, NotFound
from .stores.base import Store, Transaction

_PREFIX = "list:"
#: Lists that are kept, and pictures of one.
KEPT, MAX_PICTURES = 200, 50_000


def keep(store: Store, images: Sequence[str]) -> str:
    """Keep a list of pictures and return its name. Raises NotAllowed for none, too many, or an id that no picture has."""
    idents = sorted(set(images))
    if not 0 < len(idents) <= MAX_PICTURES:
        raise NotAllowed(f"A list holds 1 to {MAX_PICTURES:,} pictures.", field="images")
    name = hashlib.sha256(" ".join(idents).encode()).hexdigest()[:16]

    def work() -> None:
        if store.get("meta", _PREFIX + name) is not None:
            return
        known = store.get_many("image", idents)
        unknown = next((i for i in idents if i not in known), None)
        if unknown is not None:
            raise NotFound("picture", unknown)
        change = Transaction()
        change.put("meta", _PREFIX + name, {"id": _PREFIX + name, "images": " ".join(idents), "time": _now()})
        for gone in _oldest(store):
            change.delete("meta", gone)
        store.commit(change)

    with store.writing(lambda: {_PREFIX}):
        work()
    return name


def pictures(store: Store, name: str) -> tuple[str, ...]:
    """Return the pictures of a list, in the order of ids. Raises NotFound for one that is not kept."""
    doc = store.get("meta", _PREFIX + name)
    if doc is None:
        raise NotFound("selection", name)
    return tuple(str(doc["images"]).split())


def _oldest(store: Store) -> list[str]:
    """The lists that make room for one more."""
    held = [ident for ident in store.ids("meta") if ident.startswith(_PREFIX)]
    if len(held) < KEPT:
        return []
    times = {ident: str(doc.get("time", "")) for ident, doc in store.get_many("meta", held).items()}
    return sorted(held, key=lambda ident: times.get(ident, ""))[: len(held) - KEPT + 1]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
