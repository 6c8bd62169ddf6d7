"""Compiling a query tree to a condition on ``search_image i``.

What is said of tokens becomes one ``tsquery``, answered by the GIN index; phrases are looked for in the body of the rows that
have all their words, and each two of these next to each other as far as hashes tell; dates, numbers, ids and similarity are
conditions on columns. Every condition is exact and never NULL.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from ...stores.postgres.columns import Whole
from ..nodes import TEXT_FIELDS, All, And, Days, Flag, Ident, Node, Not, Number, Or, Similar, Value, Words
from ..row import EVERY, flag_mark, value_mark
from ..schema import SEQ_BITS
from ..sql import LAST, Neighbours, Params, between, combined, rows_of
from .lexemes import LONG, MANY_PAIRS, MONTH, YEAR, beginning, field_lexeme, lexeme, month_of, pair

_HIDDEN = Flag("is", "hidden")
#: Months, and years, of which each is named where a search is for days.
_MONTHS, _YEARS = 6, 60


@dataclass(frozen=True)
class Plan:
    """What to run: a tsquery that all wanted rows match (``""`` for none), bounds of row numbers, and conditions.

    Of ``dated`` ones it tells about as much as the bounds do.
    """

    words: str
    low: int
    high: int
    where: tuple[str, ...]
    params: Params
    dated: bool = False

    def also(self, words: str) -> Plan:
        """Return the plan that also asks for a tsquery."""
        return replace(self, words=f"({words}) & ({self.words})" if self.words else words)

    def within(self, low: int, high: int) -> Plan:
        """Return the plan for rows from ``low`` to ``high`` only, both included."""
        return replace(self, low=max(self.low, low), high=min(self.high, high))

    def condition(self) -> tuple[str, Params]:
        """Return the whole plan as a condition on ``search_image i``."""
        conditions: list[str] = []
        params: list[object] = []
        # Where the index of words tells which months are wanted, that of numbers would be read in vain: a sum keeps it out.
        number = "i.n + 0" if self.dated else "i.n"
        if self.words:
            conditions.append("i.words @@ %s::tsquery")
            params.append(self.words)
        if self.low > 0:
            conditions.append(f"{number} >= %s")
            params.append(self.low)
        if self.high < LAST:
            conditions.append(f"{number} <= %s")
            params.append(self.high)
        conditions += self.where  # last: a phrase is looked for in texts that have to be fetched
        params += self.params
        return " AND ".join(conditions) or "true", tuple(params)

    def select(self, columns: str, order: str, limit: int) -> tuple[str, Params]:
        """Return the statement for these columns of ``i`` in this order."""
        condition, params = self.condition()
        chosen = f"SELECT {columns} FROM search_image i WHERE {condition}"
        if self.words:
            # The fence keeps the planner from walking an index of numbers and unpacking the words of every row on the way.
            chosen = f"SELECT * FROM ({chosen} OFFSET 0) i"
        return f"{chosen} ORDER BY {order} LIMIT %s", (*params, limit)


def plan(node: Node, neighbours: Neighbours) -> Plan:
    """Return how to run ``node``."""
    words: list[str] = []
    where: list[str] = []
    params: list[object] = []
    low, high = 0, LAST
    children = node.children if isinstance(node, And) else (node,)
    excluded: list[str] = []
    for child in children:
        if isinstance(child, All):
            continue
        if isinstance(child, Days) and child.field == "date":
            first, last = rows_of(child)
            low, high = max(low, first), min(high, last)
            continue
        without = _expression(child.child) if isinstance(child, Not) and child.child != _HIDDEN else None
        if without is not None and without.exact and _has_words(children):
            excluded.append(f"!({without.text})")
            continue
        expression = None if isinstance(child, Not) else _expression(child)
        if expression is not None:
            words.append(f"({expression.text})")
        if expression is None or not expression.exact:
            condition, more = _standing(child) if isinstance(child, Words) else _condition(child, neighbours)
            where.append(condition)
            params.extend(more)
    spans = _spans(low, high) if words else []
    if spans:
        words.append(f"({' | '.join(map(_quoted, spans))})")
    return Plan(" & ".join([*words, *excluded]), low, high, tuple(where), tuple(params), bool(spans))


def _has_words(children: tuple[Node, ...]) -> bool:
    """Whether any of what is wanted together is found by the index of words: then it tells too what is not wanted."""
    return any(not isinstance(child, Not | All) and _expression(child) is not None for child in children)


def _spans(low: int, high: int) -> list[str]:
    """The lexemes of the months, or of the years when these are many, in which the rows from ``low`` to ``high`` are; none when
    there is no end to them."""
    if low <= 0 or high >= LAST or low > high:
        return []
    first, last = (month_of(min(row >> SEQ_BITS, date.max.toordinal())) for row in (low, high))
    if last - first < _MONTHS:
        return [f"{MONTH}{month}" for month in range(first, last + 1)]
    years = range(first // 12, last // 12 + 1)
    return [f"{YEAR}{year}" for year in years] if len(years) <= _YEARS else []


def words_condition(node: Words) -> tuple[str, Params]:
    """Return the condition that a row has these words."""
    return _condition(node, lambda ident, distance: ())


@dataclass(frozen=True)
class _Expression:
    """A tsquery that every wanted row matches; when ``exact``, no other does."""

    text: str
    exact: bool = True


def _expression(node: Node) -> _Expression | None:
    """The tsquery of a tree, or ``None`` when it says something that is not a token."""
    match node:
        case Words():
            return _of_words(node)
        case Value(field, value):
            return _Expression(_quoted(lexeme(value_mark(field, value))))
        case Flag(group, word):
            return _Expression(_quoted(flag_mark(group, word)))
        case All():
            return _Expression(_quoted(EVERY))
        case Not(child):
            inner = _expression(child)
            return _Expression(f"{_quoted(EVERY)} & !({inner.text})") if inner is not None and inner.exact else None
        case And(children) | Or(children):
            parts = [_expression(c) for c in children]
            known = [p for p in parts if p is not None]
            if not known or (len(known) < len(parts) and isinstance(node, Or)):
                return None
            sign = " & " if isinstance(node, And) else " | "
            exact = len(known) == len(parts) and all(p.exact for p in known)
            return _Expression(sign.join(f"({p.text})" for p in known), exact)
    return None


def _of_words(node: Words) -> _Expression:
    parts: list[str] = []
    exact = len(node.tokens) == 1
    for n, token in enumerate(node.tokens):
        prefix = node.prefix and n == len(node.tokens) - 1
        if len(token.encode("utf-8", "replace")) > LONG:
            token, prefix, exact = beginning(token), True, False
        parts.append(_quoted(field_lexeme(node.field, token)) + (":*" if prefix else ""))
    for first, second in pairwise(node.tokens[: -1 if node.prefix else None]):
        parts.append(f"({_quoted(pair(first, second))} | {_quoted(MANY_PAIRS)})")
    return _Expression(" & ".join(parts), exact)


def _quoted(word: str) -> str:
    """A lexeme in a tsquery. Tokens hold letters and digits, so that nothing in them needs to be escaped."""
    return f"'{word}'"


def needle(node: Words) -> str:
    """Return what stands in a field's line of the body where these words are next to each other."""
    return f" {' '.join(node.tokens)}" + ("" if node.prefix else " ")


def _condition(node: Node, neighbours: Neighbours) -> tuple[str, Params]:
    match node:
        case Not(child):
            if child == _HIDDEN:
                return "NOT i.hidden", ()
            return combined(node, lambda c: _condition(c, neighbours))
        case And() | Or():
            return combined(node, lambda c: _condition(c, neighbours))
        case All():
            return "true", ()
        case Ident(value, prefix):
            return ("starts_with(i.id, %s)" if prefix else "i.id = %s"), (value,)
        case Number(field, low, high):
            return between(f"i.{field}", low, high, "%s")
        case Days(field, low, high):
            if field == "imported":
                return between("i.imported", max(low or 1, 1), high, "%s")
            return "(i.n BETWEEN %s AND %s)", rows_of(node)
        case Similar(ident, distance):
            return "i.n = ANY(%s::bigint[])", (Whole(neighbours(ident, distance)),)
    if node == _HIDDEN:
        return "i.hidden", ()
    expression = _expression(node)
    assert expression is not None
    if expression.exact or not isinstance(node, Words):
        return "i.words @@ %s::tsquery", (expression.text,)
    condition, more = _standing(node)
    return f"(i.words @@ %s::tsquery AND {condition})", (expression.text, *more)


def _standing(node: Words) -> tuple[str, Params]:
    """The condition that a row which has all of these words has them next to each other."""
    body = f"split_part(i.body, E'\\n', {TEXT_FIELDS.index(node.field) + 1})" if node.field else "i.body"
    return f"strpos({body}, %s) > 0", (needle(node),)
