"""What stands around a name: the documents of that id and all that name it, read in one question to the server.

A decision looks at a finding, at its pictures and articles, at who links, matches or has decided on them: some thirty small
questions, of which each but the first can be foreseen. So a section that must ask for a name asks at once for everything about
that name and about those that the documents it has just read speak of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ..base import Doc, Value, lookup_values
from .connection import Rows
from .rows import from_text, lookup_key, to_text

#: The fields that hold ids of other documents, by kind, and of which kind those are: "" where of several. Those of whole histories
#: are left out: they are long.
_NAMING: Mapping[str, Mapping[str, str]] = {
    "caption": {"article": "article"},
    "link": {"caption": "caption", "image": "image", "article": "article"},
    "match": {"a": "image", "b": "image"},
    "conflict": {"a": "caption", "b": "caption", "images": "image"},
    "finding": {"subjects": "", "images": "image", "articles": "article"},
    "decision": {"subject": "", "subjects": "", "undoes": "decision"},
}
#: The kinds of documents that a name may be the id of.
KINDS = dict.fromkeys(("article", "caption", "image", "link", "match", "conflict", "finding", "decision"))
#: Kinds that one and the same name is asked for as, to find out what it is.
MAY_BE_ANY = frozenset({"article", "caption", "image"})
#: Decisions also speak of ``image:ID`` and ``article:ID``, in these fields.
_SPOKEN_OF = ("subject", "subjects")
_PREFIXES = ("image:", "article:")
#: Names asked about at once, and documents that one answer may hold: more are asked for as they are needed.
NAMES, MOST = 12, 400
#: Documents of which it is remembered what they speak of.
SHOWN = 1_000

#: The keys stand in a question of their own: from so many the planner would conclude that most documents have one of them, and
#: read all.
ASK = """
SELECT kind, id, doc::text, keys::text FROM document WHERE keys && (SELECT %s::uuid[])
UNION ALL
SELECT kind, id, doc::text, '{}' FROM document WHERE kind = ANY(%s::text[]) AND id = ANY(%s::text[])
LIMIT %s
"""
NAMING = "SELECT kind, id, doc::text, keys::text FROM document WHERE keys && (SELECT %s::uuid[]) LIMIT %s"
_KINDS = f"{{{','.join(KINDS)}}}"
Texts = dict[tuple[str, str], str | None]
#: The ids found by kind, field and value.
Found = dict[Value, list[str]]
#: What was asked for, by its key.
Keys = dict[str, Value]


def _looked_for(own: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Every field that may name a document of kind ``own`` (""  for any), and what stands before its id there."""
    prefixes = ("", *(p for p in _PREFIXES if p == f"{own}:" or not own))
    return tuple(
        (kind, field, prefixes if kind == "decision" and field in _SPOKEN_OF else ("",))
        for kind, fields in _NAMING.items()
        for field, named in fields.items()
        if not own or named in ("", own)
    )


_LOOKED_FOR = {own: _looked_for(own) for own in ("", *KINDS)}


def bare(name: str) -> str:
    """Return the id in what a decision may speak of."""
    for prefix in _PREFIXES:
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return name


def foreseen(kind: str, field: str) -> bool:
    """Return whether :func:`ask` answers who has a value in this field."""
    return field in _NAMING.get(kind, ())


def named_in(kind: str, doc: Doc) -> Iterator[tuple[str, str]]:
    """Yield (id, kind) of what a document speaks of, the kind "" where it may be several."""
    for field, own in _NAMING.get(kind, {}).items():
        for value in lookup_values(doc, field):
            yield bare(value), own


class Spoken:
    """What single documents that were read outside any section speak of: whoever decides on one has just been shown it.

    A guess only, of what to ask for together: the documents themselves are read anew. Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._of: dict[str, dict[str, str]] = {}

    def note(self, kind: str, ident: str, doc: Doc) -> None:
        """Remember what a document speaks of."""
        named: dict[str, str] = {}
        for name, own in named_in(kind, doc):
            named[name] = named.get(name) or own
        if named:
            if len(self._of) >= SHOWN:
                self._of.clear()
            self._of[ident] = named

    def of(self, name: str) -> Mapping[str, str]:
        """Return the names, and the kind of each, of which the document of this name spoke when it was last read."""
        return self._of.get(name, {})


def ask(run: Callable[..., Rows], names: Mapping[str, str]) -> tuple[Texts, Found, Keys] | None:
    """Return the texts of the documents around ``names``, and what is found by naming them; ``None`` when they are very many.

    ``names`` have the kind that they are thought to be of, by which nothing but the finding is narrowed. What is not there is told
    too: every kind of document under each name, and every value by which nothing is found. ``run`` takes a statement and its
    parameters.
    """
    values = {
        lookup_key(kind, field, prefix + name): (kind, field, prefix + name)
        for name, own in names.items()
        for kind, field, prefixes in _LOOKED_FOR[own]
        for prefix in prefixes
    }
    rows = run(ASK, f"{{{','.join(values)}}}", _KINDS, [to_text(name) for name in names], MOST)
    if len(rows) == MOST:
        return None
    texts: Texts = {(kind, name): None for kind in KINDS for name in names}
    found = _taken(rows, values, texts)
    return texts, found, values


def naming(run: Callable[..., Rows], asked: Sequence[Value]) -> tuple[Texts, Found, Keys] | None:
    """Return the texts of the documents found by some values, and which those are of each; ``None`` when they are very many.

    A single value is not worth asking ahead for.
    """
    if len(asked) < 2:
        return None
    values = {lookup_key(*value): value for value in asked}
    rows = run(NAMING, f"{{{','.join(values)}}}", MOST)
    if len(rows) == MOST:
        return None
    texts: Texts = {}
    found = _taken(rows, values, texts)
    return texts, found, values


def _taken(rows: Rows, values: Mapping[str, Value], texts: Texts) -> Found:
    """Put the texts of ``rows`` among ``texts``; return the ids that each of the values finds."""
    found: dict[str, set[str]] = {}
    for kind, ident, text, keys in rows:
        own = from_text(ident)
        texts[kind, own] = text
        for key in keys.strip("{}").replace("-", "").split(","):
            if key in values:
                found.setdefault(key, set()).add(own)
    return {value: sorted(found.get(key, ())) for key, value in values.items()}
