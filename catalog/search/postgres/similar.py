"""Pictures whose 64-bit fingerprints differ in a few bits: found by pigeonhole bands, each distance counted exactly.

A fingerprint is cut into four bands of 16 bits. Two that differ in at most r bits differ, in at least one of the bands, in at
most as many as that band is given when r + 1 is dealt out among the four, less one: so a band's table is asked for all
values that near, and every fingerprint within r is among the answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any

from psycopg import Connection

from ...stores.postgres.columns import Small

BANDS, WIDTH = 4, 16
_MASK = (1 << WIDTH) - 1


def signed(phash: str) -> int:
    """Return 16 hexadecimal digits as PostgreSQL's bigint."""
    value = int(phash, 16) & (1 << 64) - 1
    return value - (1 << 64) if value >> 63 else value


def values(phash: int) -> list[int]:
    """Return a fingerprint's value in each band, with the band's number above it: 18 bits."""
    return [band << WIDTH | phash >> WIDTH * band & _MASK for band in range(BANDS)]


def put(connection: Connection[Any], rows: Iterable[tuple[int, int]]) -> None:
    """Add the fingerprints (row number, fingerprint) to the bands."""
    with connection.cursor().copy("COPY search_band (value, n, phash) FROM STDIN") as copy:
        for n, phash in rows:
            for value in values(phash):
                copy.write_row((value, n, phash))


def remove(connection: Connection[Any], rows: Sequence[tuple[int, int]]) -> None:
    """Take fingerprints out of the bands."""
    pairs = [(value, n) for n, phash in rows for value in values(phash)]
    connection.execute(
        "DELETE FROM search_band b USING unnest(%s::int[], %s::bigint[]) AS gone (value, n)"
        " WHERE b.value = gone.value AND b.n = gone.n",
        [[value for value, _ in pairs], [n for _, n in pairs]],
    )


def near(connection: Connection[Any], ident: str, distance: int) -> list[int]:
    """Return the row numbers of pictures within ``distance`` bits of the picture ``ident``; none when it has no hash."""
    row = connection.execute("SELECT phash FROM search_image WHERE id = %s", [ident]).fetchone()
    if row is None or row[0] is None:
        return []
    phash = int(row[0])
    found = connection.execute(
        "SELECT DISTINCT n FROM search_band WHERE value = ANY((SELECT %s::int[])::int[])"
        " AND bit_count((phash # %s)::bit(64)) <= %s ORDER BY n",
        [Small(probes(phash, distance)), phash, distance],
        binary=True,
    )
    return [int(n) for (n,) in found]


def probes(phash: int, distance: int) -> list[int]:
    """Return the band values under which every fingerprint within ``distance`` bits is found."""
    least, more = divmod(distance + 1, BANDS)
    out: list[int] = []
    for band, value in enumerate(values(phash)):
        out += [value ^ mask for mask in _masks(least - (band >= more))]
    return out


@lru_cache(maxsize=16)
def _masks(bits: int) -> tuple[int, ...]:
    """All values of a band with at most so many bits; none for a negative number."""
    return tuple(sum(1 << at for at in places) for n in range(bits + 1) for places in combinations(range(WIDTH), n))
