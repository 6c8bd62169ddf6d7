"""What both engines are asked in the same words: statements written once, of which each engine makes its own.

In a shared statement ``@name`` is a table, ``?`` a parameter and ``IN (??)`` "one of a list". Conditions that an engine has
compiled itself may stand in it as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

_TABLE = re.compile(r"(?<!@)@(?=[a-z])")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an engine writes what stands in shared statements.

    ``prefix`` begins the names of its tables, ``slot`` is a parameter, ``among`` a test against a list. ``row`` is the column of
    ``@image`` by which ``@ran`` names a picture, ``of_rows`` tests an id against a list of such. ``join`` keeps the order written.
    """

    prefix: str
    slot: str
    among: str
    row: str
    of_rows: str
    join: str

    def own(self, text: str) -> str:
        """Return a shared statement as the engine takes it."""
        return _own(self, text)


@lru_cache(maxsize=256)
def _own(dialect: Dialect, text: str) -> str:
    text = _TABLE.sub(dialect.prefix, text).replace("IN (??)", dialect.among)
    return text.replace("?", dialect.slot) if dialect.slot != "?" else text


class Session(Protocol):
    """A transaction on an index that takes shared statements."""

    @property
    def dialect(self) -> Dialect:
        """How the engine writes them."""

    def fetch(self, text: str, *params: object) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows; a parameter that is a list stands for all of it."""

    def each(self, text: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for each of some rows of parameters."""

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Put rows that are not there yet into a table."""
