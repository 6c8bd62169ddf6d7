"""Compiling a query tree to one SQL statement on the index.

Most of a query becomes one full-text expression (words, values, flags: everything that is a token); dates at the top
become a range of row numbers; numbers, ids, similarity, and dates inside OR or not, become conditions on ``image i``.
Conditions that select few rows are resolved first and drive the statement.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .nodes import All, And, Days, Flag, Ident, Node, Not, Number, Or, Similar, Value, Words
from .row import EVERY, flag_mark, value_mark
from .schema import SEQ_BITS

Params = tuple[object, ...]
Rows = np.ndarray[tuple[int], np.dtype[np.int64]]
#: Conditions that select at most this many rows are resolved first.
FEW = 2_000
#: Up to so many of them are asked one by one whether the words hold.
_ONE_BY_ONE = 50
_HIDDEN = Not(Flag("is", "hidden"))
_ALL = f'"{EVERY}"'
#: No row has a higher number.
LAST = (1 << 62) - 1

#: Gives the row numbers of pictures similar to one: (id, distance) -> numbers.
Neighbours = Callable[[str, int], Sequence[int]]


@dataclass(frozen=True)
class Plan:
    """What to run: a full-text expression (``""`` for none), bounds of row numbers, conditions, and the few rows that
    come into question when they are known."""

    match: str
    low: int
    high: int
    where: tuple[str, ...]
    params: Params
    few: tuple[int, ...] | None

    @property
    def is_words(self) -> bool:
        """Whether the full-text expression alone selects, also where it is empty and all are selected."""
        return self.few is None and not self.where and (self.low, self.high) == (0, LAST)

    def also(self, token: str) -> Plan:
        """Return the plan that also asks for a token."""
        return replace(self, match=f'("{token}") AND ({self.match})' if self.match else f'"{token}"')

    def below(self, rowid: int) -> Plan:
        """Return the plan for rows before ``rowid`` only."""
        return replace(self, high=min(self.high, rowid - 1))

    def above(self, rowid: int) -> Plan:
        """Return the plan for rows after ``rowid`` only."""
        return replace(self, low=max(self.low, rowid + 1))

    def beyond(self, column: str, key: object, rowid: object, down: bool) -> Plan:
        """Return the plan for rows that come after one in the order of a column."""
        sign = "<" if down else ">"
        condition = f"(i.{column} {sign} ? OR (i.{column} = ? AND i.rowid {sign} ?))"
        return replace(self, where=(*self.where, condition), params=(*self.params, key, key, rowid))

    def select(self, columns: str = "rowid", order: str = "rowid DESC", limit: int = -1) -> tuple[str, Params]:
        """Return the statement for these columns of ``i`` (or ``rowid``) in this order."""
        if not self.match or self.few is not None:
            return self._from_image(columns, order, limit)
        params = (self.match, self.low, self.high, *self.params, limit)
        if not self.where and columns == "rowid" and order.split()[0] == "rowid":
            sql = "SELECT w.rowid FROM words w WHERE words MATCH ? AND w.rowid BETWEEN ? AND ?"
            return f"{sql} ORDER BY w.{order} LIMIT ?", params
        # The engine goes through its own list once: asked picture by picture, it begins anew for each.
        sql = f"SELECT {_of_image(columns)} FROM words w CROSS JOIN image i ON i.rowid = w.rowid"
        conditions = " AND ".join(("words MATCH ?", "w.rowid BETWEEN ? AND ?", *self.where))
        ordered = f"w.{order}" if order.split()[0] == "rowid" else _of_image(order)
        return f"{sql} WHERE {conditions} ORDER BY {ordered} LIMIT ?", params

    def condition(self) -> tuple[str, Params]:
        """Return the whole plan as a condition on ``image i``."""
        conditions = ["i.rowid BETWEEN ? AND ?", *self.where]
        params: list[object] = [self.low, self.high, *self.params]
        if self.few is not None:
            conditions.append("i.rowid IN (SELECT value FROM json_each(?))")
            params.append(json.dumps(self.few))
        if self.match and self.few and len(self.few) > _ONE_BY_ONE:
            conditions.append(
                "i.rowid IN (SELECT w.rowid FROM words w WHERE words MATCH ? AND w.rowid BETWEEN ? AND ?)"
            )
            params += [self.match, max(self.low, self.few[0]), min(self.high, self.few[-1])]
        elif self.match:
            conditions.append("EXISTS (SELECT 1 FROM words w WHERE words MATCH ? AND w.rowid = i.rowid)")
            params.append(self.match)
        return " AND ".join(conditions), tuple(params)

    def _from_image(self, columns: str, order: str, limit: int) -> tuple[str, Params]:
        condition, params = self.condition()
        chosen, ordered = _of_image(columns), _of_image(order)
        return f"SELECT {chosen} FROM image i WHERE {condition} ORDER BY {ordered} LIMIT ?", (*params, limit)


def _of_image(columns: str) -> str:
    return ", ".join(f"i.{column.strip()}" for column in columns.split(","))


def packed(rowids: Sequence[int]) -> str:
    """Return row numbers as the one parameter that ``json_each`` takes apart."""
    return json.dumps(rowids)


def numbers(connection: sqlite3.Connection, columns: Sequence[str], text: str, params: Params) -> list[Rows]:
    """Return columns of whole numbers of a statement's rows, in their order.

    Handed over as one text each: a row at a time costs several times what finding it does.
    """
    joined = ", ".join(f"group_concat({column})" for column in columns)
    found = connection.execute(f"SELECT {joined} FROM ({text})", params).fetchone()
    return [np.fromstring(each or "", np.int64, sep=",") for each in found]


def plan(node: Node, connection: sqlite3.Connection, neighbours: Neighbours) -> Plan:
    """Return how to run ``node``."""
    return _Compiler(connection, neighbours).plan(node)


def match_of(node: Node) -> str | None:
    """Return the full-text expression of a tree, or ``None`` when it says something that is not a token."""
    match node:
        case Words(field, tokens, prefix):
            text = f'"{" ".join(tokens)}"' + ("*" if prefix else "")
            return f"{field} : {text}" if field else text
        case Value(field, value):
            return f'"{value_mark(field, value)}"'
        case Flag(group, word):
            return f'"{flag_mark(group, word)}"'
        case All():
            return _ALL
        case Not(child):
            inner = match_of(child)
            return None if inner is None else f"({_ALL} NOT ({inner}))"
        case And(children):
            return _joined([match_of(c) for c in children if not isinstance(c, Not)], children)
        case Or(children):
            parts = [match_of(c) for c in children]
            return None if None in parts else " OR ".join(f"({p})" for p in parts)
    return None


def _joined(wanted: list[str | None], children: tuple[Node, ...]) -> str | None:
    """AND of what is wanted, then one NOT of all that is not: the shape that the full-text engine runs best."""
    unwanted = [match_of(c.child) for c in children if isinstance(c, Not)]
    if None in wanted or None in unwanted:
        return None
    text = " AND ".join(f"({w})" for w in wanted) or _ALL
    return f"({text}) NOT ({' OR '.join(f'({u})' for u in unwanted)})" if unwanted else text


class _Compiler:
    def __init__(self, connection: sqlite3.Connection, neighbours: Neighbours) -> None:
        self.connection, self.neighbours = connection, neighbours

    def plan(self, node: Node) -> Plan:
        texts: list[Node] = []
        where: list[str] = []
        params: list[object] = []
        few: set[int] | None = None
        low, high = 0, LAST
        for child in node.children if isinstance(node, And) else (node,):
            if isinstance(child, All):
                continue
            if isinstance(child, Days) and child.field == "date":
                first, last = rows_of(child)
                low, high = max(low, first), min(high, last)
            elif match_of(child) is not None:
                texts.append(child)
            else:
                rows = self._few(child)
                if rows is not None:
                    few = rows if few is None else few & rows
                else:
                    sql, more = self.condition(child)
                    where.append(sql)
                    params.extend(more)
        if texts == [_HIDDEN]:
            texts, where = [], [*where, "i.hidden = 0"]
        match = "" if not texts else match_of(And(tuple(texts)) if len(texts) > 1 else texts[0])
        assert match is not None
        return Plan(match, low, high, tuple(where), tuple(params), None if few is None else tuple(sorted(few)))

    def _few(self, node: Node) -> set[int] | None:
        """The rows of a condition when they are few and found by an index."""
        match node:
            case Ident() | Number() | Days():
                sql, params = self.condition(node)
                text = f"SELECT rowid FROM image i WHERE {sql} LIMIT"
                if self.connection.execute(f"{text} 1 OFFSET {FEW}", params).fetchone() is not None:
                    return None
                return set(numbers(self.connection, ("rowid",), f"{text} {FEW}", params)[0].tolist())
            case Similar(ident, distance):
                near = self.neighbours(ident, distance)
                return set(near) if len(near) <= FEW else None
        return None

    def condition(self, node: Node) -> tuple[str, Params]:
        """Return an SQL condition on ``image i``, never NULL, with its parameters."""
        match node:
            case All():
                return "1", ()
            case Not() | And() | Or():
                return combined(node, self.condition)
            case Ident(value, prefix):
                return of_id(value, prefix=prefix)
            case Number(field, low, high):
                return between(f"i.{field}", low, high)
            case Days(field, low, high):
                if field == "imported":
                    return between("i.imported", max(low or 1, 1), high)
                return "(i.rowid BETWEEN ? AND ?)", rows_of(node)
            case Similar(ident, distance):
                near = json.dumps([int(n) for n in self.neighbours(ident, distance)])
                return "i.rowid IN (SELECT value FROM json_each(?))", (near,)
        expression = match_of(node)
        assert expression is not None
        return "i.rowid IN (SELECT rowid FROM words WHERE words MATCH ?)", (expression,)


def rows_of(node: Days) -> tuple[int, int]:
    """Return the row numbers of the days of a date; undated rows have day 0 and are never among them."""
    low = max(node.low or 1, 1)
    return low << SEQ_BITS, LAST if node.high is None else ((node.high + 1) << SEQ_BITS) - 1


def combined(node: Not | And | Or, of: Callable[[Node], tuple[str, Params]]) -> tuple[str, Params]:
    """Put the conditions ``of`` a node's children together, with their parameters in order."""
    if isinstance(node, Not):
        sql, params = of(node.child)
        return f"NOT ({sql})", params
    parts = [of(child) for child in node.children]
    word = " AND " if isinstance(node, And) else " OR "
    return f"({word.join(s for s, _ in parts)})", tuple(p for _, ps in parts for p in ps)


def of_id(value: str, *, prefix: bool) -> tuple[str, Params]:
    """The condition that a row of ``i`` has this id, or one that begins so."""
    if not prefix:
        return "i.id = ?", (value,)
    return "(i.id >= ? AND i.id < ?)", (value, value + "\U0010ffff")


def between(column: str, low: int | None, high: int | None, slot: str = "?") -> tuple[str, Params]:
    """Return the condition that a column of whole numbers lies within bounds, ``None`` for none."""
    return f"({column} BETWEEN {slot} AND {slot})", (low if low is not None else 0, high if high is not None else LAST)
