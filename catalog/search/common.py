"""How many pictures have a word, as far as that matters: whether it is common. Remembered while the index changes.

A change of one picture moves a count by one at most, and the index tells which pictures were written since: so what was counted
before a few changes still says on which side of the bound a count lies, unless it was close.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from typing import NamedTuple

from .row import flag_mark

#: From so many pictures on a word is common.
COMMON = 20_000
#: So much further is counted, and so many changes are looked through at most.
_SLACK = 1_000
_KEPT = 2_000
_HIDDEN = f'"{flag_mark("is", "hidden")}"'


class _State(NamedTuple):
    """What an index says of its own changes: which file it is, the number of the last one, and how many pictures there are."""

    epoch: str
    stamp: int
    rows: int


class _Count(NamedTuple):
    """So many pictures were counted, up to COMMON and a slack, when an index was in that state."""

    pictures: int
    state: _State


class Counts:
    """What was counted of one index. Safe to use from several threads."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, _Count] = OrderedDict()
        self._hidden = _Count(-1, _State("", 0, 0))
        self._lock = threading.Lock()

    def view(self, connection: sqlite3.Connection) -> View:
        """Return the counts as they hold in the transaction under way."""
        found = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('epoch', 'stamp', 'rows')"))
        return View(self, connection, _State(str(found["epoch"]), int(found["stamp"]), int(found["rows"])))

    def get(self, expression: str) -> _Count | None:
        """Return what was last counted of an expression."""
        with self._lock:
            return self._held.get(expression)

    def put(self, expression: str, count: _Count) -> None:
        """Remember a count; of those held, the oldest is forgotten."""
        with self._lock:
            self._held[expression] = count
            self._held.move_to_end(expression)
            if len(self._held) > _KEPT:
                self._held.popitem(last=False)

    def hidden(self, connection: sqlite3.Connection, state: _State) -> int:
        """Return how many pictures are hidden, counted up to COMMON."""
        held = self._hidden
        if held.state != state:
            self._hidden = held = _Count(_counted(connection, _HIDDEN, COMMON), state)
        return held.pictures


class View:
    """How common words are, in one transaction on an index."""

    def __init__(self, counts: Counts, connection: sqlite3.Connection, state: _State) -> None:
        self._counts, self._connection, self._state = counts, connection, state
        self._written: dict[int, int] = {}

    @property
    def rows(self) -> int:
        """How many pictures there are, hidden ones too."""
        return self._state.rows

    @property
    def hidden(self) -> int:
        """How many pictures are hidden, counted up to COMMON."""
        return self._counts.hidden(self._connection, self._state)

    def is_common(self, expression: str) -> bool:
        """Return whether COMMON pictures or more have what a full-text expression says; it is counted where that is not known."""
        known = self.known(expression)
        if known is None:
            pictures = _counted(self._connection, expression, COMMON + _SLACK)
            self.learn(expression, pictures)
            return pictures >= COMMON
        return known

    def known(self, expression: str) -> bool | None:
        """Return whether an expression is common, ``None`` when what was counted before does not tell."""
        held = self._counts.get(expression)
        if held is None or held.state.epoch != self._state.epoch or held.state.stamp > self._state.stamp:
            return None
        written = self._since(held.state.stamp) if held.state.stamp != self._state.stamp else 0
        if written > _SLACK:
            return None
        if held.pictures + written < COMMON:
            return False
        # A picture that is not there any more was there before, or is among those written and gone again.
        gone = max(0, held.state.rows - self._state.rows) + written
        return True if held.pictures - written - gone >= COMMON else None

    def was_common(self, expression: str) -> bool:
        """Return whether an expression was common when it was last counted: it is likely so again."""
        held = self._counts.get(expression)
        return held is not None and held.pictures >= COMMON

    def told(self, expression: str, most: int) -> int | None:
        """Return how many pictures have an expression, counted up to ``most``, ``None`` where that has to be counted."""
        held = self._counts.get(expression) if not self.hidden else None
        if held is None:
            return None
        if held.state == self._state and held.pictures < COMMON + _SLACK:
            return min(held.pictures, most)
        return most if most <= COMMON and self.known(expression) else None

    def learn(self, expression: str, pictures: int) -> None:
        """Remember how many pictures were counted just now; where some are hidden, it may be that fewer have the expression."""
        self._counts.put(expression, _Count(pictures, self._state))

    def _since(self, stamp: int) -> int:
        """How many pictures were written after a change, counted a little further than the slack."""
        if stamp not in self._written:
            text = "SELECT count(*) FROM (SELECT 1 FROM image WHERE stamp > ? LIMIT ?)"
            self._written[stamp] = int(self._connection.execute(text, (stamp, _SLACK + 1)).fetchone()[0])
        return self._written[stamp]


def _counted(connection: sqlite3.Connection, expression: str, most: int) -> int:
    text = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"
    return int(connection.execute(text, (expression, most)).fetchone()[0])
