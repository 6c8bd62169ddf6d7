"""Several statements in one message to the server, which runs them one after the other: one wait instead of one for each.

Only the simple form of PostgreSQL's protocol takes several at once. It knows no parameters: they are written into the text. What is
long to plan is prepared once for each connection, in the message in which it is first wanted, and only named from then on.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import Connection, errors, generators
from psycopg.pq import Escaping, ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from .connection import Rows

#: A statement and its parameters, one for each ``%s``: whole numbers, texts, lists of either, or ``None``.
Statement = tuple[str, Sequence[object]]

#: Prepared before anything else: as long as it is there, all that was prepared after it is, for it goes all at once.
_FIRST = "SELECT"
#: The types of whole numbers.
_WHOLE = frozenset({20, 21, 23})


@dataclass(slots=True)
class _Prepared:
    """What a connection has prepared, by its text, and how many names it has used."""

    names: dict[str, bytes] = field(default_factory=dict)
    used: int = 0


_prepared: WeakKeyDictionary[Connection[Any], _Prepared] = WeakKeyDictionary()


def together(
    connection: Connection[Any], statements: Sequence[Statement], plans: frozenset[str], *, first: bool = False
) -> list[Rows]:
    """Run statements in this order and return the rows of each, none where a statement gives none: numbers and texts.

    When one fails, those after it are not run. Those among ``plans`` are prepared. The driver lets go of all that is prepared when
    it has seen a ROLLBACK or DROP: errors.InvalidSqlStatementName then, unless :func:`forget` was called. With ``first`` that is
    found out before anything is run, whether these statements need what is gone or only later ones will.
    """
    own = _prepared.setdefault(connection, _Prepared())
    quote = Escaping(connection.pgconn).escape_literal
    parts: list[bytes] = []
    new: dict[str, bytes] = {}
    wanted: list[int] = []
    if first and own.names:
        parts.append(b"EXECUTE %b" % own.names[_FIRST])
    for text, params in statements:
        written = tuple([_literal(param, quote) for param in params])
        if text in plans:
            name = own.names.get(text) or new.get(text)
            if name is None:
                if not own.names and not new:
                    new[_FIRST] = b"cutline_%d" % own.used
                    own.used += 1
                    parts.append(b"PREPARE %b AS %b" % (new[_FIRST], _FIRST.encode()))
                name = new[text] = b"cutline_%d" % own.used
                own.used += 1
                numbers = tuple([b"$%d" % n for n in range(1, 1 + len(params))])
                parts.append(b"PREPARE %b AS %b" % (name, text.encode() % numbers))
            called = b"EXECUTE %b(%b)" % (name, b",".join(written)) if params else b"EXECUTE %b" % name
        else:
            called = text.encode() % written
        wanted.append(len(parts))
        parts.append(called)
    with connection.lock:
        results = connection.wait(_sent(connection.pgconn, b";".join(parts)))
    for result in results:
        if result.status == ExecStatus.FATAL_ERROR:
            raise errors.error_from_result(result)
    own.names |= new
    return [_rows(results[n]) for n in wanted]


def forget(connection: Connection[Any]) -> None:
    """Prepare anew what is wanted next: the driver, which has been at work itself, may have let go of it."""
    if connection in _prepared:
        _prepared[connection].names.clear()


def _sent(pgconn: PGconn, message: bytes) -> Generator[Any, Any, list[PGresult]]:
    pgconn.send_query(message)
    results: list[PGresult] = yield from generators.execute(pgconn)
    return results


def _literal(value: object, quote: Any) -> bytes:
    if isinstance(value, int):
        return b"(%d)" % value if value < 0 else b"%d" % value
    if value is None:
        return b"NULL"
    if isinstance(value, str):
        return bytes(quote(value.encode()))
    if isinstance(value, (list, tuple)):
        return bytes(quote(b"{%b}" % b",".join([_item(item) for item in value])))
    raise TypeError(f"{type(value).__name__} is no parameter")


def _item(value: object) -> bytes:
    if isinstance(value, int):
        return b"%d" % value
    return b'"%b"' % str(value).replace("\\", "\\\\").replace('"', '\\"').encode()


def _rows(result: PGresult) -> Rows:
    width = result.nfields
    whole = [result.ftype(n) in _WHOLE for n in range(width)]
    get = result.get_value
    return [tuple([_value(get(row, n), whole[n]) for n in range(width)]) for row in range(result.ntuples)]


def _value(value: bytes | None, whole: bool) -> Any:
    return value if value is None else int(value) if whole else value.decode()
