"""A page as a tree: parsing within bounds, its elements by tag, and the words of an element."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, islice
from typing import cast

from lxml import etree

from . import shadow
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
#: Characters that are encoded at once.
_PIECE = 2048
#: Attributes that name an element.
_NAMING = frozenset({"class", "id", "role", "data-testid", "itemprop"})
#: Elements of running text hold no data for scripts and have no background of their own.
_PLAIN = frozenset(
    ["p", "br", "b", "strong", "em", "i", "h2", "h3", "svg", "g", "path", "use", "circle", "script", "style", "source"]
)
#: Attributes that hold no data for scripts and name no background.
_COMMON = frozenset(
    [
        "class",
        "id",
        "role",
        "href",
        "target",
        "rel",
        "src",
        "srcset",
        "sizes",
        "alt",
        "title",
        "width",
        "height",
        "type",
        "loading",
        "decoding",
        "fetchpriority",
        "media",
        "lang",
        "dir",
        "itemprop",
        "itemscope",
        "itemtype",
        "tabindex",
        "datetime",
        "data-testid",
        "aria-label",
        "aria-hidden",
        "viewbox",
        "xlink:href",
        "onclick",
        "name",
        "d",
        "fill",
        "xmlns",
    ]
)
#: Tags whose elements are asked for on every page.
_ASKED = ("script", "meta", "title", "h1", "h2", "p", "article", "template")
#: Attributes that name the address of a background.
BACKGROUNDS = frozenset({"data-bg", "data-background-image"})
_ENDS = frozenset({"html", "body", "article", "main"})
_NO_LETTERS = re.compile(r"[\W_]+")
_INVISIBLE = ("\u200b", "\u2060", "\ufeff", "\u00ad")


@dataclass(slots=True)
class Page:
    """A parsed page. No table of all its elements is kept: most of them are far from the story.

    ``tables`` has those of the tags that every reading asks for, by tag, in document order. ``utf8`` is what was read of the
    source, in UTF-8, one sign for one sign.
    """

    root: Element
    tables: dict[str, list[Element]]
    utf8: bytes = b""
    cut: bool = False
    too_deep: bool = False
    ids: dict[str, Element] | None = field(default=None)

    def all(self, *names: str) -> list[Element]:
        """Return the elements of these tags in document order."""
        if len(names) == 1 and names[0] in self.tables:
            return self.tables[names[0]]
        return list(self.root.iter(*names))

    def by_id(self, ident: str) -> Element | None:
        """Return the first element with this ``id``."""
        if self.ids is None:
            self.ids = {}
            for element in self.root.iter("*"):
                if name := element.get("id"):
                    self.ids.setdefault(name, element)
        return self.ids.get(ident)


def parse(text: str, utf8: bytes = b"") -> Page:
    """Parse any text as HTML, leniently: bounded depth and size, no entities of its own, no network. Never fails.

    ``utf8`` is ``text`` in UTF-8 where the caller has it.
    """
    cut = len(text) > MAX_CHARACTERS
    data = utf8
    if cut or not data:
        text = text[:MAX_CHARACTERS]
        # Piece by piece: most pieces of a page are plain ASCII, which is encoded far faster.
        data = b"".join([text[i : i + _PIECE].encode("utf-8", "replace") for i in range(0, len(text), _PIECE)])
    source = data
    if b"\0" in data:
        data = data.replace(b"\0", "\ufffd".encode())
    # huge_tree only lifts the depth read from 256 to 2,048 elements (unclosed tags nest) and the length of one text; the
    # HTML parser knows no entities but HTML's own. The table of ids is of use to XPath's id() alone.
    parser = etree.HTMLParser(
        encoding="utf-8",
        recover=True,
        no_network=True,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(data, parser) if data and not data.isspace() else None
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        root = etree.Element("html")
    # An element takes three signs at least.
    if len(data) >= 3 * MAX_ELEMENTS and (beyond := next(islice(root.iter("*"), MAX_ELEMENTS, None), None)) is not None:
        _cut_from(beyond)
        cut = True
    tables = _tables(root)
    if shadow.compose(tables["template"]):
        tables = _tables(root)
    too_deep = any(e.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for e in parser.error_log)
    return Page(root, tables, source, cut, too_deep)


def _tables(root: Element) -> dict[str, list[Element]]:
    tables: dict[str, list[Element]] = {tag: [] for tag in _ASKED}
    for element in root.iter(*_ASKED):
        tables[element.tag].append(element)
    return tables


def _cut_from(element: Element) -> None:
    """Take ``element`` and all that follows it in document order out of its tree."""
    node = element
    while (above := node.getparent()) is not None:
        place = above.index(node)
        del above[place + (node is not element) :]
        node = above


def survey(elements: list[Element], end: int) -> tuple[list[Element], list[Element]]:
    """Return those of the elements that may show a picture by their tag, and the bearers among the first ``end``.

    The attributes of a bearer may name a background or hold JSON with captions. One look at all elements serves both.
    """
    showing, bearing = [], []
    for element in elements[:end]:
        tag = element.tag
        if tag in _PLAIN:
            continue
        if tag == "img" or tag == "video" or "-" in tag:
            showing.append(element)
        if _COMMON.issuperset(given := element.keys()):
            continue
        values = "\n".join(cast("list[str]", element.values()))
        if "url(" in values or 'aption"' in values or not BACKGROUNDS.isdisjoint(given):
            bearing.append(element)
    showing += [e for e in elements[end:] if (tag := e.tag) == "img" or tag == "video" or "-" in tag]
    return showing, bearing


def names(element: Element) -> str:
    """Return the class, id, role and ``data-testid`` of an element, space-separated."""
    given = element.keys()
    if len(given) < 2:
        # Most elements have a class and nothing else, or nothing.
        return (element.get(given[0]) or "") if given and given[0] in _NAMING else ""
    return " ".join([element.get(name) or "" for name in given if name in _NAMING])


def says(element: Element) -> frozenset[str]:
    """Return what the names of an element say (see :func:`catalog.captions.words.roles`)."""
    return roles(names(element))


def ends_search(element: Element) -> bool:
    """Tell whether what belongs to a picture is looked for no further out than inside this element: the page or a story.

    Drupal wraps each media item into an ``article`` of its own.
    """
    return element.tag in _ENDS and not (element.tag == "article" and "media" in (element.get("class") or "").split())


def ancestors(element: Element) -> Iterator[Element]:
    """Yield the elements around ``element``, nearest first."""
    return element.iterancestors()


def tidy(text: str) -> str:
    """Return ``text`` with each run of white space as one space and without invisible characters."""
    if not text:
        return ""
    if text.isprintable() and "  " not in text:
        # The plain space is the only white space that is printable, and what is invisible is not: as most texts are.
        return text.strip()
    if not text.isascii():
        for sign in _INVISIBLE:
            if sign in text:
                text = text.replace(sign, "")
    return " ".join(text.split())


def letters(text: str) -> str:
    """Return the letters and digits of ``text`` without regard to case, by which two spellings of one text are alike."""
    return _NO_LETTERS.sub("", text.casefold())


def pieces(
    element: Element, leave: frozenset[Element] | set[Element] = frozenset(), longest: float = math.inf
) -> list[str]:
    """Return the text of ``element`` run by run, ``"\\n"`` where a block begins or ends, without silent parts and ``leave``.

    Little more is read than ``longest`` signs. Iterative: depth does not matter.
    """
    found: list[str] = []
    size = _begin(element, found)
    ahead = [(element, iter(element))]
    while ahead and size <= longest:
        node, children = ahead[-1]
        for child in children:
            tag = child.tag
            if tag not in SILENT and child not in leave:
                size += _begin(child, found)
                if len(child):
                    ahead.append((child, iter(child)))
                    break
                if tag in BLOCKS:
                    found.append("\n")
            size += _add(child.tail, found)
        else:
            ahead.pop()
            if node.tag in BLOCKS:
                found.append("\n")
            if node is not element:
                size += _add(node.tail, found)
    return found


def _begin(element: Element, found: list[str]) -> int:
    """Add what stands at the beginning of an element; return how many signs."""
    if element.tag in BLOCKS:
        found.append("\n")
    return _add(element.text, found)


def _add(text: str | None, found: list[str]) -> int:
    if not text:
        return 0
    found.append(" " if text == "\n" else text)
    return len(text)


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
    found = pieces(element, leave, MAX_WORDS)
    if sum(map(len, found)) > MAX_WORDS:
        ends = accumulate(map(len, found))
        found = found[: 1 + next(i for i, end in enumerate(ends) if end > MAX_WORDS)]
    if lines:
        # White space of the source is no line break; only the marks that pieces() makes are.
        found = [p if p == "\n" else p.replace("\n", " ") for p in found]
    text = "".join(found)
    return "\n".join(t for line in text.split("\n") if (t := tidy(line))) if lines else tidy(text)
