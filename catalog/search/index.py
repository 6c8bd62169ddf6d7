"""The search index of a catalogue: an SQLite file with full text, facets and the queue of findings. Derived, never precious.

It remembers the store's position that it shows; whoever commits brings it up to date. Readers see whole transactions,
also while another process writes.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from ..errors import CatalogueUnusable
from .articlefile import FileArticles
from .base import Numbers, Page, Queue
from .facade import Facade
from .reading import Reader
from .row import Row
from .schema import Database, merge_all
from .session import SqliteSession
from .suggest import Terms
from .writing import Writer

__all__ = ["Index", "Numbers", "Page", "Queue", "Row"]


class Index(Facade[sqlite3.Connection]):
    """The index at ``path``; made when it is not there.

    Raises Locked when another process writes for too long, Damaged when the file turns out damaged (it is replaced by
    an empty one when ``position`` is asked next), CatalogueUnusable when the disk refuses.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._folder: TemporaryDirectory[str] | None = None
        self._database = Database(path)
        super().__init__(self._database, Writer(self._database), Reader(), FileArticles())

    @classmethod
    def open(cls, path: str | Path) -> Index:
        """Return the index at ``path``. A file that is missing, damaged or of another version is replaced by an empty one."""
        return cls(Path(path))

    @classmethod
    def open_copy(cls, path: Path) -> Index:
        """Return an index of this process's own that begins as a copy of the one at ``path``, for where nothing may be written.

        It is brought level like any other, and gone when it is closed. Raises CatalogueUnusable when there is no room for it.
        """
        folder = TemporaryDirectory(prefix="cutline-")
        try:
            for suffix in ("", "-wal"):
                with suppress(FileNotFoundError):
                    shutil.copyfile(f"{path}{suffix}", f"{folder.name}/{path.name}{suffix}")
        except OSError as error:
            raise CatalogueUnusable(f"The search index {path} cannot be copied: {error.strerror}.") from error
        made = cls(Path(folder.name) / path.name)
        made._folder = folder
        return made

    def close(self) -> None:
        """Close the file."""
        self._database.close()
        if self._folder is not None:
            self._folder.cleanup()

    def filling(self) -> AbstractContextManager[None]:
        """Hold nothing: each process fills its own file, or finds what another filled."""
        return nullcontext()

    @property
    def fresh(self) -> bool:
        """Whether the index has to be filled before it answers."""
        return self.position() is None

    def optimize(self) -> None:
        """Merge the parts of the full-text index: worth its seconds after a large import."""
        with self._database.writing() as connection:
            merge_all(connection)
        self._database.connection().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _session(self, connection: sqlite3.Connection) -> SqliteSession:
        return SqliteSession(connection)

    def miscounted(self, pictures: Counter[str], articles: Counter[str]) -> list[str]:
        """See :meth:`Facade.miscounted`."""
        found = []
        for table, told in (("words", pictures), ("article_words", articles)):
            held = self._database.vocabulary(table)
            found += [word for word in held.keys() | told.keys() if held[word] != told[word]]
        return sorted(found)

    def _docs(self, connection: sqlite3.Connection, idents: Sequence[str]) -> Iterator[bytes]:
        sql = "SELECT p.doc FROM image i JOIN page p ON p.rowid = i.rowid WHERE i.id = ?"
        found = (connection.execute(sql, (ident,)).fetchone() for ident in idents)
        return (row[0] for row in found if row is not None)

    def _totals(self, connection: sqlite3.Connection) -> tuple[int, int]:
        held = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('rows', 'bytes')"))
        return int(held["rows"]), int(held["bytes"])

    def _vocabulary(self, connection: sqlite3.Connection) -> Terms:
        return Terms(connection)
