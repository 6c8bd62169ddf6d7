"""The queue of findings in order of worth, and the part of it that a search selects."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable

from ..model import Finding
from . import cursors
from .base import Queue
from .sql import Params, Plan

#: Up to so many pictures a query's findings are collected from its pictures; beyond, findings are asked one by one.
FEW_PICTURES = 2_000
#: How far the findings of a query are counted: of few pictures, of many.
COUNTED, COUNTED_WALKING = 10_000, 200
_OF_PICTURES = """f.id IN (
    SELECT finding FROM about
    WHERE article = 0 AND ref IN (SELECT id FROM image WHERE rowid IN (SELECT value FROM json_each(?)))
    UNION SELECT finding FROM about
    WHERE article = 1 AND ref IN (SELECT article FROM ran WHERE image IN (SELECT value FROM json_each(?))))"""
_WALKED = """(
    EXISTS (SELECT 1 FROM about a CROSS JOIN image i ON i.id = a.ref
            WHERE a.finding = f.id AND a.article = 0 AND {0})
    OR EXISTS (SELECT 1 FROM about a CROSS JOIN ran n ON n.article = a.ref CROSS JOIN image i ON i.rowid = n.image
               WHERE a.finding = f.id AND a.article = 1 AND {0}))"""


def put(connection: sqlite3.Connection, findings: Iterable[Finding], removed: Iterable[str]) -> None:
    """Add or replace findings, and remove others by id."""
    found = list({f.id: f for f in findings}.values())
    gone = [(i,) for i in {*removed, *(f.id for f in found)}]
    counts: Counter[tuple[str, str]] = Counter((f.status, f.kind) for f in found)
    old = connection.execute(
        "SELECT status, kind, count(*) FROM finding WHERE id IN (SELECT value FROM json_each(?)) GROUP BY status, kind",
        (json.dumps([i for (i,) in gone]),),
    )
    for status, kind, n in old:
        counts[status, kind] -= n
    connection.executemany("DELETE FROM about WHERE finding = ?", gone)
    connection.executemany("DELETE FROM finding WHERE id = ?", gone)
    connection.executemany(
        "INSERT INTO finding VALUES (?, ?, ?, ?)", [(f.id, f.kind, f.status, float(f.score)) for f in found]
    )
    refs = [(i, f.id, 0) for f in found for i in dict.fromkeys(f.images)]
    refs += [(a, f.id, 1) for f in found for a in dict.fromkeys(f.articles)]
    connection.executemany("INSERT OR IGNORE INTO about VALUES (?, ?, ?)", refs)
    connection.executemany(
        "INSERT INTO waiting VALUES (?, ?, ?) ON CONFLICT (status, kind) DO UPDATE SET count = count + excluded.count",
        [(*key, n) for key, n in counts.items() if n],
    )


def kinds(connection: sqlite3.Connection, status: str) -> dict[str, int]:
    """Return how many findings of each kind are in a status, most first."""
    rows = connection.execute(
        "SELECT kind, count FROM waiting WHERE status = ? AND count > 0 ORDER BY count DESC, kind", (status,)
    )
    return {str(kind): int(n) for kind, n in rows}


def page(
    connection: sqlite3.Connection,
    kind: str,
    status: str,
    plan: Plan | None,
    belongs: str,
    cursor: str | None,
    limit: int,
) -> Queue:
    """Return one page of the queue: of a kind (``""`` for all) and status, of the pictures of ``plan`` when given."""
    where: list[str] = ["f.status = ?"]
    params: list[object] = [status]
    most = COUNTED
    if kind:
        where.append("f.kind = ?")
        params.append(kind)
    if plan is not None:
        sql, more, most = _selected(connection, plan)
        where.append(sql)
        params.extend(more)
    if plan is None:
        told = kinds(connection, status)
        total, capped = told.get(kind, 0) if kind else sum(told.values()), False
    elif cursor is None:
        counted = f"SELECT count(*) FROM (SELECT 1 FROM finding f WHERE {' AND '.join(where)} LIMIT ?)"
        total = int(connection.execute(counted, (*params, most + 1)).fetchone()[0])
        total, capped = min(total, most), total > most
    if cursor is not None:
        score, ident, then, capped_then = cursors.read(cursor, belongs, float, str)
        total, capped = (total, False) if plan is None else (then, capped_then)
        where.append("(f.score < ? OR (f.score = ? AND f.id > ?))")
        params += [score, score, ident]
    sql = f"SELECT f.id, f.score FROM finding f WHERE {' AND '.join(where)} ORDER BY f.score DESC, f.id LIMIT ?"
    rows = connection.execute(sql, (*params, limit + 1)).fetchall()
    last = rows[:limit][-1] if rows else None
    following = cursors.write(belongs, last[1], last[0], total, capped) if last and len(rows) > limit else None
    return Queue(tuple(str(r[0]) for r in rows[:limit]), total, capped, following)


def _selected(connection: sqlite3.Connection, plan: Plan) -> tuple[str, Params, int]:
    """A condition on ``finding f``: that it is about a picture of the plan, or about an article that one ran in.

    Also how far findings are counted under it.
    """
    sql, params = plan.select(limit=FEW_PICTURES + 1)
    rowids = [int(r) for (r,) in connection.execute(sql, params)]
    if len(rowids) <= FEW_PICTURES:
        ids = json.dumps(rowids)
        return _OF_PICTURES, (ids, ids), COUNTED
    condition, more = plan.condition()
    return _WALKED.format(condition), (*more, *more), COUNTED_WALKING
