"""The caption and credit that a page prints with a picture, found by where they stand.

Ways, the surest first: the figure's ``figcaption``; an element named as a caption in the picture's own wrapper; an
element that ``aria-describedby`` points at; a data attribute; short text that shares the wrapper; a paragraph beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..model import Evidence
from .credit import cut, has_marker, strip_marker
from .dom import Element, Page, says, tidy, words
from .pictures import Picture
from .region import Region

MAX_CAPTION = 2500
#: Log-odds that words found in this way are the picture's caption.
WEIGHTS = {
    "figcaption": 4.0,
    "figcaption-near": 2.5,
    "caption-class": 3.0,
    "caption-class-figure": 3.5,
    "aria-describedby": 3.0,
    "data-caption": 2.5,
    "wrapper-text": 1.5,
    "paragraph-beside": 0.7,
    "same-as-alt": 0.5,
    "has-credit": 0.5,
}
_DATA = ("data-caption", "data-sub-html", "data-image-caption", "data-title-caption", "data-figcaption")
_WRAP_STOPS = frozenset({"body", "html", "article", "main"})


@dataclass(slots=True)
class Found:
    """Words found with a picture. ``element`` is where they stand (``None``: an attribute), ``printed`` caption and credit."""

    printed: str
    text: str
    credit: str
    element: Element | None
    reasons: list[Evidence] = field(default_factory=list)


def place(page: Page, region: Region, pictures: list[Picture]) -> list[Found | None]:
    """Return what is printed with each picture, in their order."""
    shown: dict[Element, set[int]] = {}
    for number, picture in enumerate(pictures):
        for element in picture.elements:
            for above in element.iterancestors():
                shown.setdefault(above, set()).add(number)
    return [_of_picture(page, region, number, picture, shown) for number, picture in enumerate(pictures)]


def _of_picture(
    page: Page, region: Region, number: int, picture: Picture, shown: dict[Element, set[int]]
) -> Found | None:
    best: Found | None = None
    for element in picture.elements[:6]:
        found = (
            _figure(element, number, shown)
            or _described(page, element)
            or _wrapped(element, number, shown, region)
            or _attribute(element)
            or _beside(element, number, shown, region)
        )
        if found and (best is None or (found.text and not best.text)):
            best = found
    return best


def _figure(element: Element, number: int, shown: dict[Element, set[int]]) -> Found | None:
    """The ``figcaption`` of the nearest figure that has one; a gallery's shared one when no nearer figure has."""
    for above in element.iterancestors():
        if above.tag in _WRAP_STOPS:
            return None
        if above.tag != "figure":
            continue
        captions = [c for c in above.iter("figcaption") if tidy("".join(c.itertext()))]
        own = [c for c in captions if next(c.iterancestors("figure")) is above]
        if not captions:
            continue
        if own or len(shown.get(above, ())) <= 1:
            return _read((own or captions), above, "figcaption", number, shown)
    return None


def _described(page: Page, element: Element) -> Found | None:
    ident = (element.get("aria-describedby") or "").split()
    for one in ident[:3]:
        target = page.by_id(one)
        if target is not None and len(words(target)) < MAX_CAPTION:
            return _read([target], None, "aria-describedby", -1, {})
    return None


def _wrapped(element: Element, number: int, shown: dict[Element, set[int]], region: Region) -> Found | None:
    """Words in the nearest wrappers that hold this picture alone and no prose."""
    node = element.getparent()
    for _ in range(7):
        if node is None or node.tag in _WRAP_STOPS or shown.get(node, set()) - {number}:
            return None
        if region.mass.get(node, 0) > max(400, 0.15 * region.total):
            return None
        named = [c for c in node.iter("*") if c is not element and _is_caption(c)]
        named = [c for c in named if not any(a in named for a in c.iterancestors())]
        named = [c for c in named if words(c)]
        if named:
            return _read(
                named[:3], node, "caption-class-figure" if node.tag == "figure" else "caption-class", number, shown
            )
        text = words(node)
        if text and (node.tag == "figure" or "wrapper" in says(node) or has_marker(text)) and len(text) < 600:
            found = _read([node], node, "wrapper-text", number, shown)
            if found and (found.text or found.credit):
                return found
        node = node.getparent()
    return None


def _is_caption(element: Element) -> bool:
    if element.tag in ("figcaption", "caption"):
        return True
    if element.tag in ("img", "picture", "source", "a", "button", "input", "meta"):
        return False
    said = says(element)
    return "caption" in said and not any(True for _ in element.iter("img", "picture"))


def _attribute(element: Element) -> Found | None:
    for node in (element, element.getparent()):
        if node is None:
            continue
        for name in _DATA:
            value = node.get(name)
            if value and 3 < len(value) < MAX_CAPTION:
                return _cut(_plain(value), None, "data-caption")
    return None


def _plain(value: str) -> str:
    """An attribute's text; markup inside it is taken out."""
    if "<" not in value:
        return tidy(value)
    from .dom import parse

    return words(parse(value).root)


def _beside(element: Element, number: int, shown: dict[Element, set[int]], region: Region) -> Found | None:
    """A short paragraph right after the picture's block that carries a credit marker or is set apart."""
    node = element
    for _ in range(6):
        parent = node.getparent()
        if parent is None or shown.get(parent, set()) - {number} or region.mass.get(parent, 0) > 0:
            break
        node = parent
    after = node.getnext()
    if after is None or after.tag not in ("p", "div", "span", "em", "small", "i", "center") or shown.get(after):
        return None
    text = words(after)
    if not text or len(text) > 500:
        return None
    if has_marker(text) and cut(text).credit:
        return _cut(text, after, "paragraph-beside")
    if after.tag in ("em", "small", "i") or _is_set_apart(after, text):
        return _cut(text, after, "paragraph-beside")
    return None


def _is_set_apart(block: Element, text: str) -> bool:
    """Tell whether a whole paragraph is italic or small."""
    return any(len(words(c)) >= 0.9 * len(text) for c in block if c.tag in ("em", "i", "small"))


def _read(
    holders: list[Element], scope: Element | None, name: str, number: int, shown: dict[Element, set[int]]
) -> Found | None:
    """Read caption and credit from the elements that hold them; a credit element beside them in ``scope`` counts."""
    credits: list[Element] = []
    furniture: set[Element] = set()
    for holder in holders:
        for child in holder.iter("*"):
            if child is holder or any(a in furniture or a in credits for a in child.iterancestors()):
                continue
            said = says(child)
            if "credit" in said and "caption" not in said:
                credits.append(child)
            elif "furniture" in said and "caption" not in said and len(words(child)) < 40:
                furniture.add(child)
    beside = []
    if scope is not None and scope not in holders and not credits:
        beside = [c for c in scope.iter("*") if c not in holders and _is_credit_element(c, holders)][:2]
    leave = furniture | set(credits)
    whole = tidy(" ".join(words(h, furniture) for h in holders))
    text = tidy(" ".join(words(h, leave) for h in holders))
    said = list(dict.fromkeys(w for c in [*credits, *beside] if (w := words(c, furniture))))
    if not whole and not said:
        return None
    if len(whole) > MAX_CAPTION:
        return None
    if said:
        credit = " / ".join(dict.fromkeys(c[slice(*strip_marker(c))] for c in said))
        left = _loose(text)
        evidence = [Evidence(name, WEIGHTS[name]), Evidence("credit-element", 4.0, credit[:80])]
        return Found(whole or text, left, credit, holders[0], evidence)
    return _cut(whole, holders[0], name)


def _loose(text: str) -> str:
    """A caption whose credit was an element of its own, without the marker or separator left at its end."""
    text = text.rstrip(" |/–—-=·•([")
    last = cut(text + " X")
    return last.text if last.credit == "X" else text


def _is_credit_element(element: Element, holders: list[Element]) -> bool:
    said = says(element)
    return (
        "credit" in said
        and element.tag not in ("img", "a", "figure", "picture", "meta")
        and 0 < len(words(element)) < 120
        and not any(h in holders for h in element.iterancestors())
        and not any(True for _ in element.iter("img"))
    )


def _cut(printed: str, element: Element | None, name: str) -> Found:
    done = cut(printed)
    return Found(printed, done.text, done.credit, element, [Evidence(name, WEIGHTS[name]), *done.reasons])
