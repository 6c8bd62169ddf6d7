"""What a store promises. :mod:`catalog.stores.tiny` and :mod:`catalog.stores.postgres` keep it; one contract suite tests both."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol, TypeVar

from ..model import Damage

T = TypeVar("T")
Doc = dict[str, Any]
#: Names what a piece of work touches; called once or more.
Touches = Callable[[], Iterable[str]]
#: Kind, field and a value that is looked for in it.
Value = tuple[str, str, str]
#: Among what is touched: everything.
WHOLE = "*"

#: The tables of a catalogue: facts, inferences, decisions, book-keeping.
FACTS = ("article", "caption", "image", "revision")
INFERENCES = ("link", "match", "conflict", "finding")
DECISIONS = ("decision",)
BOOKS = ("source", "run", "meta")
KINDS = FACTS + INFERENCES + DECISIONS + BOOKS

#: The fields by which ``find`` answers without a scan. A dotted or list-valued field is found by each of its values.
LOOKUPS: Mapping[str, tuple[str, ...]] = {
    "caption": ("article",),
    "image": ("sha256", "paths", "keys.folders", "keys.stems", "keys.words"),
    "article": ("source", "url", "sha256", "keys.folders", "keys.stems", "keys.words"),
    "revision": ("article.id",),
    "link": ("caption", "image", "article"),
    "match": ("a", "b"),
    "conflict": ("a", "b", "images"),
    "finding": ("subjects", "images", "articles"),
    "decision": ("subject", "subjects", "batch", "undoes"),
    "source": ("sha256", "run", "ids"),
}


_SEVERAL = (list, tuple)


def lookup_values(doc: Doc, path: str) -> list[str]:
    """Return the strings by which ``find(kind, path, ...)`` finds ``doc``: the value at a dotted path, or each of a list's."""
    value: Any = doc
    for part in _steps(path):
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, _SEVERAL):
        return [v for v in value if isinstance(v, str) and v]
    return []


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


@dataclass(slots=True)
class Transaction:
    """Changes that become visible and durable together: documents to put (whole) and ids to delete, by kind."""

    puts: dict[str, dict[str, Doc]] = field(default_factory=dict)
    deletes: dict[str, set[str]] = field(default_factory=dict)

    def put(self, kind: str, ident: str, doc: Doc) -> None:
        """Add or replace the document ``ident`` of ``kind``. It carries ``ident`` as ``id``: a store adds a missing one."""
        self.puts.setdefault(kind, {})[ident] = doc
        self.deletes.get(kind, set()).discard(ident)

    def delete(self, kind: str, ident: str) -> None:
        """Remove the document ``ident`` of ``kind``; no error when it is not there."""
        self.deletes.setdefault(kind, set()).add(ident)
        self.puts.get(kind, {}).pop(ident, None)

    def __bool__(self) -> bool:
        return any(self.puts.values()) or any(self.deletes.values())


#: The counter by which decisions are numbered.
COUNTER = "decisions"
#: The document of ``meta`` that marks a catalogue which is being copied here; its ``source`` says from where.
UNFINISHED = "copy"


def numbers_in_document(store: Store, counter: str, n: int, change: Transaction) -> list[int]:
    """Take numbers for a store with one writer at a time: the last one stands in the document ``counter`` of ``meta``."""
    last = last_in_document(store, counter)
    change.put("meta", counter, {"id": counter, "last": last + n})
    return list(range(last + 1, last + n + 1))


def last_in_document(store: Store, counter: str) -> int:
    """Return the last number that :func:`numbers_in_document` has given."""
    return int((store.get("meta", counter) or {}).get("last", 0))


@dataclass(frozen=True, slots=True)
class Change:
    """One document that changed at ``position``; ``doc`` is its present state, ``None`` when deleted."""

    position: int
    kind: str
    id: str
    doc: Doc | None


class Store(Protocol):
    """Documents by kind and id, changed in atomic, durable transactions. Reads see the last committed state.

    Ids are strings. ``position`` grows by one with each transaction, over the life of the catalogue (also across
    compactions), so that derived things can tell what they have seen.
    """

    url: str

    def get(self, kind: str, ident: str) -> Doc | None:
        """Return one document (a fresh copy) or ``None``."""

    def get_many(self, kind: str, idents: Iterable[str]) -> dict[str, Doc]:
        """Return the documents that exist among ``idents``."""

    def ids(self, kind: str) -> list[str]:
        """Return all ids of a kind, sorted."""

    def iter(self, kind: str) -> Iterator[tuple[str, Doc]]:
        """Yield (id, document) in the order of ids, without holding all decoded at once."""

    def count(self, kind: str) -> int:
        """Return how many documents of a kind there are."""

    def find(self, kind: str, field: str, value: str) -> list[str]:
        """Return the ids of documents whose ``field`` (one of LOOKUPS, else KeyError) is or contains ``value``, sorted."""

    def expect(self, asked: Collection[Value]) -> None:
        """Be told what :meth:`find` will be asked next, and the documents that it finds: a store may find out all at once."""

    def commit(self, transaction: Transaction) -> int:
        """Apply a transaction; when this returns it is on disk. Returns the new position.

        Raises Locked when another writer does not finish in time, CatalogueUnusable when the disk refuses, and ValueError or
        TypeError, with nothing changed, for a document that is not JSON-able or carries another id than it is put under.
        """

    def writing(self, touches: Touches | None = None, counter: str = "") -> AbstractContextManager[None]:
        """Hold off others, refreshed, over reads and commits that depend on each other (re-entrant). Raises Locked.

        ``touches`` tells what is worked on, as the store stands at that moment: a store that can, keeps out only those who touch
        the same, asking before and again when it holds that. Without it nobody else writes. Commits are on disk when the
        outermost ends; whether those before an error stand is the store's. From ``counter`` a number will be wanted: a store may
        take one ahead.
        """

    def working(self, work: Callable[[], T], touches: Touches, counter: str = "") -> T:
        """Do ``work``, which reads and commits, as inside :meth:`writing`; return what it returns.

        A store may let others be while it is done, and hold them off only at the end: it does it again when they have changed
        what it read. So ``work`` changes nothing but the store. What ``touches`` read when it was last called, if it was, still
        holds while ``work`` runs.
        """

    def numbers(self, counter: str, n: int, change: Transaction) -> list[int]:
        """Take ``n`` numbers from a counter, rising and never given before; where it needs noting, ``change`` does that.

        Inside :meth:`writing` or :meth:`working`, and ``change`` is committed next. One that is not used may leave a gap.
        """

    def last_number(self, counter: str) -> int:
        """Return the highest number that was taken from a counter, 0 before the first."""

    def position(self) -> int:
        """Return the position of the last transaction seen by this reader."""

    def followed(self) -> int:
        """Return the position of the last transaction, of those seen by this reader, that another process may have written."""

    def refresh(self) -> bool:
        """See what other processes have committed; return whether there was anything. Cheap when there is not."""

    def changes(self, since: int) -> Iterator[Change] | None:
        """Yield what changed after position ``since``; ``None`` when that is no longer known and all must be read."""

    def verify(self, *, repair: bool = False) -> Iterator[Damage]:
        """Yield every damage of the stored documents (not of media)."""

    def loading(self) -> AbstractContextManager[None]:
        """Expect very much at once: an empty store may leave until the end what is quicker done then. Every commit stands."""

    def compact(self) -> None:
        """Fold the journal into the main file, where the store has such things."""

    def close(self) -> None:
        """Release everything. For the embedded store this leaves a file that plain TinyDB reads."""
