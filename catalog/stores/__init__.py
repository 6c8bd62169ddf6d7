"""Where a catalogue is kept: ``open_store(url)`` gives the store that an address names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Absent, CatalogueUnusable
from ..later import later
from .presence import present

if TYPE_CHECKING:
    from ..model import Damage
    from . import tiny, verifying
    from .base import Store
    from .postgres.store import PostgresStore
else:
    tiny, verifying = later(".stores.tiny", ".stores.verifying")

__all__ = ["is_postgres", "open_store", "require", "verify_store"]


def is_postgres(url: str) -> bool:
    """Return whether an address names a PostgreSQL database rather than a folder."""
    return url.startswith(("postgresql://", "postgres://"))


def require(url: str) -> None:
    """Raise Absent when an address names a folder that holds no catalogue, without reading anything else."""
    if "://" not in url and not present(Path(url)):
        raise Absent(url)


def open_store(url: str, *, create: bool = True, readonly: bool = False) -> Store:
    """Open the catalogue at a folder, or at a ``postgresql://`` address.

    Raises CatalogueUnusable (Locked, Damaged) when it cannot be used, and when it is not there and ``create`` is false.
    """
    if is_postgres(url):
        return _postgres()(url, create=create, readonly=readonly)
    if "://" in url:
        raise CatalogueUnusable(f"A catalogue is a folder or a postgresql:// address, not {url[:80]}.")
    return tiny.TinyStore(url, create=create, readonly=readonly)


def _postgres() -> type[PostgresStore]:
    try:
        from .postgres.store import PostgresStore
    except ModuleNotFoundError as error:
        if error.name not in ("psycopg", "psycopg_pool"):
            raise
        raise CatalogueUnusable("Catalogues on PostgreSQL need a driver: pip install 'cutline[postgres]'.") from error
    return PostgresStore


def verify_store(url: str, *, repair: bool = False) -> Iterator[Damage]:
    """Yield every damage of the stored documents, also where they are so damaged that :func:`open_store` refuses.

    Raises CatalogueUnusable when there is no catalogue, or with ``repair`` when nothing could be restored.
    """
    if is_postgres(url):
        return _verify_shared(open_store(url, create=False), repair)
    return verifying.verify_folder(Path(url), repair=repair)


def _verify_shared(store: Store, repair: bool) -> Iterator[Damage]:
    try:
        yield from store.verify(repair=repair)
    finally:
        store.close()
