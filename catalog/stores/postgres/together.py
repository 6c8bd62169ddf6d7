"""Several statements in one message to the server, which runs them one after the other: one wait instead of one for each.

Only the simple form of PostgreSQL's protocol takes several at once. It knows no parameters: the driver writes them into the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import ClientCursor, Connection

from .connection import Rows

#: A statement and its parameters, one for each ``%s``.
Statement = tuple[str, Sequence[object]]


def together(connection: Connection[Any], statements: Sequence[Statement]) -> list[Rows]:
    """Run statements in this order and return the rows of each, none where a statement gives none.

    When one fails, those after it are not run.
    """
    text = ";".join([text for text, _ in statements])
    cursor = ClientCursor(connection)
    cursor.execute(text.encode(), [param for _, params in statements for param in params])
    answers: list[Rows] = []
    while True:
        answers.append(cursor.fetchall() if cursor.description is not None else [])
        if not cursor.nextset():
            return answers
