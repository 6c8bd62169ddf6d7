"""Facets: how many pictures of a result have each credit, publisher, year, place, person, and so on.

Up to :data:`reading.CAP` pictures are counted one by one. Of larger results a sample is counted (every picture carries a
sampling mark drawn from a hash of its id), and the counts are estimates: the sample's, scaled up. The whole catalogue's
counts are kept exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from .dialect import Session
from .fold import fold
from .nodes import quoted
from .row import Row, colour_names
from .schema import SEQ_BITS
from .values import day_of

#: Facets that can be asked for.
FACETS = (
    "credit", "publisher", "year", "place", "person", "kind", "format", "state", "byline", "tag", "orientation", "colour",
    "language",
)  # fmt: skip
#: Review states, as ``is:`` knows them.
STATES = ("linked", "unlinked", "unsure", "duplicate", "conflict", "reviewed", "rejected")
_MAX_PER_ROW = 100
TOP = 12
#: Years are all shown.
_YEARS = 10_000
#: From so many years between the first and the last on, pictures are counted by year, else by month.
NARROW = 3


@dataclass(frozen=True, slots=True)
class Count:
    """One value of a facet, how many pictures have it, and the query term that selects it (``""`` when none does)."""

    value: str
    count: int
    term: str


def facet_values(row: Row) -> list[tuple[str, str]]:
    """Return (facet, value) of a row, each once."""
    day = day_of(row.date)
    pairs = [
        ("credit", row.credit),
        ("year", _year(day) if day else ""),
        ("format", row.format),
        ("orientation", row.orientation),
        ("language", row.language),
    ]
    for facet, values in (
        ("publisher", row.publishers), ("place", row.places), ("person", row.persons), ("kind", row.kinds),
        ("state", [s for s in STATES if s in row.flags]), ("byline", row.bylines), ("tag", row.tags),
        ("colour", colour_names(row)),
    ):  # fmt: skip
        if values:
            pairs += [(facet, value) for value in values]
    return [pair for pair in dict.fromkeys(pairs) if pair[1]][:_MAX_PER_ROW]


@lru_cache(maxsize=1 << 14)
def _year(day: int) -> str:
    return f"{date.fromordinal(day).year:04d}"


def term_of(facet: str, value: str) -> str:
    """Return the query term that selects a facet's value."""
    field = {"year": "date", "state": "is"}.get(facet, facet)
    if facet == "language":
        return ""
    return f"{field}:{quoted(value)}"


def count_packed(session: Session, packed: bytes, facets: Sequence[str], scale: int) -> dict[str, tuple[Count, ...]]:
    """Return the most frequent values of ``facets`` among rows whose values' numbers are ``packed``, counts times ``scale``."""
    idents, counts = np.unique(np.frombuffer(packed, dtype=np.uint32), return_counts=True)
    by_id = dict(zip(idents.tolist(), counts.tolist(), strict=True))
    names = session.fetch(
        "SELECT id, field, value FROM @value WHERE id IN (??) AND field IN (??)", list(by_id), list(facets)
    )
    return most_frequent(facets, ((field, value, by_id[ident] * scale) for ident, field, value in names))


def count_all(session: Session, facets: Sequence[str]) -> dict[str, tuple[Count, ...]]:
    """Return the most frequent values of ``facets`` in the whole catalogue, hidden pictures left out."""
    one = "SELECT field, value, count FROM @value WHERE field = ? AND count > 0 ORDER BY count DESC, value LIMIT ?"
    each = " UNION ALL ".join([f"SELECT * FROM ({one}) AS one"] * len(facets))
    params = [param for facet in facets for param in (facet, _YEARS if facet == "year" else TOP)]
    return most_frequent(facets, session.fetch(each, *params))


def histogram_all(session: Session) -> tuple[tuple[str, int], ...]:
    """Return the pictures of the whole catalogue by year, counted exactly; none where they span so few that months are wanted."""
    years = session.fetch("SELECT value, count FROM @value WHERE field = ? AND count > 0 ORDER BY value", "year")
    if not years or int(years[-1][0]) - int(years[0][0]) < NARROW:
        return ()
    return tuple((str(value), int(count)) for value, count in years)


def complete(session: Session, prefix: str, field: str, limit: int) -> list[tuple[str, int]]:
    """Return the values of a facet that begin with ``prefix`` (or have a word that does), most frequent first."""
    if field not in FACETS:
        return []
    folded = fold(prefix).strip().encode("utf-8", "replace").decode()
    escaped = "".join("\\" + c if c in "\\%_" else c for c in folded)
    rows = session.fetch(
        "SELECT value, count FROM @value WHERE field = ? AND count > 0 AND ' ' || folded LIKE ? ESCAPE '\\'"
        " ORDER BY count DESC, value LIMIT ?",
        field,
        f"% {escaped}%",
        limit,
    )
    return [(str(value), int(count)) for value, count in rows]


def most_frequent(facets: Sequence[str], found: Iterable[tuple[str, str, int]]) -> dict[str, tuple[Count, ...]]:
    """Return, of (facet, value, count), the values to show for each facet: the most frequent, years all and in order."""
    by_facet: dict[str, list[tuple[str, int]]] = {facet: [] for facet in facets}
    for facet, value, count in found:
        by_facet[facet].append((value, count))
    out = {}
    for facet, values in by_facet.items():
        if facet == "year":
            values = sorted(values)
        else:
            values = sorted(values, key=lambda v: (-v[1], v[0]))[:TOP]
        out[facet] = tuple(Count(value, count, term_of(facet, value)) for value, count in values)
    return out


def histogram(rowids: np.ndarray[tuple[int], np.dtype[np.int64]], scale: int) -> tuple[tuple[str, int], ...]:
    """Return pictures by year, or by month when they span at most three years; undated ones are left out."""
    days = rowids >> SEQ_BITS
    days = days[days > 0]
    if not days.size:
        return ()
    epoch = date(1970, 1, 1).toordinal()
    months = (days - epoch).astype("datetime64[D]").astype("datetime64[M]")
    years = months.astype("datetime64[Y]")
    narrow = int(years.max().astype(int) - years.min().astype(int)) < NARROW
    periods, counts = np.unique(months if narrow else years, return_counts=True)
    return tuple((str(p), int(n) * scale) for p, n in zip(periods, counts, strict=True))
