"""Filling the index: rows put and removed, with everything that is counted or looked up about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from psycopg import Connection

from ..facets import facet_values
from ..fold import fold
from ..row import Row
from ..values import day_of
from ..writing import changes, filename_key, grams, learnable, short_value, unpack
from . import lexemes, similar
from .lexemes import Indexed, indexed, month_of
from .schema import Tables

#: Rows handled together, and rows after which a long run commits what it has.
_CHUNK, _COMMIT = 2_000, 40_000
_MAX_KNOWN = 1_000_000
#: Bytes of weights that are kept in a row itself, at most.
_INLINE = 1_200
_IMAGE = (
    "id", "n", "hidden", "imported", "width", "height", "megapixels", "size", "copies", "filename", "phash", "facets",
    "weights", "more_weights", "words", "body", "doc",
)  # fmt: skip

_Pair = tuple[str, str]


class Writer:
    """Puts and removes rows. Holds the numbers of facet values that it has seen, so that they are not asked for every row."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._epoch = ""
        self._values: dict[_Pair, int] = {}

    def apply(self, rows: Iterable[Row], removed: Iterable[str], position: int) -> None:
        """Put ``rows``, remove others by id, and note the store's ``position`` (negative: not filled yet).

        One transaction, unless the rows are very many: then what is done is committed in between and the position last.
        """
        source = iter(rows)
        gone = list(removed)
        done = False
        try:
            while not done:
                with self.tables.writing() as connection:
                    self._check(connection)
                    batch = _Batch(connection, self._values)
                    for _ in range(_COMMIT // _CHUNK):
                        chunk = list(islice(source, _CHUNK))
                        batch.put(chunk)
                        done = len(chunk) < _CHUNK
                        if done:
                            break
                    if done:
                        batch.remove(gone)
                        connection.execute("UPDATE search_meta SET position = %s", [position])
                    batch.finish()
                    if done and position >= 0:
                        self.tables.complete(connection)
        except BaseException:
            self._epoch = ""
            raise

    def _check(self, connection: Connection[Any]) -> None:
        """Forget what was remembered of another filling of the index."""
        epoch = _one(connection, "SELECT epoch FROM search_meta")[0]
        if epoch != self._epoch or len(self._values) > _MAX_KNOWN:
            self._epoch = epoch
            self._values.clear()


class _Batch:
    """The changes of one transaction; the running totals of the index are written when it is finished."""

    def __init__(self, connection: Connection[Any], values: dict[_Pair, int]) -> None:
        self.connection, self.values = connection, values
        self.facets: Counter[int] = Counter()
        self.terms: Counter[str] = Counter()
        self.shown_terms: Counter[str] = Counter()
        self.months: Counter[int] = Counter()
        self.rows = self.shown = self.bytes = self.tokens = 0
        self.seq = int(_one(connection, "SELECT seq FROM search_meta")[0])

    def put(self, rows: list[Row]) -> None:
        """Put rows; one that is there already as it is costs nothing more."""
        new = {row.id: row for row in rows}
        changed = changes(new, self._held(list(new)), self.seq)
        self.seq = changed.seq
        fresh = [(n, unpack(doc), doc) for n, _, doc in changed.fresh]
        self._remove(changed.stale)
        self._insert(fresh)
        self._level(changed.stale, [(n, row) for n, row, _ in fresh])

    def remove(self, idents: Sequence[str]) -> None:
        """Remove rows by id; no error when they are not there."""
        gone = [(n, unpack(doc)) for _, n, doc in self._held(idents)]
        self._remove(gone)
        self._level(gone, [])

    def _level(self, old: list[tuple[int, Row]], new: list[tuple[int, Row]]) -> None:
        """Take out what stood beside rows and no longer does, and put what is new: their articles and fingerprints."""
        ran, had = _ran(new), _ran(old)
        if had - ran:
            images, articles = zip(*sorted(had - ran), strict=True)
            self.connection.execute(
                "DELETE FROM search_ran r USING unnest(%s::text[], %s::text[]) AS gone (image, article)"
                " WHERE r.image = gone.image AND r.article = gone.article",
                [list(images), list(articles)],
            )
        if ran - had:
            with self.connection.cursor().copy("COPY search_ran (image, article) FROM STDIN") as copy:
                for pair in sorted(ran - had):
                    copy.write_row(pair)
        near, before = _hashes(new), _hashes(old)
        if before - near:
            similar.remove(self.connection, sorted(before - near))
        if near - before:
            similar.put(self.connection, sorted(near - before))

    def _held(self, idents: Sequence[str]) -> list[tuple[str, int, bytes]]:
        held = "SELECT id, n, doc FROM search_image WHERE id = ANY(%s)"
        return self.connection.execute(held, [list(idents)], binary=True).fetchall() if idents else []

    def _remove(self, rows: list[tuple[int, Row]]) -> None:
        if not rows:
            return
        idents = [row.id for _, row in rows]
        self.connection.execute("DELETE FROM search_image WHERE id = ANY(%s)", [idents])
        numbered = self._numbered([row for _, row in rows])
        for (_, row), facets in zip(rows, numbered, strict=True):
            self._count(row, facets, indexed(row), -1)

    def _insert(self, rows: list[tuple[int, Row, bytes]]) -> None:
        if not rows:
            return
        numbered = self._numbered([row for _, row, _ in rows])
        into = f"COPY search_image ({', '.join(_IMAGE)}) FROM STDIN"
        with self.connection.cursor().copy(into.encode()) as copy:
            for (n, row, doc), facets in zip(rows, numbered, strict=True):
                text = indexed(row)
                self._count(row, facets, text, 1)
                copy.write_row((*_scalars(n, row), lexemes.packed(facets), *_weights(text), text.words, text.body, doc))

    def _count(self, row: Row, facets: list[int], text: Indexed, sign: int) -> None:
        terms = {lexemes.term(token) for token in text.tokens}
        for term in terms:
            self.terms[term] += sign
        if "hidden" not in row.flags:
            self.shown += sign
            for ident in facets:
                self.facets[ident] += sign
            for term in terms:
                self.shown_terms[term] += sign
        self.months[month_of(day_of(row.date))] += sign
        self.rows += sign
        self.bytes += sign * row.size
        self.tokens += sign * text.length

    def _numbered(self, rows: list[Row]) -> list[list[int]]:
        """The numbers of the rows' facet values, each once; those not met before are given one."""
        pairs = [facet_values(row) for row in rows]
        unknown = {pair for some in pairs for pair in some} - self.values.keys()
        if unknown:
            self._learn_values(sorted(unknown))
        return [list(dict.fromkeys(self.values[pair] for pair in some)) for some in pairs]

    def _learn_values(self, pairs: list[_Pair]) -> None:
        kept = {pair: (pair[0], short_value(pair[1]).replace("\x00", "\ufffd")) for pair in pairs}
        fields, values = zip(*dict.fromkeys(kept.values()), strict=True)
        self.connection.execute(
            "INSERT INTO search_value (field, value, folded) SELECT * FROM unnest(%s::text[], %s::text[], %s::text[])"
            " ON CONFLICT DO NOTHING",
            [list(fields), list(values), [fold(value) for value in values]],
        )
        found = self.connection.execute(
            "SELECT v.field, v.value, v.id FROM search_value v"
            " JOIN unnest(%s::text[], %s::text[]) AS asked (field, value) USING (field, value)",
            [list(fields), list(values)],
        )
        numbers = {(field, value): int(ident) for field, value, ident in found}
        self.values.update({pair: numbers[short] for pair, short in kept.items()})

    def finish(self) -> None:
        """Write the totals, the counts of facet values, months and words, and the words not met before."""
        changed = sorted((ident, n) for ident, n in self.facets.items() if n)
        if changed:
            self.connection.execute(
                "UPDATE search_value v SET count = v.count + d.n FROM unnest(%s::int[], %s::bigint[]) AS d (id, n)"
                " WHERE v.id = d.id",
                [list(column) for column in zip(*changed, strict=True)],
            )
        months = sorted((month, n) for month, n in self.months.items() if n)
        if months:
            self.connection.execute(
                "INSERT INTO search_month SELECT * FROM unnest(%s::int[], %s::bigint[])"
                " ON CONFLICT (month) DO UPDATE SET count = search_month.count + excluded.count",
                [list(column) for column in zip(*months, strict=True)],
            )
        self._learn_terms()
        self.connection.execute(
            "UPDATE search_meta SET seq = %s, stamp = stamp + 1, rows = rows + %s, shown = shown + %s, bytes = bytes + %s,"
            " tokens = tokens + %s",
            [self.seq, self.rows, self.shown, self.bytes, self.tokens],
        )

    def _learn_terms(self) -> None:
        shown = self.shown_terms
        changed = sorted((term, n, shown[term]) for term, n in self.terms.items() if n or shown[term])
        if not changed:
            return
        counted = self.connection.execute(
            "INSERT INTO search_term SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[])"
            " ON CONFLICT (term) DO UPDATE SET documents = search_term.documents + excluded.documents,"
            " shown = search_term.shown + excluded.shown RETURNING term, xmax = 0",
            [list(column) for column in zip(*changed, strict=True)],
        )
        new = sorted((g, term) for term, inserted in counted if inserted and learnable(term) for g in grams(term))
        if new:
            self.connection.execute(
                "INSERT INTO search_gram SELECT * FROM unnest(%s::text[], %s::text[]) ON CONFLICT DO NOTHING",
                [[g for g, _ in new], [term for _, term in new]],
            )


def _scalars(n: int, row: Row) -> tuple[Any, ...]:
    return (
        row.id, n, "hidden" in row.flags, day_of(row.imported), row.width, row.height, row.width * row.height, row.size,
        row.copies, filename_key(row).replace("\x00", "\ufffd"), similar.signed(row.phash) if row.phash else None,
    )  # fmt: skip


def _ran(rows: list[tuple[int, Row]]) -> set[tuple[str, str]]:
    return {(row.id, article) for _, row in rows for article in row.articles}


def _hashes(rows: list[tuple[int, Row]]) -> set[tuple[int, int]]:
    return {(n, similar.signed(row.phash)) for n, row in rows if row.phash}


def _weights(text: Indexed) -> tuple[bytes, bytes | None]:
    """The weights where a search that reads the row reads them too, or apart when they are many."""
    return (text.weights, None) if len(text.weights) <= _INLINE else (b"", text.weights)


def _one(connection: Connection[Any], statement: str) -> tuple[Any, ...]:
    row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row  # type: ignore[no-any-return]
