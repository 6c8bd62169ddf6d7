"""Which settings of the server a large catalogue wants otherwise than PostgreSQL comes with them, and what they are now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .connection import Database


@dataclass(frozen=True, slots=True)
class Wanted:
    """A setting that is to be at least ``least``, in the server's own unit for it; ``written`` is how a person writes that."""

    name: str
    least: int
    written: str
    restart: bool = False


#: Memory for the tables; so much log, and so many seconds, until everything that has changed is written to the tables: after that
#: each page that changes goes into the log as a whole once, and a load in bulk changes all pages of the primary key all the time.
WANTED = (
    Wanted("shared_buffers", (1 << 30) // 8192, "1GB", restart=True),
    Wanted("max_wal_size", 8 << 10, "8GB"),
    Wanted("checkpoint_timeout", 900, "15min"),
)
_ASKED = "SELECT name, setting, current_setting(name) FROM pg_catalog.pg_settings WHERE name = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Small:
    """A setting that is smaller than wanted, and what it is, as the server writes it."""

    wanted: Wanted
    now: str

    @property
    def mending(self) -> str:
        """The statement that mends it."""
        return f"ALTER SYSTEM SET {self.wanted.name} = '{self.wanted.written}'"


def small(settings: Mapping[str, tuple[int, str]]) -> Iterator[Small]:
    """Yield what is too small of settings: of each its number, in the server's unit, and how it is written."""
    for wanted in WANTED:
        number, written = settings.get(wanted.name, (wanted.least, ""))
        if number < wanted.least:
            yield Small(wanted, written)


def asked(database: Database) -> dict[str, tuple[int, str]]:
    """Return the server's settings, as :func:`small` takes them."""
    rows = database.fetch(_ASKED, [[wanted.name for wanted in WANTED]])
    return {str(name): (int(number), str(written)) for name, number, written in rows}
