"""Captions and credits that attributes hold: of a picture, of what wraps it, of the link to its large version.

Which attributes these are stands in ``data/pagewords.toml``. Galleries that a script draws often hold them as JSON in an
attribute of the element that they are drawn into.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any

from .data import load
from .dom import Element, parse, tidy, words
from .story import load_json

MAX_CREDIT = 160
MAX_CAPTION = 2500
#: Elements outwards from a picture in whose attributes its caption may stand.
REACH = 4
#: Words below which a link's ``title`` is a name or an instruction, not a caption.
LINK_TITLE_WORDS = 4
MAX_HOLDERS = 50
#: Characters below which an attribute holds no JSON that names a picture and its caption.
SHORTEST = 30
_PICTURE_LINK = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|[?#])", re.I)


@cache
def _names(role: str) -> dict[str, None]:
    """The attributes of that role in their written order."""
    return dict.fromkeys(load("pagewords")[role].split())


def plain(value: str) -> str:
    """Return an attribute's or script's text; markup inside it is taken out."""
    return words(parse(value[:20_000]).root, lines=True) if "<" in value else tidy(value)


def _value(node: Element, role: str, longest: int) -> str:
    """The first attribute of that role with words, as text: no addresses, switches or JSON."""
    names = _names(role)
    if names.keys().isdisjoint(node.keys()):
        return ""
    for name in names:
        value = node.get(name)
        if not value or not 2 < len(value) < longest or value.lstrip()[:1] in "{[#/.":
            continue
        text = plain(value)
        if any(c.isalpha() for c in text) and "://" not in text and text.casefold() not in ("true", "false", "none"):
            return text
    return ""


def caption_of(node: Element) -> str:
    """Return the caption that an element's attributes hold, or ``""``: more than one word, save in scripts without spaces."""
    text = _value(node, "caption_attributes", MAX_CAPTION)
    return text if len(text) > 12 or " " in text or not text.isascii() else ""


def credit_of(node: Element) -> str:
    """Return the credit that an element's attributes hold, or ``""``."""
    return _value(node, "credit_attributes", MAX_CREDIT)


def link_title(node: Element) -> str:
    """Return the ``title`` of a link to a picture file where it has the length of a caption, or ``""``."""
    if node.tag != "a" or not _PICTURE_LINK.search(node.get("href") or ""):
        return ""
    text = plain(node.get("title") or "")
    return text if len(text.split()) >= LINK_TITLE_WORDS and len(text) < MAX_CAPTION else ""


def around(element: Element) -> Iterator[Element]:
    """Yield a picture element and those near around it, nearest first, no wider than its figure or list item."""
    yield element
    steps = 0
    for above in element.iterancestors():
        if steps >= REACH or above.tag in ("body", "article", "main"):
            return
        yield above
        if above.tag == "figure" and next(above.iter("figcaption"), None) is None:
            # An element for the caption alone, which a script fills from its attributes.
            yield from islice((e for e in above.iter("div", "span") if _is_captions_own(e)), 1)
        steps += above.tag not in ("source", "picture")
        if above.tag in ("figure", "li", "p"):
            return


def _is_captions_own(element: Element) -> bool:
    return len(element) == 0 and any("caption" in str(name) for name in element.attrib)


def galleries(elements: Iterable[Element]) -> Iterator[tuple[Element, Any]]:
    """Yield those of the elements that hold JSON with captions in an attribute, and that JSON; at most fifty."""
    found = (
        (element, value)
        for element in elements
        for value in element.values()
        if isinstance(value, str) and len(value) >= SHORTEST and 'aption"' in value and value.lstrip()[:1] in ("[", "{")
    )
    for holder, value in islice(found, MAX_HOLDERS):
        yield holder, load_json(value)
