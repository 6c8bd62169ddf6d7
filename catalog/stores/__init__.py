"""Where a catalogue is kept: ``open_store(url)`` gives the store that an address names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..errors import CatalogueUnusable
from ..model import Damage
from .base import Change, Doc, Store, Transaction
from .tiny import TinyStore, verify_folder

__all__ = ["Change", "Doc", "Store", "Transaction", "is_postgres", "open_store", "verify_store"]


def is_postgres(url: str) -> bool:
    """Return whether an address names a PostgreSQL database rather than a folder."""
    return url.startswith(("postgresql://", "postgres://"))


def open_store(url: str, *, create: bool = True, readonly: bool = False) -> Store:
    """Open the catalogue at a folder, or at a ``postgresql://`` address.

    Raises CatalogueUnusable (Locked, Damaged) when it cannot be used, and when it is not there and ``create`` is false.
    """
    if is_postgres(url):
        raise CatalogueUnusable("This Cutline keeps catalogues in folders only: give a folder instead of an address.")
    if "://" in url:
        raise CatalogueUnusable(f"A catalogue is a folder or a postgresql:// address, not {url[:80]}.")
    return TinyStore(url, create=create, readonly=readonly)


def verify_store(url: str, *, repair: bool = False) -> Iterator[Damage]:
    """Yield every damage of the stored documents, also where they are so damaged that :func:`open_store` refuses.

    Raises CatalogueUnusable when there is no catalogue, or with ``repair`` when nothing could be restored.
    """
    if is_postgres(url):
        return open_store(url, create=False).verify(repair=repair)
    return verify_folder(Path(url), repair=repair)
