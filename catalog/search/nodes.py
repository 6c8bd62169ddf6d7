"""The query tree: small frozen nodes that print as the query language. How they are run is not said here.

Every node prints to text that parses back to an equal node. Days are ordinals (:meth:`datetime.date.toordinal`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import cached_property

from .fold import query_tokens

#: Fields of words. A word without a field is looked for in all of them.
TEXT_FIELDS = (
    "caption", "credit", "byline", "title", "article", "place", "person", "tag", "filename", "note", "publisher",
)  # fmt: skip
#: Fields whose words rank; words in the others only choose.
RANKING_FIELDS = ("", "caption", "title", "article", "tag", "note")
#: Fields with one of a few values, compared whole after folding.
VALUE_FIELDS = ("format", "kind", "orientation", "colour")
DATE_FIELDS = ("date", "imported")
NUMBER_FIELDS = ("width", "height", "size", "megapixels", "copies")
#: Other names by which fields are known.
ALIASES = {"color": "colour", "people": "person", "headline": "title", "file": "filename", "keyword": "tag"}

HAS = (
    "caption", "credit", "byline", "title", "article", "place", "person", "tag", "note", "publisher", "date", "gps",
    "duplicate", "conflict",
)  # fmt: skip
IS = ("linked", "unlinked", "unsure", "duplicate", "conflict", "reviewed", "rejected", "hidden")
SORTS = (
    "relevance", "date", "-date", "imported", "-imported", "width", "-width", "height", "-height", "size", "-size",
    "megapixels", "-megapixels", "filename", "-filename",
)  # fmt: skip
MAX_DISTANCE = 16

_BARE = re.compile(r'[^\s()"“”„‟«»:*-][^\s()"“”„‟«»:*]*')


def quoted(text: str) -> str:
    """Return ``text`` so that it parses as one value: as it is, or in quotation marks."""
    if _BARE.fullmatch(text) and text not in ("OR", "AND", "NOT") and query_tokens(text)[0]:
        return text
    return '"' + text.replace('"', " ") + '"'


@dataclass(frozen=True)
class All:
    """Every picture."""

    def __str__(self) -> str:
        return ""


@dataclass(frozen=True)
class Words:
    """Tokens next to each other in one field (any field when ``field`` is ``""``); the last may be a beginning only.

    ``text`` is what was typed; two nodes that look for the same are equal.
    """

    field: str
    tokens: tuple[str, ...]
    prefix: bool
    text: str = attribute(compare=False)
    star: bool = attribute(default=False, compare=False)

    def __str__(self) -> str:
        return (f"{self.field}:" if self.field else "") + quoted(self.text) + ("*" if self.star else "")


@dataclass(frozen=True)
class Ident:
    """The picture with this id, or those whose ids begin with it."""

    value: str
    prefix: bool = False

    def __str__(self) -> str:
        return f"id:{self.value}" + ("*" if self.prefix else "")


@dataclass(frozen=True)
class Value:
    """One of a few values of a field: a format, a kind, an orientation, a colour."""

    field: str
    value: str

    def __str__(self) -> str:
        return f"{self.field}:{quoted(self.value)}"


@dataclass(frozen=True)
class Days:
    """A date within two days, both included; ``None`` is open. ``spec`` is how it was written. Unknown dates never match."""

    field: str
    low: int | None
    high: int | None
    spec: str

    def __str__(self) -> str:
        return f"{self.field}:{self.spec}"


@dataclass(frozen=True)
class Number:
    """A number within two bounds, both included; ``None`` is open. Megapixels are counted in pixels.

    ``spec`` is how it was written.
    """

    field: str
    low: int | None
    high: int | None
    spec: str

    def __str__(self) -> str:
        return f"{self.field}:{self.spec}"


@dataclass(frozen=True)
class Flag:
    """A word of :data:`HAS` or :data:`IS` that holds of the picture; ``group`` is ``has`` or ``is``."""

    group: str
    word: str

    def __str__(self) -> str:
        return f"{self.group}:{self.word}"


@dataclass(frozen=True)
class Similar:
    """Pictures whose 64-bit fingerprint differs from that of ``id`` in at most ``distance`` bits, itself included."""

    id: str
    distance: int

    def __str__(self) -> str:
        return f"similar:{self.id}~{self.distance}"


@dataclass(frozen=True)
class Not:
    """What the child does not select."""

    child: Node

    def __str__(self) -> str:
        if isinstance(self.child, Flag) and self.child.group == "has":
            return f"missing:{self.child.word}"
        return f"-({self.child})" if isinstance(self.child, And | Or) else f"-{self.child}"


@dataclass(frozen=True)
class And:
    """What all children select."""

    children: tuple[Node, ...]

    def __str__(self) -> str:
        return " ".join(f"({c})" if isinstance(c, Or) else str(c) for c in self.children)


@dataclass(frozen=True)
class Or:
    """What any child selects."""

    children: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(str(c) for c in self.children)


Node = All | Words | Ident | Value | Days | Number | Flag | Similar | Not | And | Or


def conjunction(children: list[Node]) -> Node:
    """Return the node that all ``children`` select, flat."""
    flat: list[Node] = []
    for child in children:
        flat.extend(child.children if isinstance(child, And) else () if isinstance(child, All) else (child,))
    return All() if not flat else flat[0] if len(flat) == 1 else And(tuple(flat))


def disjunction(children: list[Node]) -> Node:
    """Return the node that any of ``children`` selects, flat."""
    flat: list[Node] = []
    for child in children:
        flat.extend(child.children if isinstance(child, Or) else (child,))
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def negation(child: Node) -> Node:
    """Return the complement of ``child``."""
    return child.child if isinstance(child, Not) else Not(child)


def leaves(node: Node) -> list[Node]:
    """Return all nodes of a tree that are not and, or, not."""
    if isinstance(node, And | Or):
        return [leaf for child in node.children for leaf in leaves(child)]
    return leaves(node.child) if isinstance(node, Not) else [node]


@dataclass(frozen=True)
class Query:
    """A parsed query: the tree, and the order it asks for (``""`` when it does not)."""

    node: Node
    sort: str = ""

    def __str__(self) -> str:
        return f"{self.node} sort:{self.sort}".strip() if self.sort else str(self.node)

    @cached_property
    def effective(self) -> Node:
        """The tree that is run: pictures that were hidden are left out unless the query speaks of ``is:hidden``."""
        hidden = Flag("is", "hidden")
        return self.node if hidden in leaves(self.node) else conjunction([self.node, Not(hidden)])

    @property
    def is_all(self) -> bool:
        """Whether every picture is asked for."""
        return isinstance(self.node, All)

    @property
    def words(self) -> tuple[Words, ...]:
        """The words that a hit may be marked with: those not negated, in order."""
        return tuple(_positive(self.node))

    @property
    def ranks(self) -> bool:
        """Whether the query has words by which one picture can be more relevant than another."""
        return any(word.field in RANKING_FIELDS for word in self.words)

    def chips(self) -> tuple[tuple[str, Query], ...]:
        """Return each top-level term as text, with the query that is left when it is taken away."""
        terms = self.node.children if isinstance(self.node, And) else () if isinstance(self.node, All) else (self.node,)
        out = []
        for n, term in enumerate(terms):
            rest = conjunction([*terms[:n], *terms[n + 1 :]])
            out.append((str(term), Query(rest, self.sort)))
        return tuple(out)


def _positive(node: Node) -> list[Words]:
    if isinstance(node, And | Or):
        return [word for child in node.children for word in _positive(child)]
    return [node] if isinstance(node, Words) else []
