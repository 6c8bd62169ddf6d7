"""Running a query on one row in memory: the plain meaning of every node, which the index must agree with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .nodes import TEXT_FIELDS, All, And, Days, Flag, Ident, Node, Not, Number, Or, Query, Similar, Value, Words
from .row import Row, field_tokens, has_words, marks, texts, value_mark
from .values import day_of


@dataclass(frozen=True)
class Context:
    """What a query may ask beyond the row: the fingerprint (16 hexadecimal digits or ``""``) of a picture by id."""

    phash: Callable[[str], str] = lambda ident: ""


def matches(query: Query | Node, row: Row, context: Context | None = None) -> bool:
    """Return whether ``row`` is selected. A Query leaves out hidden pictures as searching does; a bare node does not."""
    node = query.effective if isinstance(query, Query) else query
    return _Evaluation(row, context or Context()).holds(node)


def number_of(row: Row, field: str) -> int:
    """Return the number of a row that a numeric field means."""
    if field == "megapixels":
        return row.width * row.height
    return {"width": row.width, "height": row.height, "size": row.size, "copies": row.copies}[field]


class _Evaluation:
    def __init__(self, row: Row, context: Context) -> None:
        self.row, self.context = row, context
        self.tokens: dict[str, list[str]] = {}

    def holds(self, node: Node) -> bool:
        match node:
            case All():
                return True
            case Not(child):
                return not self.holds(child)
            case And(children):
                return all(self.holds(c) for c in children)
            case Or(children):
                return any(self.holds(c) for c in children)
            case Words():
                return any(self._phrase(node, f) for f in ((node.field,) if node.field else TEXT_FIELDS))
            case Ident(value, prefix):
                return self.row.id.startswith(value) if prefix else self.row.id == value
            case Value(field, value):
                return value_mark(field, value) in marks(self.row)
            case Flag(group, word):
                return word in (self.row.flags if group == "is" else has_words(self.row))
            case Days(field, low, high):
                return _within(day_of(self.row.date if field == "date" else self.row.imported), low, high, 1)
            case Number(field, low, high):
                return _within(number_of(self.row, field), low, high, 0)
            case Similar(ident, distance):
                mine, other = self.row.phash, self.context.phash(ident)
                return bool(mine and other) and (int(mine, 16) ^ int(other, 16)).bit_count() <= distance

    def _phrase(self, node: Words, field: str) -> bool:
        if field not in self.tokens:
            self.tokens[field] = field_tokens(texts(self.row)[TEXT_FIELDS.index(field)])
        return bool(occurrences(self.tokens[field], node))


def occurrences(found: list[str], node: Words) -> list[int]:
    """Return where in ``found`` the tokens of ``node`` stand next to each other."""
    want, n = list(node.tokens), len(node.tokens)
    starts = []
    for at in range(len(found) - n + 1):
        if found[at] != want[0] and not (n == 1 and node.prefix):
            continue
        last = found[at + n - 1]
        ends = last.startswith(want[-1]) if node.prefix else last == want[-1]
        if ends and found[at : at + n - 1] == want[:-1]:
            starts.append(at)
    return starts


def _within(value: int, low: int | None, high: int | None, least: int) -> bool:
    return value >= least and (low is None or value >= low) and (high is None or value <= high)
