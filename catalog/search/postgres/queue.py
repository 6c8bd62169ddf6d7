"""The queue of findings in order of worth, and the part of it that a search selects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from psycopg import Connection

from ...model import Finding
from .. import cursors
from ..base import Queue
from ..queue import COUNTED, COUNTED_WALKING, FEW_PICTURES
from .sql import Params, Plan

_OF_PICTURES = """f.id IN (
    SELECT finding FROM search_about WHERE NOT article AND ref = ANY(%s)
    UNION SELECT a.finding FROM search_ran r JOIN search_about a ON a.ref = r.article WHERE a.article AND r.image = ANY(%s))"""
_WALKED = """(
    EXISTS (SELECT 1 FROM search_about a JOIN search_image i ON i.id = a.ref
            WHERE a.finding = f.id AND NOT a.article AND {0})
    OR EXISTS (SELECT 1 FROM search_about a JOIN search_ran r ON r.article = a.ref JOIN search_image i ON i.id = r.image
               WHERE a.finding = f.id AND a.article AND {0}))"""


def put(connection: Connection[Any], findings: Iterable[Finding], removed: Iterable[str]) -> None:
    """Add or replace findings, and remove others by id."""
    found = list({f.id: f for f in findings}.values())
    gone = sorted({*removed, *(f.id for f in found)})
    if not gone:
        return
    counts: Counter[tuple[str, str]] = Counter((f.status, f.kind) for f in found)
    old = connection.execute(
        "WITH gone AS (DELETE FROM search_finding WHERE id = ANY(%s) RETURNING status, kind)"
        " SELECT status, kind, count(*) FROM gone GROUP BY status, kind",
        [gone],
    )
    for status, kind, n in old:
        counts[status, kind] -= n
    connection.execute("DELETE FROM search_about WHERE finding = ANY(%s)", [gone])
    with connection.cursor().copy("COPY search_finding (id, kind, status, score) FROM STDIN") as copy:
        for f in found:
            copy.write_row((f.id, f.kind, f.status, float(f.score)))
    about = {(f.id, ref): True for f in found for ref in f.articles}
    about.update({(f.id, ref): False for f in found for ref in f.images})
    with connection.cursor().copy("COPY search_about (finding, ref, article) FROM STDIN") as copy:
        for (ident, ref), article in about.items():
            copy.write_row((ident, ref, article))
    changed = [(*key, n) for key, n in counts.items() if n]
    connection.execute(
        "INSERT INTO search_waiting SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[])"
        " ON CONFLICT (status, kind) DO UPDATE SET count = search_waiting.count + excluded.count",
        [[status for status, _, _ in changed], [kind for _, kind, _ in changed], [n for _, _, n in changed]],
    )


def kinds(connection: Connection[Any], status: str) -> dict[str, int]:
    """Return how many findings of each kind are in a status, most first."""
    rows = connection.execute(
        "SELECT kind, count FROM search_waiting WHERE status = %s AND count > 0 ORDER BY count DESC, kind", [status]
    )
    return {str(kind): int(n) for kind, n in rows}


def page(
    connection: Connection[Any],
    kind: str,
    status: str,
    plan: Plan | None,
    belongs: str,
    cursor: str | None,
    limit: int,
) -> Queue:
    """Return one page of the queue: of a kind (``""`` for all) and status, of the pictures of ``plan`` when given."""
    where: list[str] = ["f.status = %s"]
    params: list[object] = [status]
    most = COUNTED
    if kind:
        where.append("f.kind = %s")
        params.append(kind)
    if plan is not None:
        condition, more, most = _selected(connection, plan)
        where.append(condition)
        params.extend(more)
    total, capped = 0, False
    if plan is None:
        told = kinds(connection, status)
        total = told.get(kind, 0) if kind else sum(told.values())
    elif cursor is None:
        counted = f"SELECT count(*) FROM (SELECT 1 FROM search_finding f WHERE {' AND '.join(where)} LIMIT %s) AS found"
        row = connection.execute(counted.encode(), [*params, most + 1]).fetchone()
        count = int(row[0]) if row else 0
        total, capped = min(count, most), count > most
    if cursor is not None:
        score, ident, then, capped_then = cursors.read(cursor, belongs, float, str)
        total, capped = (total, False) if plan is None else (then, capped_then)
        where.append("(f.score < %s OR (f.score = %s AND f.id > %s))")
        params += [score, score, str(ident).replace("\x00", "")]
    text = (
        f"SELECT f.id, f.score FROM search_finding f WHERE {' AND '.join(where)} ORDER BY f.score DESC, f.id LIMIT %s"
    )
    rows = connection.execute(text.encode(), [*params, limit + 1]).fetchall()
    last = rows[:limit][-1] if rows else None
    following = cursors.write(belongs, last[1], last[0], total, capped) if last and len(rows) > limit else None
    return Queue(tuple(str(r[0]) for r in rows[:limit]), total, capped, following)


def _selected(connection: Connection[Any], plan: Plan) -> tuple[str, Params, int]:
    """A condition on ``search_finding f``: that it is about a picture of the plan, or about an article that one ran in.

    Also how far findings are counted under it.
    """
    text, params = plan.select("i.id, i.n", "i.n DESC", FEW_PICTURES + 1)
    idents = [str(ident) for ident, _ in connection.execute(text.encode(), params)]
    if len(idents) <= FEW_PICTURES:
        return _OF_PICTURES, (idents, idents), COUNTED
    condition, more = plan.condition()
    return _WALKED.replace("{0}", condition), (*more, *more), COUNTED_WALKING
