"""Changes laid over a store without being in it: a decision with all it changes, a batch, a dry run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext

import msgspec

from ..model import Damage
from .base import (
    KINDS,
    LOOKUPS,
    Change,
    Doc,
    Store,
    T,
    Touches,
    Transaction,
    Value,
    last_in_document,
    lookup_values,
    numbers_in_document,
)


class Overlay:
    """A store whose commits are only collected, in ``transaction``; reads see them over what ``base`` holds.

    Commit ``transaction`` to ``base`` to make them true, or drop the overlay to forget them.
    """

    def __init__(self, base: Store) -> None:
        self.base = base
        self.url = base.url
        self.transaction = Transaction()
        self._values: dict[tuple[str, str], dict[str, set[str]]] = {}

    def _over(self, kind: str) -> tuple[dict[str, Doc], set[str]]:
        return self.transaction.puts.get(kind, {}), self.transaction.deletes.get(kind, set())

    def get(self, kind: str, ident: str) -> Doc | None:
        """Return one document as it would be."""
        puts, deletes = self._over(kind)
        if ident in puts:
            return _copy(puts[ident])
        return None if ident in deletes else self.base.get(kind, ident)

    def get_many(self, kind: str, idents: Iterable[str]) -> dict[str, Doc]:
        """Return the documents that would exist among ``idents``."""
        puts, deletes = self._over(kind)
        if not puts and not deletes:
            return self.base.get_many(kind, idents)
        wanted = list(idents)
        found = self.base.get_many(kind, [i for i in wanted if i not in puts and i not in deletes])
        return found | {i: _copy(puts[i]) for i in wanted if i in puts}

    def ids(self, kind: str) -> list[str]:
        """Return all ids there would be."""
        puts, deletes = self._over(kind)
        return sorted((set(self.base.ids(kind)) - deletes) | set(puts))

    def iter(self, kind: str) -> Iterator[tuple[str, Doc]]:
        """Yield (id, document) in the order of ids."""
        for ident in self.ids(kind):
            doc = self.get(kind, ident)
            if doc is not None:
                yield ident, doc

    def count(self, kind: str) -> int:
        """Return how many there would be."""
        puts, deletes = self._over(kind)
        known = self.base.get_many(kind, [*puts, *deletes])
        return self.base.count(kind) + sum(i not in known for i in puts) - sum(i in known for i in deletes)

    def find(self, kind: str, field: str, value: str) -> list[str]:
        """Return the ids that ``find`` would return."""
        puts, deletes = self._over(kind)
        if not puts and not deletes:
            return self.base.find(kind, field, value)
        over = self._values.get((kind, field), {}).get(value, ())
        below = self.base.find(kind, field, value)
        if not over and not below:
            return []
        return sorted({*(i for i in below if i not in puts and i not in deletes), *over})

    def expect(self, asked: Collection[Value]) -> None:
        """Let the base find out ahead."""
        self.base.expect(asked)

    def commit(self, transaction: Transaction) -> int:
        """Lay one more transaction over the rest."""
        for kind, docs in transaction.puts.items():
            for ident, doc in docs.items():
                self._forget(kind, ident)
                self.transaction.put(kind, ident, _copy(doc))
                for path in LOOKUPS.get(kind, ()):
                    for value in lookup_values(doc, path):
                        self._values.setdefault((kind, path), {}).setdefault(value, set()).add(ident)
        for kind, idents in transaction.deletes.items():
            for ident in idents:
                self._forget(kind, ident)
                self.transaction.delete(kind, ident)
        return self.position()

    def _forget(self, kind: str, ident: str) -> None:
        old = self.transaction.puts.get(kind, {}).get(ident)
        for path in LOOKUPS.get(kind, ()) if old else ():
            for value in lookup_values(old or {}, path):
                self._values[(kind, path)][value].discard(ident)

    def numbers(self, counter: str, n: int, change: Transaction) -> list[int]:
        """Take numbers from a counter of the base, unless one is noted here already."""
        noted = counter in self.transaction.puts.get("meta", ())
        return numbers_in_document(self, counter, n, change) if noted else self.base.numbers(counter, n, change)

    def last_number(self, counter: str) -> int:
        """Return the highest number that was taken from a counter, here or in the base."""
        return max(self.base.last_number(counter), last_in_document(self, counter))

    def writing(self, touches: Touches | None = None, counter: str = "") -> AbstractContextManager[None]:
        """Nothing to lock: the base is not written."""
        return nullcontext()

    def working(self, work: Callable[[], T], touches: Touches, counter: str = "") -> T:
        """Do ``work``: the base is not written."""
        return work()

    def position(self) -> int:
        """Return the base's position."""
        return self.base.position()

    def followed(self) -> int:
        """Return what the base has seen of others."""
        return self.base.followed()

    def refresh(self) -> bool:
        """An overlay stands on one state of its base: it never refreshes it."""
        return False

    def changes(self, since: int) -> Iterator[Change] | None:
        """Yield the changes laid over the base."""
        if since < self.base.position():
            return None
        return iter(self.collected())

    def collected(self) -> list[Change]:
        """Return every document that the overlay changes, as it would be."""
        after = self.base.position() + 1
        return [
            Change(after, kind, ident, doc)
            for kind in KINDS
            for ident, doc in [
                *self.transaction.puts.get(kind, {}).items(),
                *((i, None) for i in self.transaction.deletes.get(kind, ())),
            ]
        ]

    def verify(self, *, repair: bool = False) -> Iterator[Damage]:
        """Verify the base."""
        return self.base.verify(repair=repair)

    def loading(self) -> AbstractContextManager[None]:
        """Nothing to do differently."""
        return nullcontext()

    def compact(self) -> None:
        """Nothing to fold."""

    def close(self) -> None:
        """Leave the base open: whoever opened it closes it."""


def _copy(doc: Doc) -> Doc:
    copy: Doc = msgspec.json.decode(msgspec.json.encode(doc))
    return copy
