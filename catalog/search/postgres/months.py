"""Reading a large result from its newest month on, as far as it is wanted: how many months to ask for at a time."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from psycopg import Connection

from ..schema import SEQ_BITS
from . import sql
from .lexemes import MONTH, YEAR, month_of
from .schema import State

#: Rows in the months that are asked for at once, at least.
_LEAST = 20_000

_Counts = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Span:
    """Some months in a row. ``months`` are lexemes that their rows have; without any, all up to row number ``last``."""

    months: tuple[str, ...]
    last: int = 0

    def narrowed(self, plan: sql.Plan) -> sql.Plan:
        """Return ``plan`` for these months only."""
        chosen = plan.also(" | ".join(f"'{m}'" for m in self.months)) if self.months else plan.within(0, self.last)
        return replace(chosen, dated=True)


class Months:
    """How many rows each month has. Remembered as long as the index does not change."""

    def __init__(self) -> None:
        self._held: tuple[State | None, _Counts] = (None, ())

    def spans(
        self, connection: Connection[Any], state: State, low: int, high: int, limit: int, hits: int
    ) -> Generator[Span, int | None, None]:
        """Yield spans from the newest to the oldest of the days ``low`` to ``high``; send in how many rows are found so far.

        A span is as long as finding ``limit`` is expected to take where there are ``hits`` among these days; what is too rare for
        that is asked for at once.
        """
        every = self._counts(connection, state)
        first, last = month_of(max(low, 0)), month_of(min(high, date.max.toordinal()))
        months = [(month, n) for month, n in every if first <= month <= last]
        left, seen, wanted = sum(n for _, n in months), 0, max(_LEAST, 4 * limit)
        if hits > 0:
            wanted = int(1.25 * limit * left / hits)
        while months:
            taken = _taken(months, wanted)
            if taken == len(months):
                yield _rest(months)
                return
            found = yield Span(_lexemes([month for month, _ in months[:taken]], every))
            seen += sum(n for _, n in months[:taken])
            months = months[taken:]
            need = limit - (found or 0)
            if not found or found / seen * (left - seen) <= 4 * need:
                yield _rest(months)
                return
            wanted = max(_LEAST, int(1.25 * need * seen / found))

    def _counts(self, connection: Connection[Any], state: State) -> _Counts:
        held, counts = self._held
        if held != state:
            statement = "SELECT month, count FROM search_month WHERE count > 0 ORDER BY month DESC"
            counts = [(int(month), int(n)) for month, n in connection.execute(statement)]
            self._held = (state, counts)
        return counts


def _taken(months: _Counts, wanted: int) -> int:
    """How many of the months have so many rows."""
    rows = 0
    for at, (_, n) in enumerate(months, 1):
        rows += n
        if rows >= wanted:
            return at
    return len(months)


def _rest(months: _Counts) -> Span:
    month = months[0][0]
    if month == 0:
        return Span((), (1 << SEQ_BITS) - 1)
    year, number = divmod(month + 1, 12)
    after = date(year, number + 1, 1).toordinal() if year <= date.max.year else date.max.toordinal() + 1
    return Span((), (after << SEQ_BITS) - 1)


def _lexemes(months: list[int], every: _Counts) -> tuple[str, ...]:
    """The lexemes of months: one for a year of which all are among them."""
    out: list[str] = []
    for year, group in groupby(months, lambda month: month // 12):
        some = list(group)
        whole = len(some) == sum(month // 12 == year for month, _ in every)
        out += [f"{YEAR}{year}"] if whole else [f"{MONTH}{month}" for month in some]
    return tuple(out)
