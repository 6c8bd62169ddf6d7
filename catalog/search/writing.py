"""Filling the index: rows put and removed, with everything that is counted or looked up about them."""

from __future__ import annotations

import json
import re
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import msgspec

from .fold import fold, tokens
from .learning import Known, grams, learnable, short_value
from .row import GAP, Row, mark_text, texts
from .schema import COLUMNS, LONG, MERGE_EVERY, MERGE_PAGES, SEQ_BITS, Database, add_indexes
from .values import day_of

__all__ = [
    "Changes",
    "Writer",
    "changes",
    "columns_of",
    "filename_key",
    "grams",
    "learnable",
    "packed",
    "short_value",
    "unpack",
    "words_of",
]

#: Rows handled together, and rows after which a long run commits what it has. The rows of a chunk are put in the order of
#: their numbers: each step back in it closes a part of the full-text index, and many small parts make every question slow.
_CHUNK, _COMMIT = 10_000, 40_000
_SHORT_VALUE = 200
#: Rows up to which a change is small: larger ones are an import's, which need not wait for the merging of parts.
_SMALL = 50

#: What the ``ascii`` tokenizer takes for a word.
_WORD = re.compile("[0-9a-z\u0080-\U0010ffff]+")

_encoder = msgspec.msgpack.Encoder(order="deterministic")
_decoder = msgspec.msgpack.Decoder(Row)
_SLOTS = ", ".join("?" * len(COLUMNS))
_INSERT_WORDS = f"INSERT INTO words (rowid, {', '.join(COLUMNS)}) VALUES (?, {_SLOTS})"
_DELETE_WORDS = f"INSERT INTO words (words, rowid, {', '.join(COLUMNS)}) VALUES ('delete', ?, {_SLOTS})"
_INSERT_IMAGE = f"INSERT INTO image VALUES ({', '.join('?' * 13)})"


class Writer:
    """Puts and removes rows. Holds what it has seen of the small tables, so that they are not asked for every row."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._known = Known()

    def apply(self, rows: Iterable[Row], removed: Iterable[str], position: int) -> None:
        """Put ``rows``, remove others by id, and note the store's ``position`` (negative: not filled yet).

        One transaction, unless the rows are very many: then what is done is committed in between and the position last.
        """
        source = iter(rows)
        gone = list(removed)
        done = False
        try:
            while not done:
                with self.database.writing() as connection:
                    self._known.check(connection)
                    batch = _Batch(connection, self._known)
                    for _ in range(_COMMIT // _CHUNK):
                        chunk = list(islice(source, _CHUNK))
                        batch.put(chunk)
                        done = len(chunk) < _CHUNK
                        if done:
                            break
                    if done:
                        batch.remove(gone)
                        if position >= 0:
                            add_indexes(connection)
                        connection.execute("INSERT OR REPLACE INTO meta VALUES ('position', ?)", (position,))
                    batch.finish()
        except BaseException:
            self._known.forget()
            raise


class _Batch:
    """The changes of one transaction."""

    def __init__(self, connection: sqlite3.Connection, known: Known) -> None:
        self.connection, self.known = connection, known
        self.counts: Counter[int] = Counter()
        meta = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('seq', 'stamp', 'rows', 'bytes')"))
        self.seq, self.stamp = int(meta["seq"]), int(meta["stamp"]) + 1
        self.rows, self.bytes = int(meta["rows"]), int(meta["bytes"])
        self.touched = 0

    def put(self, rows: list[Row]) -> None:
        """Put rows; one that is there already as it is costs nothing more."""
        new = {row.id: row for row in rows}
        changed = changes(new, self._held(new) if self.rows else (), self.seq)
        self.seq = changed.seq
        self._remove(changed.stale)
        self._insert(sorted(changed.fresh, key=lambda item: item[0]))

    def remove(self, idents: Iterable[str]) -> None:
        """Remove rows by id; no error when they are not there."""
        self._remove([(rowid, _decoder.decode(doc)) for _, rowid, doc in self._held(idents)])

    def finish(self) -> None:
        """Write the running numbers and the counts of facet values; tidy up a little after small changes."""
        changed = [(n, ident) for ident, n in self.counts.items() if n]
        self.connection.executemany("UPDATE value SET count = count + ? WHERE id = ?", changed)
        self.connection.executemany(
            "UPDATE meta SET value = ? WHERE key = ?",
            [(self.seq, "seq"), (self.stamp, "stamp"), (self.rows, "rows"), (self.bytes, "bytes")],
        )
        if self.stamp % MERGE_EVERY == 0 and 0 < self.touched <= _SMALL:
            self.connection.execute("INSERT INTO words (words, rank) VALUES ('merge', ?)", (MERGE_PAGES,))

    def _held(self, idents: Iterable[str]) -> list[tuple[str, int, bytes]]:
        sql = "SELECT i.id, i.rowid, p.doc FROM image i JOIN page p ON p.rowid = i.rowid"
        wanted = json.dumps(list(idents))
        return self.connection.execute(f"{sql} WHERE i.id IN (SELECT value FROM json_each(?))", (wanted,)).fetchall()

    def _remove(self, rows: list[tuple[int, Row]]) -> None:
        rows = sorted(rows, key=lambda item: item[0])
        self.touched += len(rows)
        self.connection.executemany(_DELETE_WORDS, ((rowid, *columns_of(row)) for rowid, row in rows))
        self.connection.executemany("DELETE FROM image WHERE rowid = ?", [(rowid,) for rowid, _ in rows])
        self.connection.executemany("DELETE FROM page WHERE rowid = ?", [(rowid,) for rowid, _ in rows])
        self.connection.executemany(
            "DELETE FROM ran WHERE article = ? AND image = ?", [(a, rowid) for rowid, row in rows for a in row.articles]
        )
        for facets in self.known.facets(self.connection, [row for _, row in rows if "hidden" not in row.flags]):
            self.counts.subtract(facets)
        self.rows -= len(rows)
        self.bytes -= sum(row.size for _, row in rows)

    def _insert(self, rows: list[tuple[int, Row, bytes]]) -> None:
        columns = [columns_of(row) for _, row, _ in rows]
        self.touched += len(rows)
        words = [(rowid, *each) for (rowid, _, _), each in zip(rows, columns, strict=True)]
        self.connection.executemany(_INSERT_WORDS, words)
        self.known.learn(self.connection, [text for each in columns for text in each[:-1] if text])
        images = []
        numbers = self.known.facets(self.connection, [row for _, row, _ in rows])
        for (rowid, row, _), facets in zip(rows, numbers, strict=True):
            if "hidden" not in row.flags:
                self.counts.update(facets)
            images.append((rowid, *_scalars(row), self.stamp, array("I", facets).tobytes()))
        self.connection.executemany(_INSERT_IMAGE, images)
        self.connection.executemany("INSERT INTO page VALUES (?, ?)", [(rowid, doc) for rowid, _, doc in rows])
        ran = [(a, rowid) for rowid, row, _ in rows for a in row.articles]
        self.connection.executemany("INSERT OR IGNORE INTO ran VALUES (?, ?)", ran)
        self.rows += len(rows)
        self.bytes += sum(row.size for _, row, _ in rows)


def filename_key(row: Row) -> str:
    """Return what pictures are put in order of file names by."""
    return fold(row.filenames[0])[:_SHORT_VALUE].encode("utf-8", "replace").decode() if row.filenames else ""


def unpack(doc: bytes) -> Row:
    """Return the row kept as ``doc``."""
    return _decoder.decode(doc)


@dataclass(frozen=True, slots=True)
class Changes:
    """What putting rows changes: those to insert, each with its number and as it is kept, and those to take out before, by number.

    ``seq`` is the last sequence number used.
    """

    fresh: list[tuple[int, Row, bytes]]
    stale: list[tuple[int, Row]]
    seq: int


def changes(rows: Mapping[str, Row], held: Iterable[tuple[str, int, bytes]], seq: int) -> Changes:
    """Lay ``rows`` by id against what is held of them (id, number, as kept); one that is there already as it is changes nothing.

    What is held of others goes. A row keeps its number while its day stays: the day, then a number of the sequence.
    """
    before = {ident: (n, doc) for ident, n, doc in held}
    stale = [(n, unpack(doc)) for ident, (n, doc) in before.items() if ident not in rows]
    fresh: list[tuple[int, Row, bytes]] = []
    for ident, row in rows.items():
        doc = packed(row)
        n, old = before.get(ident, (0, b""))
        if doc == old:
            continue
        if n:
            stale.append((n, unpack(old)))
        day = day_of(row.date)
        if not n or n >> SEQ_BITS != day:
            seq += 1
            n = day << SEQ_BITS | seq
        fresh.append((n, row, doc))
    return Changes(fresh, stale, seq)


def columns_of(row: Row) -> list[str]:
    """Return the texts of a row as the engine's ``ascii`` tokenizer makes the tokens of :func:`fold.tokens` of them."""
    return [*map(_column, texts(row)), mark_text(row)]


def words_of(row: Row) -> list[str]:
    """Return the words of a row as the full-text engine counts them, again and again where they stand so often."""
    found = (word for text in columns_of(row) for word in _WORD.findall(text.lower()))
    return [word for word in found if len(word) < LONG]


def _column(values: tuple[str, ...]) -> str:
    if len(values) < 2:
        return _folded(values[0]) if values else ""
    return f" {GAP} ".join(map(_folded, values))


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    return _short(text) if len(text) < _SHORT_VALUE else " ".join(tokens(text))


@lru_cache(maxsize=1 << 15)
def _short(text: str) -> str:
    """The tokens of short values: credits, places and titles come again and again."""
    return " ".join(tokens(text))


def _scalars(row: Row) -> tuple[Any, ...]:
    phash = int(row.phash, 16) if row.phash else None
    if phash is not None and phash >= 1 << 63:
        phash -= 1 << 64
    return (
        row.id, "hidden" in row.flags, day_of(row.imported), row.width, row.height, row.width * row.height, row.size,
        row.copies, filename_key(row), phash,
    )  # fmt: skip


def packed(row: Row) -> bytes:
    """Return ``row`` as bytes, the same for equal rows."""
    try:
        return _encoder.encode(row)
    except UnicodeEncodeError:
        return _encoder.encode(_clean(row))


def _clean(row: Row) -> Row:
    """``row`` without lone surrogates, as names of files that are not UTF-8 carry them."""

    def mended(value: Any) -> Any:
        if isinstance(value, str):
            return value.encode("utf-8", "replace").decode()
        return tuple(mended(v) for v in value) if isinstance(value, tuple) else value

    return Row(**{name: mended(getattr(row, name)) for name in Row.__dataclass_fields__})
