"""Which pictures of a page belong to its story: each candidate weighed by named evidence."""

from __future__ import annotations

import re

from ..addresses import keys
from .dom import Element, Page, says, words
from .pictures import Picture, is_decoration
from .region import Region
from .words import roles

MIN_SIDE = 80
_PICTURE_LINK = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|\?)", re.I)


def choose(page: Page, region: Region, pictures: list[Picture], url: str, lead: list[str]) -> list[Picture]:
    """Return the pictures of the story, in document order."""
    named = frozenset[str]().union(*(keys(u, url) for u in lead)) if lead else frozenset[str]()
    return [p for p in pictures if _belongs(page, region, p, url, named)]


def _belongs(page: Page, region: Region, picture: Picture, url: str, named: frozenset[str]) -> bool:
    urls = picture.urls()
    if not urls or all(is_decoration(u) for u in urls) or _too_small(picture):
        return False
    shown = [e for e in picture.elements if _in_story(region, e, url)]
    if not shown:
        return False
    picture.elements = shown
    picture.element, picture.place = shown[0], region.place(shown[0])
    is_lead = any(keys(u) & named for u in urls)
    captioned = has_caption(picture.element)
    if picture.place > region.last:
        return captioned and (region.container in picture.element.iterancestors())
    if region.heading is not None and picture.place < min(region.place(region.heading), region.first):
        return is_lead or captioned
    return True


def _in_story(region: Region, element: Element, url: str) -> bool:
    """Tell whether a picture element stands in the story's part of the page and leads to no other story."""
    if region.root not in element.iterancestors() or region.is_outside(element):
        return False
    said = roles(element.get("class") or "")
    if "outside" in said and "inside" not in said:
        return False
    captioned = has_caption(element)
    if is_teaser(element, url):
        return captioned and not any(len(words(a)) > 25 for a in element.iterancestors("a"))
    return captioned or not region.is_doubtful(element)


def has_caption(element: Element) -> bool:
    """Tell whether a picture is in a figure with words in its ``figcaption`` or in an element named as a caption."""
    for above, _ in zip(element.iterancestors(), range(8), strict=False):
        if above.tag in ("body", "article", "main"):
            return False
        if above.tag == "figure" or "wrapper" in says(above):
            if any(words(c) for c in above.iter("figcaption")):
                return True
            if any("caption" in says(c) and words(c) for c in above.iter("div", "p", "span")):
                return True
    return False


def _too_small(picture: Picture) -> bool:
    sides = [s for s in (picture.width, picture.height) if s is not None]
    return bool(sides) and (max(sides) < MIN_SIDE or min(sides) <= 2)


def is_teaser(element: Element, url: str) -> bool:
    """Tell whether a picture is inside a link to another page (not to a picture, an anchor or the page itself)."""
    for above in element.iterancestors("a"):
        target = (above.get("href") or "").strip()
        if not target or target.startswith(("#", "javascript:", "?")) or _PICTURE_LINK.search(target):
            return False
        return not (url and target.split("#")[0].split("?")[0].rstrip("/").endswith(_path(url))) or bool(
            len(words(above)) > 40
        )
    return False


def _path(url: str) -> str:
    return "/" + url.split("://", 1)[-1].partition("/")[2].split("?")[0].split("#")[0].rstrip("/") if url else "\0"
