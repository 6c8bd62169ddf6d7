"""The catalogue as a TinyDB: a ``Storage`` and a ``Table`` on the store, so that TinyDB's own API works on it.

Stock tables read and write the whole database at each step. These read a document when it is looked at, and turn each
change into one transaction with only what it touched. Documents keep their integer keys (``doc_id``) beside the
catalogue's ids: a document's id is its ``id`` field, or its key when it has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from tinydb import TinyDB
from tinydb.queries import QueryLike
from tinydb.storages import Storage
from tinydb.table import Table

from .base import Doc
from .documents import decode_doc, encode_doc, ident_of
from .generation import Generation

_MAX_KEY = 2**32 - 1


class Keeping(Protocol):
    """What the tables ask of the store that they stand on."""

    @property
    def state(self) -> Generation:
        """The documents as last seen."""

    def refresh(self) -> bool:
        """See what others have committed."""

    def writing(self) -> AbstractContextManager[None]:
        """Hold the writer's lock."""

    def write(
        self, docs: dict[str, dict[str, bytes]], deletes: dict[str, set[str]], keys: dict[str, dict[str, int]], /
    ) -> object:
        """Commit one transaction of encoded documents. Only inside :meth:`writing`."""

    def close(self) -> None:
        """Release everything."""


class TableView(Mapping[str, Any]):
    """One table as TinyDB reads it, ``{"1": {...}}``: documents are decoded when they are looked at."""

    def __init__(self, state: Generation, kind: str) -> None:
        self.state, self.kind = state, kind
        self._idents = state.by_key(kind)

    def __getitem__(self, key: str) -> Doc:
        data = self.state.read(self.kind, self._idents[int(key)])
        if data is None:
            raise KeyError(key)
        return decode_doc(data)

    def __iter__(self) -> Iterator[str]:
        return iter([str(key) for key in self._idents])

    def __len__(self) -> int:
        return self.state.count(self.kind)


class _Draft(MutableMapping[int, Any]):
    """A table while an update runs: what is looked at is kept, so that what was changed in place is found afterwards."""

    def __init__(self, state: Generation, kind: str) -> None:
        self.state, self.kind = state, kind
        self.idents = state.by_key(kind)
        self._seen: dict[int, tuple[bytes, Doc]] = {}
        self._put: dict[int, Doc] = {}
        self._gone: set[int] = set()

    def __getitem__(self, key: int) -> Doc:
        if key in self._put:
            return self._put[key]
        if key in self._gone or key not in self.idents:
            raise KeyError(key)
        if key not in self._seen:
            data = self.state.read(self.kind, self.idents[key])
            assert data is not None
            self._seen[key] = (data, decode_doc(data))
        return self._seen[key][1]

    def __setitem__(self, key: int, doc: Doc) -> None:
        if not isinstance(key, int) or not 0 <= key <= _MAX_KEY:
            raise ValueError(f"a document's key is a whole number from 0 to {_MAX_KEY}, not {key!r}")
        self._gone.discard(key)
        self._put[key] = doc

    def __delitem__(self, key: int) -> None:
        if key not in self:
            raise KeyError(key)
        self._put.pop(key, None)
        if key in self.idents:
            self._gone.add(key)

    def __contains__(self, key: object) -> bool:
        return key in self._put or (key in self.idents and key not in self._gone)

    def __iter__(self) -> Iterator[int]:
        stay = [key for key in self.idents if key not in self._gone]
        return iter(stay + [key for key in self._put if key not in self.idents])

    def __len__(self) -> int:
        return len(self.idents) - len(self._gone) + sum(key not in self.idents for key in self._put)

    def clear(self) -> None:
        """Remove every document."""
        self._put.clear()
        self._gone = set(self.idents)

    def changes(self) -> tuple[dict[str, bytes], set[str], dict[str, int]]:
        """Return what to put, ids to delete, and the keys of new documents. ValueError when two would have one id."""
        changed = {key: encode_doc(doc) for key, doc in self._put.items()}
        for key, (data, doc) in self._seen.items():
            if key not in self._put and key not in self._gone and (now := encode_doc(doc)) != data:
                changed[key] = now
        puts: dict[str, bytes] = {}
        keys: dict[str, int] = {}
        deletes = {self.idents[key] for key in self._gone}
        docs = {key: self._put[key] if key in self._put else self._seen[key][1] for key in changed}
        deletes |= {
            self.idents[k] for k, doc in docs.items() if k in self.idents and ident_of(doc, k) != self.idents[k]
        }
        for key, doc in docs.items():
            ident = ident_of(doc, key)
            moved = self.idents.get(key) != ident
            if ident in puts or (moved and ident not in deletes and self.state.has(self.kind, ident)):
                raise ValueError(f"two documents of {self.kind!r} would have the id {ident!r}")
            puts[ident] = changed[key]
            if moved:
                keys[ident] = key
        return puts, deletes, keys


class CatalogueStorage(Storage):
    """TinyDB's view of a whole store. Writing it commits what differs."""

    def __init__(self, store: Keeping) -> None:
        self.store = store

    def read(self) -> dict[str, dict[str, Any]]:
        """Return all tables that hold documents, each as a :class:`TableView`."""
        self.store.refresh()
        state = self.store.state
        return {kind: self.table(kind) for kind in state.kinds()}  # type: ignore[misc]

    def table(self, kind: str) -> TableView:
        """Return one table as it is now."""
        return TableView(self.store.state, kind)

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Make the store hold exactly ``data``, in one transaction."""
        with self.store.writing():
            drafts = []
            for kind in {*self.store.state.kinds(), *data}:
                draft = _Draft(self.store.state, kind)
                wanted = data.get(kind, {})
                if not isinstance(wanted, TableView):
                    _replace(draft, wanted)
                drafts.append(draft)
            self.commit(drafts)

    def commit(self, drafts: Iterable[_Draft]) -> None:
        """Write the changes of some tables as one transaction. Only inside the store's ``writing``."""
        docs: dict[str, dict[str, bytes]] = {}
        deletes: dict[str, set[str]] = {}
        keys: dict[str, dict[str, int]] = {}
        for draft in drafts:
            puts, gone, numbered = draft.changes()
            if puts:
                docs[draft.kind] = puts
            if gone:
                deletes[draft.kind] = gone
            if numbered:
                keys[draft.kind] = numbered
        self.store.write(docs, deletes, keys)

    def close(self) -> None:
        """Close the store."""
        self.store.close()


def _replace(draft: _Draft, wanted: Mapping[str, Any]) -> None:
    numbered = {int(key): dict(doc) for key, doc in wanted.items()}
    for key in [key for key in draft if key not in numbered]:
        del draft[key]
    for key, doc in numbered.items():
        if key not in draft or draft[key] != doc:
            draft[key] = doc


class CatalogueTable(Table):
    """A TinyDB table whose updates cost what they touch, and whose query cache notices what others commit."""

    _storage: CatalogueStorage
    _seen: tuple[int, int] = (0, 0)
    _following: int | None = None

    def search(self, cond: QueryLike) -> list[Any]:
        """Search as TinyDB does, never from a cache that is older than the store."""
        self._storage.store.refresh()
        state = self._storage.store.state
        if self._seen != (state.number, state.position):
            self.clear_cache()
            self._seen = (state.number, state.position)
        return super().search(cond)

    def insert(self, document: Mapping[str, Any]) -> int:
        """Insert a document under the next free key, also when other processes insert."""
        with self._storage.store.writing():
            return super().insert(document)

    def insert_multiple(self, documents: Iterable[Mapping[str, Any]]) -> list[int]:
        """Insert documents in one transaction."""
        with self._storage.store.writing():
            return super().insert_multiple(documents)

    def upsert(self, document: Mapping[str, Any], cond: QueryLike | None = None) -> list[int]:
        """Update or insert, with nobody writing in between."""
        with self._storage.store.writing():
            return super().upsert(document, cond)

    def _get_next_id(self) -> int:
        number = self._storage.store.state.next_key(self.name) if self._following is None else self._following
        self._following = number + 1
        return number

    def _read_table(self) -> TableView:  # type: ignore[override]
        self._storage.store.refresh()
        return self._storage.table(self.name)

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        store = self._storage.store
        with store.writing():
            draft = _Draft(store.state, self.name)
            updater(draft)
            self._storage.commit([draft])
        self._following = None
        self.clear_cache()


class CatalogueDB(TinyDB):
    """TinyDB with tables of this kind."""

    table_class = CatalogueTable


def open_db(store: Keeping) -> CatalogueDB:
    """Return a TinyDB on ``store``. Closing it closes the store."""
    return CatalogueDB(store, storage=CatalogueStorage)
