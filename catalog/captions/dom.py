"""A page as a tree that is walked once: parsing within bounds, document order, and the words of an element."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from operator import attrgetter

from lxml import etree

from .words import roles

Element = etree._Element

#: Elements beyond this number are not read (the page gets a warning).
MAX_ELEMENTS = 250_000
MAX_CHARACTERS = 64_000_000
#: Words of one element beyond this length cannot be a caption or credit.
MAX_WORDS = 20_000

SILENT = frozenset({"script", "style", "noscript", "template", "svg", "button", "iframe", "select", "textarea", "head"})
BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_NOT_FLAT = SILENT | BLOCKS
_FEW = 20
#: Attributes that name the address of a background.
BACKGROUNDS = ("data-bg", "data-background-image")
_SPACES = re.compile(r"\s+")
_tag_of = attrgetter("tag")
_INVISIBLE = "\u200b\u2060\ufeff\u00ad"
_WITHOUT = dict.fromkeys(map(ord, _INVISIBLE))


@dataclass(slots=True)
class Page:
    """A parsed page: its elements in document order, by tag, and their positions in that order."""

    root: Element
    elements: list[Element]
    order: dict[Element, int]
    tags: dict[str, list[Element]]
    cut: bool = False
    too_deep: bool = False
    ids: dict[str, Element] | None = field(default=None)

    def all(self, *names: str) -> list[Element]:
        """Return the elements of these tags in document order."""
        if len(names) == 1:
            return self.tags.get(names[0], [])
        found = [e for n in names for e in self.tags.get(n, ())]
        found.sort(key=self.order.__getitem__)
        return found

    def bearers(self, element: Element) -> list[Element]:
        """Return those of ``element`` and all below it whose attributes may name a background or hold JSON with captions.

        One look at all attributes serves both.
        """
        found = [
            e
            for e in self.elements[self.order.get(element, 0) : self.end(element) + 1]
            for name, value in e.items()
            if "url(" in value or 'aption"' in value or name in BACKGROUNDS
        ]
        return list(dict.fromkeys(found))

    def end(self, element: Element) -> int:
        """Return the place in document order of the last element within ``element``."""
        last = element
        while len(last):
            last = last[-1]
        return self.order.get(last, len(self.elements) - 1)

    def by_id(self, ident: str) -> Element | None:
        """Return the first element with this ``id``."""
        if self.ids is None:
            self.ids = {}
            for element in self.elements:
                if name := element.get("id"):
                    self.ids.setdefault(name, element)
        return self.ids.get(ident)


def parse(text: str) -> Page:
    """Parse any text as HTML, leniently: bounded depth and size, no entities of its own, no network. Never fails."""
    cut = len(text) > MAX_CHARACTERS
    data = text[:MAX_CHARACTERS].encode("utf-8", "replace")
    if b"\0" in data:
        data = data.replace(b"\0", "\ufffd".encode())
    # huge_tree only lifts the depth read from 256 to 2,048 elements (unclosed tags nest) and the length of one text; the
    # HTML parser knows no entities but HTML's own.
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, no_network=True, huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser) if data and not data.isspace() else None
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        root = etree.Element("html")
    elements = list(islice(root.iter("*"), MAX_ELEMENTS))
    tags: defaultdict[str, list[Element]] = defaultdict(list)
    for tag, element in zip(map(_tag_of, elements), elements, strict=True):
        tags[tag].append(element)
    cut = cut or len(elements) == MAX_ELEMENTS
    too_deep = any(e.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for e in parser.error_log)
    order = dict(zip(elements, range(len(elements)), strict=True))
    return Page(root, elements, order, dict(tags), cut, too_deep)


def names(element: Element) -> str:
    """Return the class, id, role and ``data-testid`` of an element, space-separated."""
    get = element.get
    return f"{get('class', '')} {get('id', '')} {get('role', '')} {get('data-testid', '')} {get('itemprop', '')}"


def says(element: Element) -> frozenset[str]:
    """Return what the names of an element say (see :func:`catalog.captions.words.roles`)."""
    return roles(names(element))


def ancestors(element: Element) -> Iterator[Element]:
    """Yield the elements around ``element``, nearest first."""
    return element.iterancestors()


def tidy(text: str) -> str:
    """Return ``text`` with each run of white space as one space and without invisible characters."""
    if not text.isascii() and any(sign in text for sign in _INVISIBLE):
        text = text.translate(_WITHOUT)
    return " ".join(text.split())


def pieces(element: Element, leave: frozenset[Element] | set[Element] = frozenset()) -> Iterator[str]:
    """Yield the text of ``element`` run by run, ``"\\n"`` where a block begins or ends, without silent parts and ``leave``.

    Iterative: depth does not matter.
    """
    skip: Element | None = None
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if skip is not None:
                continue
            if node is not element and (node.tag in SILENT or node in leave):
                skip = node
                continue
            if node.tag in BLOCKS:
                yield "\n"
            if node.text:
                yield " " if node.text == "\n" else node.text
        else:
            if skip is not None and node is not skip:
                continue
            if skip is None and node.tag in BLOCKS:
                yield "\n"
            skip = None
            if node is not element and node.tail:
                yield " " if node.tail == "\n" else node.tail


def _flat(element: Element, leave: frozenset[Element] | set[Element]) -> str | None:
    """The text of an element whose children are all inline, childless and readable, as most paragraphs' are; else ``None``."""
    found = [element.text or ""]
    for child in element:
        if len(child) or child.tag in _NOT_FLAT or child in leave:
            return None
        found += (child.text or "", child.tail or "")
    text = "".join(found)
    return text if len(text) <= MAX_WORDS else None


def words(element: Element, leave: frozenset[Element] | set[Element] = frozenset(), lines: bool = False) -> str:
    """Return the readable text of ``element`` on one line, or (``lines``) one line per block; at most 20,000 characters."""
    if len(element) == 0:
        return tidy((element.text or "")[:MAX_WORDS])
    if len(element) <= _FEW and (flat := _flat(element, leave)) is not None:
        return tidy(flat)
    found: list[str] = []
    size = 0
    for piece in pieces(element, leave):
        # White space of the source is no line break; only the marks that pieces() makes are.
        found.append(piece if piece == "\n" or not lines else _SPACES.sub(" ", piece))
        size += len(piece)
        if size > MAX_WORDS:
            break
    text = "".join(found)
    return "\n".join(t for line in text.split("\n") if (t := tidy(line))) if lines else tidy(text)
