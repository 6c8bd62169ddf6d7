"""The query language.

::

    query   = or
    or      = and { "OR" and }
    and     = item { ["AND"] item }
    item    = { "-" | "NOT " } ( "(" or ")" | term )
    term    = word | phrase | field ":" value | "sort:" order          (sort only at the top level)
    word    = characters up to a blank, a bracket or a quotation mark, [ "*" ]
    phrase  = '"' anything but '"' '"' [ "*" ]                            (typographic quotation marks too)
    value   = word | phrase
    field   = caption credit byline title article place person tag filename note publisher      words
            | format kind orientation colour                                            one of a few values
            | date imported                                       2017  2017-03  a..b  >=2017  today  yesterday
            | width height size megapixels copies                      1600  >=1600  800..1600  size:<2MB
            | id                                                                        an id, or abc*
            | has missing is                                                            words of HAS and IS
            | similar                                                                   ID or ID~bits

Words stand for themselves however they are written (accents, case); signs between letters separate words that must
then stand next to each other. Signs alone are skipped. ``*`` stands for any ending.
Length, depth and number of terms are bounded, so that any text is answered or refused at once.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from datetime import UTC, date, datetime

from ..errors import QueryError
from . import nodes
from .colours import NAMES, named
from .fold import fold, query_tokens
from .nodes import Node, Query
from .values import DAY_HINT, NUMBER_HINT, day_bounds, number_bounds

MAX_LENGTH = 8000
MAX_DEPTH = 8
MAX_TERMS = 100
#: Terms that stand for any number of words or need a look at every picture.
MAX_WIDE_TERMS = 12
#: How few letters may stand before ``*``: a shorter beginning selects too much to be of use.
MIN_PREFIX = 2
DEFAULT_DISTANCE = 8

_CLOSING = {'"': '"', "“": "”“", "„": "“”", "‟": "”", "«": "»", "»": "«"}
_BLANK = re.compile(r"\s+")
_FIELD = re.compile(r"([A-Za-z]{1,20}):")
_RUN = re.compile(r'[^\s()"“”„‟«»]+')
_ID = re.compile(r"[0-9A-Za-z_.-]{1,80}")
_SIMILAR = re.compile(r"([0-9A-Za-z_.-]{1,80}?)(?:~([0-9]{1,3}))?")
_ALL_FIELDS = (
    *nodes.TEXT_FIELDS, *nodes.VALUE_FIELDS, *nodes.DATE_FIELDS, *nodes.NUMBER_FIELDS,
    "id", "has", "missing", "is", "similar", "sort",
)  # fmt: skip


def parse(text: str, today: date | None = None) -> Query:
    """Return the query that ``text`` says. ``today`` (UTC by default) is what relative dates count from.

    Raises QueryError with the column and what was expected.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(f"A query has at most {MAX_LENGTH} characters", MAX_LENGTH + 1)
    return _Parser(text, today or datetime.now(UTC).date()).query()


class _Parser:
    def __init__(self, text: str, today: date) -> None:
        self.text, self.today = text, today
        self.at = 0
        self.terms = self.wide = 0
        self.sort = ""

    # ---- structure

    def query(self) -> Query:
        node = self._or(0)
        self._skip()
        if self.at < len(self.text):
            raise QueryError("There is no “(” to this “)”: expected a word or the end", self.at + 1)
        if node is None and not self.sort and self.text.strip():
            raise QueryError("There is nothing to search for: expected a word with letters or digits", 1)
        return Query(node or nodes.All(), self.sort)

    def _or(self, depth: int) -> Node | None:
        options: list[Node] = []
        while True:
            here = self.at
            option = self._and(depth)
            operator = self._operator("OR")
            if option is None and (options or operator):
                raise self._error("Expected a word on this side of OR", here)
            if option is not None:
                options.append(option)
            if not operator:
                return nodes.disjunction(options) if options else None

    def _and(self, depth: int) -> Node | None:
        children: list[Node] = []
        while True:
            child = self._item(depth)
            if child is None:
                if not self._operator("AND"):
                    return nodes.conjunction(children) if children else None
                if not children:
                    raise self._error("Expected a word before AND", self.at - 3)
                here = self.at
                child = self._item(depth)
                if child is None:
                    raise self._error("Expected a word after AND", here)
            children.append(child)

    def _item(self, depth: int) -> Node | None:
        """The next item, or ``None`` at the end, at ``)`` and at OR and AND. ``sort:`` is taken on the way."""
        negated, start = False, -1
        while True:
            self._skip()
            here = self.at
            if self.text.startswith("-", here) or self._operator("NOT"):
                self.at = max(self.at, here + 1)
                if self.text[here] == "N" or self._binds():
                    negated, start = not negated, here if start < 0 else start
                else:
                    negated, start = False, -1
                continue
            if self.text.startswith("(", here):
                node = self._group(depth)
            elif here >= len(self.text) or self.text[here] == ")" or self._sees("OR") or self._sees("AND"):
                if start >= 0:
                    raise self._error("Expected a word to leave out after this", start)
                return None
            else:
                term = self._term(depth, start >= 0)
                if term is None:
                    if start >= 0:
                        raise self._error("Expected a word to leave out after this", start)
                    continue
                node = term
            return nodes.negation(node) if negated else node

    def _binds(self) -> bool:
        """Whether the minus sign just read belongs to what follows; one that stands alone is skipped like other signs."""
        return self.at < len(self.text) and not self.text[self.at].isspace() and self.text[self.at] != ")"

    def _group(self, depth: int) -> Node:
        here = self.at
        if depth >= MAX_DEPTH:
            raise self._error(f"Brackets are nested deeper than {MAX_DEPTH}", here)
        self.at += 1
        node = self._or(depth + 1)
        self._skip()
        if not self.text.startswith(")", self.at):
            raise self._error("This bracket is not closed: expected “)”", here)
        if node is None:
            raise self._error("Expected a word between these brackets", here)
        self.at += 1
        return node

    # ---- terms

    def _term(self, depth: int, negated: bool) -> Node | None:
        """One term, or ``None`` when it says nothing to search for (signs alone, ``sort:``)."""
        here = self.at
        field = _FIELD.match(self.text, here)
        if field and self._is_field(field.group(1), field.end()):
            self.at = field.end()
            name = nodes.ALIASES.get(field.group(1).lower(), field.group(1).lower())
            value, quoted, star = self._value(name)
            if name == "sort":
                if depth or negated or self.sort:
                    raise self._error("sort: stands once, outside brackets", here)
                self.sort = self._choice(value, nodes.SORTS, "sort", field.end())
                return None
            node = self._field(name, value, quoted, star, field.end())
        else:
            value, _, star = self._value("")
            node = self._words("", value, star, here)
        if node is not None:
            self.terms += 1
            self.wide += isinstance(node, nodes.Similar) or (isinstance(node, nodes.Words) and node.prefix)
            if self.terms > MAX_TERMS:
                raise self._error(f"A query has at most {MAX_TERMS} terms", here)
            if self.wide > MAX_WIDE_TERMS:
                raise self._error(f"A query has at most {MAX_WIDE_TERMS} terms with * or similar:", here)
        return node

    def _is_field(self, name: str, end: int) -> bool:
        """Whether ``name:`` means a field. Unknown names are errors, except before a blank or ``/`` (text, addresses)."""
        low = name.lower()
        known = low in _ALL_FIELDS or low in nodes.ALIASES
        if known or end >= len(self.text) or self.text[end].isspace() or self.text[end] == "/":
            return known
        near = difflib.get_close_matches(low, _ALL_FIELDS, 1)
        hint = f"did you mean {near[0]}:" if near else "expected one of " + ", ".join(_ALL_FIELDS)
        raise self._error(f"There is no field “{name}:”; {hint} (or quotation marks around words)", end - len(name) - 1)

    def _value(self, name: str) -> tuple[str, bool, bool]:
        """The value at the present place: its text, whether it was quoted, whether ``*`` ends it."""
        here = self.at
        opening = self.text[here : here + 1]
        if opening in _CLOSING and opening:
            end = min((e for c in _CLOSING[opening] if (e := self.text.find(c, here + 1)) >= 0), default=-1)
            if end < 0:
                raise self._error("This quotation mark is not closed", here)
            star = self.text.startswith("*", end + 1)
            self.at = end + 1 + star
            return self.text[here + 1 : end], True, star
        run = _RUN.match(self.text, here)
        if run is None:
            if not name:
                self.at += 1
                return "", False, False
            raise self._error(f"Expected a value right after {name}:", here)
        self.at = run.end()
        value = run.group()
        bare = value.rstrip("*")
        return bare, False, bare != value

    def _words(self, field: str, text: str, star: bool, here: int) -> Node | None:
        found, prefix = query_tokens(text, star)
        if not found:
            if field:
                raise self._error(f"Expected a word with letters or digits after {field}:", here)
            return None
        if prefix and star and len(found) == 1 and len(found[0]) < MIN_PREFIX and found[0].isascii():
            raise self._error(f"Expected at least {MIN_PREFIX} letters before *", here)
        return nodes.Words(field, found, prefix, text, star)

    def _field(self, name: str, value: str, quoted: bool, star: bool, here: int) -> Node | None:
        if name in nodes.TEXT_FIELDS:
            return self._words(name, value, star, here)
        value = value.strip()
        if name == "id":
            if not _ID.fullmatch(value):
                raise self._error("Expected an id after id:", here)
            return nodes.Ident(value, star)
        if star:
            raise self._error(f"{name}: takes a whole value, without *", here)
        if name in nodes.DATE_FIELDS:
            return nodes.Days(
                name, *self._bounds(lambda: day_bounds(value, self.today), DAY_HINT, name, value, here), value.lower()
            )
        if name in nodes.NUMBER_FIELDS:
            scale = 10**6 if name == "megapixels" else 1
            return nodes.Number(
                name, *self._bounds(lambda: number_bounds(value, scale), NUMBER_HINT, name, value, here), value.lower()
            )
        if name in ("has", "missing"):
            flag = nodes.Flag("has", self._choice(value, nodes.HAS, name, here))
            return nodes.Not(flag) if name == "missing" else flag
        if name == "is":
            return nodes.Flag("is", self._choice(value, nodes.IS, name, here))
        if name == "similar":
            return self._similar(value, here)
        return self._few(name, value, here)

    def _few(self, name: str, value: str, here: int) -> Node:
        if name == "colour":
            found = named(value)
            if not found:
                raise self._error(f"Expected a colour after colour: one of {', '.join(NAMES)} or #rrggbb", here)
            return nodes.Value(name, found)
        if name == "orientation":
            return nodes.Value(name, self._choice(value, ("landscape", "portrait", "square"), name, here))
        folded = " ".join(fold(value).split())
        if not query_tokens(folded)[0]:
            raise self._error(f"Expected a word with letters or digits after {name}:", here)
        return nodes.Value(name, {"jpg": "jpeg", "tif": "tiff"}.get(folded, folded))

    def _similar(self, value: str, here: int) -> Node:
        match = _SIMILAR.fullmatch(value)
        if match is None:
            raise self._error(
                "Expected a picture's id and bits after similar:, such as similar:0123456789abcdef~8", here
            )
        distance = int(match.group(2)) if match.group(2) else DEFAULT_DISTANCE
        if distance > nodes.MAX_DISTANCE:
            raise self._error(f"Expected at most {nodes.MAX_DISTANCE} bits after ~", here)
        return nodes.Similar(match.group(1).lower(), distance)

    def _bounds(
        self, read: Callable[[], tuple[int | None, int | None]], hint: str, name: str, value: str, here: int
    ) -> tuple[int | None, int | None]:
        try:
            return read()
        except (ValueError, OverflowError) as error:
            raise self._error(f"“{value[:40]}”: {error}. Expected {hint} after {name}:", here) from None

    def _choice(self, value: str, choices: tuple[str, ...], name: str, here: int) -> str:
        low = value.lower()
        if low not in choices:
            raise self._error(f"Expected one of {', '.join(choices)} after {name}:", here)
        return low

    # ---- characters

    def _skip(self) -> None:
        blank = _BLANK.match(self.text, self.at)
        if blank:
            self.at = blank.end()

    def _sees(self, word: str) -> bool:
        end = self.at + len(word)
        return self.text.startswith(word, self.at) and (end == len(self.text) or self.text[end] in ' ()"\t\r\n')

    def _operator(self, word: str) -> bool:
        self._skip()
        if not self._sees(word):
            return False
        self.at += len(word)
        return True

    def _error(self, message: str, at: int) -> QueryError:
        return QueryError(message, at + 1)
