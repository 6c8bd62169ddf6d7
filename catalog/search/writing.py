"""Filling the index: rows put and removed, with everything that is counted or looked up about them."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

import msgspec

from .facets import facet_values
from .fold import fold
from .row import Row, field_tokens, marks, texts
from .schema import COLUMNS, SEQ_BITS, Database
from .values import day_of

#: Rows handled together, and rows after which a long run commits what it has.
_CHUNK, _COMMIT = 2_000, 40_000
_SHORT_VALUE = 200
_TERM_LENGTHS = range(3, 33)
_MAX_KNOWN = 2_000_000

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
        self._epoch = ""
        self._values: dict[tuple[str, str], int] = {}
        self._terms: set[str] = set()

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
                    self._check(connection)
                    batch = _Batch(connection, self._values, self._terms)
                    for _ in range(_COMMIT // _CHUNK):
                        chunk = list(islice(source, _CHUNK))
                        batch.put(chunk)
                        done = len(chunk) < _CHUNK
                        if done:
                            break
                    if done:
                        batch.remove(gone)
                        connection.execute("INSERT OR REPLACE INTO meta VALUES ('position', ?)", (position,))
                    batch.finish()
        except BaseException:
            self._epoch = ""
            raise

    def _check(self, connection: sqlite3.Connection) -> None:
        """Forget what was remembered of another filling of the index."""
        epoch = connection.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()[0]
        if epoch != self._epoch or len(self._values) + len(self._terms) > _MAX_KNOWN:
            self._epoch = epoch
            self._values.clear()
            self._terms.clear()


class _Batch:
    """The changes of one transaction."""

    def __init__(self, connection: sqlite3.Connection, values: dict[tuple[str, str], int], terms: set[str]) -> None:
        self.connection, self.values, self.terms = connection, values, terms
        self.counts: Counter[int] = Counter()
        meta = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('seq', 'stamp', 'rows')"))
        self.seq, self.stamp, self.rows = int(meta["seq"]), int(meta["stamp"]) + 1, int(meta["rows"])

    def put(self, rows: list[Row]) -> None:
        """Put rows; one that is there already as it is costs nothing more."""
        new = {row.id: row for row in rows}
        old = {ident: (rowid, doc) for ident, rowid, doc in self._held(new)}
        fresh: list[tuple[int, Row, bytes]] = []
        stale: list[tuple[int, Row]] = []
        for ident, row in new.items():
            doc = packed(row)
            rowid, before = old.get(ident, (0, b""))
            if doc == before:
                continue
            if rowid:
                stale.append((rowid, _decoder.decode(before)))
            day = day_of(row.date)
            if not rowid or rowid >> SEQ_BITS != day:
                self.seq += 1
                rowid = day << SEQ_BITS | self.seq
            fresh.append((rowid, row, doc))
        self._remove(stale)
        self._insert(sorted(fresh, key=lambda item: item[0]))

    def remove(self, idents: Iterable[str]) -> None:
        """Remove rows by id; no error when they are not there."""
        self._remove([(rowid, _decoder.decode(doc)) for _, rowid, doc in self._held(idents)])

    def finish(self) -> None:
        """Write the running numbers and the counts of facet values."""
        changed = [(n, ident) for ident, n in self.counts.items() if n]
        self.connection.executemany("UPDATE value SET count = count + ? WHERE id = ?", changed)
        self.connection.executemany(
            "UPDATE meta SET value = ? WHERE key = ?",
            [(self.seq, "seq"), (self.stamp, "stamp"), (self.rows, "rows")],
        )

    def _held(self, idents: Iterable[str]) -> list[tuple[str, int, bytes]]:
        sql = "SELECT i.id, i.rowid, p.doc FROM image i JOIN page p ON p.rowid = i.rowid"
        wanted = json.dumps(list(idents))
        return self.connection.execute(f"{sql} WHERE i.id IN (SELECT value FROM json_each(?))", (wanted,)).fetchall()

    def _remove(self, rows: list[tuple[int, Row]]) -> None:
        rows = sorted(rows, key=lambda item: item[0])
        self.connection.executemany(_DELETE_WORDS, ((rowid, *_columns(row)) for rowid, row in rows))
        self.connection.executemany("DELETE FROM image WHERE rowid = ?", [(rowid,) for rowid, _ in rows])
        self.connection.executemany("DELETE FROM page WHERE rowid = ?", [(rowid,) for rowid, _ in rows])
        self.connection.executemany(
            "DELETE FROM ran WHERE article = ? AND image = ?", [(a, rowid) for rowid, row in rows for a in row.articles]
        )
        for _, row in rows:
            self.counts.subtract(self._facets(row) if "hidden" not in row.flags else ())
        self.rows -= len(rows)

    def _insert(self, rows: list[tuple[int, Row, bytes]]) -> None:
        words = [(rowid, *_columns(row)) for rowid, row, _ in rows]
        self.connection.executemany(_INSERT_WORDS, words)
        self._learn(words)
        images = []
        for rowid, row, _ in rows:
            facets = self._facets(row)
            if "hidden" not in row.flags:
                self.counts.update(facets)
            images.append((rowid, *_scalars(row), self.stamp, array("I", facets).tobytes()))
        self.connection.executemany(_INSERT_IMAGE, images)
        self.connection.executemany("INSERT INTO page VALUES (?, ?)", [(rowid, doc) for rowid, _, doc in rows])
        self.connection.executemany(
            "INSERT OR IGNORE INTO ran VALUES (?, ?)", [(a, rowid) for rowid, row, _ in rows for a in row.articles]
        )
        self.rows += len(rows)

    def _facets(self, row: Row) -> list[int]:
        """The numbers of a row's facet values, each once; those not met before are given one."""
        out = []
        for pair in facet_values(row):
            ident = self.values.get(pair)
            if ident is None:
                ident = self.values[pair] = self._value(*pair)
            out.append(ident)
        return list(dict.fromkeys(out))

    def _value(self, field: str, value: str) -> int:
        value = short_value(value)
        found = self.connection.execute("SELECT id FROM value WHERE field = ? AND value = ?", (field, value)).fetchone()
        if found:
            return int(found[0])
        row = (field, value, fold(value))
        cursor = self.connection.execute("INSERT INTO value (field, value, folded, count) VALUES (?, ?, ?, 0)", row)
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def _learn(self, words: list[tuple[Any, ...]]) -> None:
        """Add the words not met before to the vocabulary that suggestions come from."""
        met = set(" ".join(" ".join(w[1:-1]) for w in words).split(" "))
        fresh = [t for t in met - self.terms if learnable(t)]
        self.terms |= met
        known = self.connection.execute(
            "SELECT value FROM json_each(?) WHERE value IN (SELECT term FROM term)", (json.dumps(fresh),)
        )
        new = sorted(set(fresh) - {str(t) for (t,) in known})
        first = int(self.connection.execute("SELECT coalesce(max(id), 0) + 1 FROM term").fetchone()[0])
        numbered = list(enumerate(new, first))
        self.connection.executemany("INSERT INTO term VALUES (?, ?)", numbered)
        self.connection.executemany(
            "INSERT INTO gram VALUES (?, ?)", sorted((g, n) for n, t in numbered for g in grams(t))
        )


def short_value(value: str) -> str:
    """Return a facet's value as it is counted: on one line, not too long, without lone surrogates."""
    return " ".join(value.encode("utf-8", "replace").decode().split())[:_SHORT_VALUE]


def learnable(token: str) -> bool:
    """Return whether a token is worth suggesting: of letters, neither very short nor very long."""
    return len(token) in _TERM_LENGTHS and token.isalpha()


def filename_key(row: Row) -> str:
    """Return what pictures are put in order of file names by."""
    return fold(row.filenames[0])[:_SHORT_VALUE].encode("utf-8", "replace").decode() if row.filenames else ""


def grams(term: str) -> set[str]:
    """Return the trigrams of a word, its beginning and end included."""
    padded = f"^{term}$"
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


def unpack(doc: bytes) -> Row:
    """Return the row kept as ``doc``."""
    return _decoder.decode(doc)


def _columns(row: Row) -> Iterator[str]:
    for values in texts(row):
        yield _short(values) if sum(map(len, values)) < _SHORT_VALUE else " ".join(field_tokens(values))
    yield " ".join(marks(row))


@lru_cache(maxsize=1 << 15)
def _short(values: tuple[str, ...]) -> str:
    """The tokens of short values: credits, places and titles come again and again."""
    return " ".join(field_tokens(values))


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
