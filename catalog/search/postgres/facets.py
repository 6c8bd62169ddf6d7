"""Facets of the index on PostgreSQL: packed values counted here, and the counts that are kept of the whole catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from psycopg import Connection

from ..facets import TOP, Count, most_frequent


def count_packed(
    connection: Connection[Any], packed: bytes, facets: Sequence[str], scale: int
) -> dict[str, tuple[Count, ...]]:
    """Return the most frequent values of ``facets`` among rows whose values are ``packed``, counts times ``scale``."""
    idents, counts = np.unique(np.frombuffer(packed, np.uint32), return_counts=True)
    by_id = dict(zip(idents.tolist(), counts.tolist(), strict=True))
    names = connection.execute(
        "SELECT id, field, value FROM search_value WHERE id = ANY(%s) AND field = ANY(%s)",
        [list(by_id), list(facets)],
        binary=True,
    )
    return most_frequent(facets, ((field, value, by_id[ident] * scale) for ident, field, value in names))


def count_all(connection: Connection[Any], facets: Sequence[str]) -> dict[str, tuple[Count, ...]]:
    """Return the most frequent values of ``facets`` in the whole catalogue, hidden pictures left out."""
    found: list[tuple[str, str, int]] = []
    for facet in facets:
        found += connection.execute(
            "SELECT field, value, count FROM search_value WHERE field = %s AND count > 0 ORDER BY count DESC, value LIMIT %s",
            [facet, None if facet == "year" else TOP],
        ).fetchall()
    return most_frequent(facets, found)
