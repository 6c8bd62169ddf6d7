"""What stands around a name: the documents of that id and all that name it, read in one question to the server.

A decision looks at a finding, at its pictures and articles, at who links, matches or has decided on them: some thirty small
questions, of which each but the first can be foreseen. So a section that must ask for a name asks at once for everything about
that name and about those that the documents it has just read speak of.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from psycopg import Connection

from ..base import Doc, lookup_values
from .rows import from_text, lookup_key, to_text

#: The fields that hold ids of other documents, by kind. Those of whole histories are left out: they are long.
_NAMING: Mapping[str, tuple[str, ...]] = {
    "caption": ("article",),
    "link": ("caption", "image", "article"),
    "match": ("a", "b"),
    "conflict": ("a", "b", "images"),
    "finding": ("subjects", "images", "articles"),
    "decision": ("subject", "subjects", "undoes"),
}
#: The kinds of documents that a name may be the id of.
KINDS = ("article", "caption", "image", "link", "match", "conflict", "finding", "decision")
#: Decisions also speak of ``image:ID`` and ``article:ID``.
_PREFIXES = ("image:", "article:")
#: Names asked about at once, and documents that one answer may hold: more are asked for as they are needed.
NAMES, MOST = 12, 400

#: The keys stand in a question of their own: from so many the planner would conclude that most documents have one of them, and
#: read all.
_ASK = """
SELECT kind, id, doc::text, keys::text FROM document WHERE keys && (SELECT %(keys)s::uuid[])
UNION ALL
SELECT kind, id, doc::text, '{}' FROM document WHERE kind = ANY(%(kinds)s) AND id = ANY(%(ids)s)
LIMIT %(most)s
"""

Texts = dict[tuple[str, str], str | None]


def bare(name: str) -> str:
    """Return the id in what a decision may speak of."""
    for prefix in _PREFIXES:
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return name


def foreseen(kind: str, field: str) -> bool:
    """Return whether :func:`ask` answers who has a value in this field."""
    return field in _NAMING.get(kind, ())


def named_in(kind: str, doc: Doc) -> list[str]:
    """Return the ids that a document speaks of."""
    return [bare(value) for field in _NAMING.get(kind, ()) for value in lookup_values(doc, field)]


def ask(connection: Connection[Any], names: Collection[str]) -> tuple[Texts, dict[str, list[str]]] | None:
    """Return the texts of the documents around ``names``, and by each key the ids found by it; ``None`` when they are very many.

    What is not there is told too: every kind of document under each name, and every key that finds nothing.
    """
    found: dict[str, set[str]] = {}
    for name in names:
        found |= {lookup_key(kind, field, name): set() for kind, fields in _NAMING.items() for field in fields}
        found |= {lookup_key("decision", "subject", prefix + name): set() for prefix in _PREFIXES}
    ids = [to_text(name) for name in names]
    params = {"keys": "{" + ",".join(found) + "}", "kinds": list(KINDS), "ids": ids, "most": MOST}
    rows = connection.execute(_ASK, params).fetchall()
    if len(rows) == MOST:
        return None
    texts: Texts = {(kind, name): None for kind in KINDS for name in names}
    for kind, ident, text, keys in rows:
        own = from_text(ident)
        texts[kind, own] = text
        for key in keys.strip("{}").replace("-", "").split(","):
            if key in found:
                found[key].add(own)
    return texts, {key: sorted(idents) for key, idents in found.items()}
