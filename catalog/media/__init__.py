"""Originals by hash and thumbnails: in the catalogue's folder, or at an address that several machines share.

:func:`open_media` opens the place that a catalogue has chosen; :func:`choose` is how it chooses, once, at its first import.
"""

from __future__ import annotations

from pathlib import Path

from ..errors import UsageError
from ..filesystems import checked, is_address
from ..stores.base import Store, Transaction
from .base import Blob, Media, file_blob, file_hash
from .local import LocalMedia
from .shared import SharedMedia

__all__ = ["Blob", "Media", "choose", "file_blob", "file_hash", "open_media", "place", "remember"]


def open_media(address: str, folder: Path) -> Media:
    """Open the pictures at an address (``file://``, ``s3://``, any that fsspec knows); ``""`` means in ``folder``.

    Raises UsageError for what is no address, CatalogueUnusable when a package for it is missing.
    """
    if not address:
        return LocalMedia(folder)
    address = checked(address)
    if address.startswith("file://"):
        return LocalMedia(Path(address.removeprefix("file://")), address)
    return SharedMedia(address)


def place(asked: str) -> str:
    """Return a setting's value as an address: a folder's path is one too. ``""`` stays empty."""
    return checked(asked if is_address(asked) else f"file://{Path(asked).absolute()}") if asked else ""


def choose(store: Store, asked: str) -> str:
    """Return the address that a catalogue keeps its pictures at: what it remembers, else ``asked``.

    Raises UsageError when ``asked`` differs from what holds already.
    """
    asked = place(asked)
    known = store.get("meta", "media")
    chosen = str(known["address"]) if known is not None else "" if store.count("image") else asked
    if asked and asked != chosen:
        where = f"at {chosen}" if chosen else "in its own folder"
        raise UsageError(
            f"This catalogue keeps its pictures {where}, not at {asked}. Leave that setting out, or use another catalogue."
        )
    return chosen


def remember(store: Store, address: str) -> None:
    """Note where a catalogue keeps its pictures, so that every later opening uses that. Raises UsageError as :func:`choose`."""
    with store.writing():
        if address and store.get("meta", "media") is None:
            choose(store, address)
            change = Transaction()
            change.put("meta", "media", {"id": "media", "address": address})
            store.commit(change)
