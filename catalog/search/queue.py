"""The queue of findings in order of worth, and the part of it that a search selects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..model import Finding
from . import cursors
from .base import Queue
from .dialect import Session

#: Up to so many pictures, or articles, a query's findings are collected from them; beyond, findings are asked one by one.
FEW = 2_000
#: How far the findings of a query are counted: of few pictures and articles, of many.
COUNTED, COUNTED_WALKING = 10_000, 200
_OF_PICTURES = """SELECT finding FROM @about WHERE NOT article AND ref {of_rows}
    UNION SELECT a.finding FROM @ran r JOIN @about a ON a.ref = r.article WHERE a.article AND r.image IN (??)"""
_WALKED = """(
    EXISTS (SELECT 1 FROM @about a {join} @image i ON i.id = a.ref WHERE a.finding = f.id AND NOT a.article AND {condition})
    OR EXISTS (SELECT 1 FROM @about a {join} @ran r ON r.article = a.ref {join} @image i ON i.{row} = r.image
               WHERE a.finding = f.id AND a.article AND {condition}))"""
#: What is about an article and no picture: nothing but the article says whether it belongs.
_NO_PICTURE = "NOT EXISTS (SELECT 1 FROM @about p WHERE p.finding = {finding} AND NOT p.article)"
_OF_ARTICLES = f"""SELECT a.finding FROM @about a
    WHERE a.article AND a.ref IN (??) AND {_NO_PICTURE.format(finding="a.finding")}"""
_WALKED_ARTICLES = f"""({_NO_PICTURE.format(finding="f.id")}
    AND EXISTS (SELECT 1 FROM @about a {{join}} @article i ON i.id = a.ref
                WHERE a.finding = f.id AND a.article AND {{condition}}))"""

Params = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What a query selects, as an engine has it: the pictures as ``@ran`` names them, at most so many, and all as a condition on
    ``@image i``; or articles, by their ids, and on ``@article i``."""

    rows: Callable[[int], list[object]]
    condition: Callable[[], tuple[str, Params]]


@dataclass(frozen=True, slots=True)
class Selected:
    """The pictures and the articles that a query selects."""

    pictures: Selection
    articles: Selection


def put(session: Session, findings: Iterable[Finding], removed: Iterable[str]) -> None:
    """Add or replace findings, and remove others by id."""
    found = list({f.id: f for f in findings}.values())
    gone = sorted({*removed, *(f.id for f in found)})
    if not gone:
        return
    counts: Counter[tuple[str, str]] = Counter((f.status, f.kind) for f in found)
    counts.subtract(
        (s, k) for s, k in session.fetch("DELETE FROM @finding WHERE id IN (??) RETURNING status, kind", gone)
    )
    session.fetch("DELETE FROM @about WHERE finding IN (??) RETURNING finding", gone)
    session.insert(
        "finding", ("id", "kind", "status", "score"), [(f.id, f.kind, f.status, float(f.score)) for f in found]
    )
    about = {(f.id, ref): True for f in found for ref in f.articles}
    about.update({(f.id, ref): False for f in found for ref in f.images})
    session.insert("about", ("finding", "ref", "article"), [(*pair, article) for pair, article in about.items()])
    session.each(
        "INSERT INTO @waiting AS held VALUES (?, ?, ?)"
        " ON CONFLICT (status, kind) DO UPDATE SET count = held.count + excluded.count",
        [(*key, n) for key, n in counts.items() if n],
    )


def kinds(session: Session, status: str) -> dict[str, int]:
    """Return how many findings of each kind are in a status, most first."""
    rows = session.fetch(
        "SELECT kind, count FROM @waiting WHERE status = ? AND count > 0 ORDER BY count DESC, kind", status
    )
    return {str(kind): int(n) for kind, n in rows}


def page(
    session: Session, kind: str, status: str, selected: Selected | None, belongs: str, cursor: str | None, limit: int
) -> Queue:
    """Return one page of the queue: of a kind (``""`` for all) and status, of what is ``selected`` when given."""
    where: list[str] = ["f.status = ?"]
    params: list[object] = [status]
    most, total, capped = COUNTED, 0, False
    if kind:
        where.append("f.kind = ?")
        params.append(kind)
    if selected is not None:
        condition, more, most = _belonging(session, selected)
        where.append(condition)
        params.extend(more)
    if selected is None:
        told = kinds(session, status)
        total = told.get(kind, 0) if kind else sum(told.values())
    elif cursor is None:
        counted = f"SELECT count(*) FROM (SELECT 1 FROM @finding f WHERE {' AND '.join(where)} LIMIT ?) AS found"
        count = int(session.fetch(counted, *params, most + 1)[0][0])
        total, capped = min(count, most), count > most
    if cursor is not None:
        score, ident, then, capped_then = cursors.read(cursor, belongs, float, str)
        if selected is not None:
            total, capped = then, capped_then
        where.append("(f.score < ? OR (f.score = ? AND f.id > ?))")
        params += [score, score, ident]
    text = f"SELECT f.id, f.score FROM @finding f WHERE {' AND '.join(where)} ORDER BY f.score DESC, f.id LIMIT ?"
    rows = session.fetch(text, *params, limit + 1)
    last = rows[:limit][-1] if rows else None
    following = cursors.write(belongs, last[1], last[0], total, capped) if last and len(rows) > limit else None
    return Queue(tuple(str(r[0]) for r in rows[:limit]), total, capped, following)


def _belonging(session: Session, selected: Selected) -> tuple[str, Params, int]:
    """A condition on ``@finding f``: that it is about one of the pictures, or about an article that one ran in, or about one of the
    articles and no picture.

    Also how far findings are counted under it.
    """
    dialect = session.dialect
    named: list[str] = []
    walked: list[str] = []
    few: list[object] = []
    many: list[object] = []
    rows = selected.pictures.rows(FEW + 1)
    if len(rows) <= FEW:
        named.append(_OF_PICTURES.format(of_rows=dialect.of_rows))
        few += [rows, rows]
    else:
        condition, more = selected.pictures.condition()
        walked.append(_WALKED.format(join=dialect.join, row=dialect.row, condition=condition))
        many += [*more, *more]
    idents = selected.articles.rows(FEW + 1)
    if len(idents) <= FEW:
        named.append(_OF_ARTICLES)
        few.append(idents)
    else:
        condition, more = selected.articles.condition()
        walked.append(_WALKED_ARTICLES.format(join=dialect.join, condition=condition))
        many += more
    parts = [f"f.id IN ({' UNION '.join(named)})"] if named else []
    return f"({' OR '.join([*parts, *walked])})", (*few, *many), COUNTED_WALKING if walked else COUNTED
