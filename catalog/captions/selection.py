"""Which pictures of a page belong to its story: each candidate weighed by named evidence."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice

from ..addresses import keys
from . import attributes
from .data import load
from .dom import Element, ends_search, pieces, says, tidy, words
from .pictures import Picture, is_decoration
from .placement import is_told_beside
from .region import Region, says_much
from .words import path_says, roles

MIN_SIDE = 80
#: Elements outwards from a picture up to the block of a gallery, and how many such blocks are looked at.
ITEM_REACH, MOST_ITEMS = 4, 50
#: Letters of the words of such a block.
LEAST_LETTERS, MOST_LETTERS = 8, 600
_HEADINGS = ("h1", "h2", "h3", "h4")
#: Letters of a line that offers other stories to read, and elements outwards from a picture up to the block of such an offer.
LONGEST_OFFER, OFFER_REACH = 40, 5
#: Elements right below such a line's own.
FEW_PARTS = 3
#: Letters of prose in such a block.
LONGEST_BLURB = 200
#: Words of a link that is a headline, whatever its letters: some scripts say much with few.
HEADLINE_WORDS = 4
_SIZES = re.compile(r"(\d{1,4})px")
_POINT = re.compile(r"(?<![\w-])(?:width|height)\s{0,2}:\s{0,2}[012](?:px)?\s{0,2}(?=[;!]|$)", re.I)
_PICTURE_LINK = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|\?)", re.I)


def choose(region: Region, pictures: list[Picture], url: str, lead: list[str]) -> list[Picture]:
    """Return those of the pictures in the story's part of a page that are the story's, in document order.

    ``lead`` are the addresses that the page's metadata names as the story's pictures.
    """
    named = frozenset[str]().union(*(keys(u, url) for u in lead)) if lead else frozenset[str]()
    return [p for p in pictures if _belongs(region, p, named)]


def _belongs(region: Region, picture: Picture, named: frozenset[str]) -> bool:
    urls = picture.real()
    element = picture.element
    if not urls or _too_small(picture) or (all(is_decoration(u) for u in urls) and not _is_figure(element)):
        return False
    is_lead = not named.isdisjoint(picture.names)
    # Whether it has a caption takes longest to tell: where nothing speaks against it, nobody asks.
    if not is_lead and _is_suspect(region, element, urls) and not has_caption(region, element):
        return False
    if picture.place > region.last:
        return region.container in element.iterancestors() and (
            has_caption(region, element) or is_told_beside(element) or _is_item(region, element)
        )
    if region.heading is not None and picture.place < min(region.place(region.heading), region.first):
        return is_lead or has_caption(region, element) or _is_opening(element)
    return True


def _is_opening(element: Element) -> bool:
    """Tell whether a picture above the headline is named as the one that opens the story."""
    around = islice(element.iterancestors(), 4)
    return any("inside" in says(e) for e in (element, *around) if not ends_search(e))


def _is_suspect(region: Region, element: Element, urls: list[str]) -> bool:
    """Tell whether a picture's place, neighbours or addresses speak against it: then only its caption speaks for it."""
    return (
        region.is_doubtful(element)
        or _is_card(region, element)
        or _is_signpost(element)
        or _is_offered(region, element)
        or all(path_says(_path(u), "portrait_paths") for u in urls)
    )


@cache
def _offers() -> frozenset[str]:
    return frozenset(" ".join(w.split()).casefold() for w in load("pagewords")["offers"].split(";"))


def _is_offer(text: str) -> bool:
    # White space between elements counts too.
    return tidy(text[: 2 * LONGEST_OFFER]).strip(" :：…►▶»|–-").casefold() in _offers()


def _is_offered(region: Region, element: Element) -> bool:
    """Tell whether a picture's block offers something else: other stories, by the words it begins with or stands right below,
    or letters to be subscribed to, by a form in it."""
    for node in islice(element.iterancestors(), OFFER_REACH):
        before = node.getprevious()
        if (
            before is not None
            and len(before) <= FEW_PARTS
            and _is_offer("".join(pieces(before, longest=2 * LONGEST_OFFER)))
        ):
            return True
        if ends_search(node) or node in region.kept or region.mass.get(node, 0) > LONGEST_BLURB:
            return False
        if next(node.iter("form", "input"), None) is not None:
            return True
        if _is_offer(next((str(t) for t in node.itertext() if t.strip()), "")):
            return True
    return False


def _is_signpost(element: Element) -> bool:
    """Tell whether a picture stands in a link with words to a place on the same page: a list of what is told there."""
    links = (a for a in element.iterancestors("a") if len((a.get("href") or "").strip()) > 1)
    return any((a.get("href") or "").strip().startswith("#") and len(words(a).split()) > 1 for a in links)


def _is_item(region: Region, element: Element) -> bool:
    """Tell whether a picture stands in one of several blocks of one kind, each a picture and its words: a gallery's."""
    node = element
    for _ in range(ITEM_REACH):
        above = node.getparent()
        if above is None or ends_search(node) or region.mass.get(node, 0):
            return False
        alike = [e for e in above if e.tag == node.tag and e.get("class") == node.get("class")]
        if len(alike) > 1 and all(map(_holds_item, alike[:MOST_ITEMS])):
            return True
        node = above
    return False


def _holds_item(block: Element) -> bool:
    """Tell whether a block holds one picture and some words, and leads nowhere."""
    if len(list(islice(block.iter("img", "amp-img"), 2))) != 1 or next(block.iter(*_HEADINGS), None) is not None:
        return False
    return LEAST_LETTERS <= len(words(block)) < MOST_LETTERS and all(
        _PICTURE_LINK.search(a.get("href") or "") for a in block.iter("a")
    )


def _is_figure(element: Element) -> bool:
    """Tell whether a picture stands in a figure with a caption of several words: no logo does, whatever its file's name."""
    figure = next(element.iterancestors("figure"), None)
    return figure is not None and any(len(words(c).split()) > 3 for c in figure.iter("figcaption"))


def in_story(region: Region, element: Element, url: str) -> bool:
    """Tell whether a picture element of the region stands in no side part and leads to no other story."""
    if region.is_outside(element):
        return False
    said = roles(element.get("class") or "")
    if "outside" in said and "inside" not in said:
        return False
    links = list(element.iterancestors("a"))
    if not links:
        return True
    if any(_leads_to_person(link) for link in links):
        return False
    if is_teaser(links, url):
        return has_caption(region, element) and not any(len(w := words(link)) > 25 or says_much(w) for link in links)
    return True


def _is_card(region: Region, element: Element) -> bool:
    """Tell whether a picture shares a small block with a link or heading that leads elsewhere, and with no prose."""
    node = element.getparent()
    for _ in range(6):
        if node is None or node in region.kept or region.mass.get(node, 0) or node.tag == "p":
            return False
        for link in islice(node.iter("a"), 4):
            target = link.get("href") or ""
            if (
                (_is_headline_long(words(link)) or _is_heading(link))
                and not target.startswith("#")
                and next(link.iterancestors("figcaption"), None) is None
            ):
                return True
        node = node.getparent()
    return False


def _is_headline_long(text: str) -> bool:
    return len(text) > 25 or len(text.split()) >= HEADLINE_WORDS or says_much(text)


def _is_heading(link: Element) -> bool:
    """Tell whether a link of several words is in a heading or around one."""
    heading = next(link.iterancestors(*_HEADINGS), None)
    if heading is None:
        heading = next(link.iter(*_HEADINGS), None)
    return heading is not None and len(words(link).split()) > 1


def has_caption(region: Region, element: Element) -> bool:
    """Tell whether a picture has a caption: in its figure, in an element so named, in an attribute."""
    steps = 0
    for above in element.iterancestors():
        if ends_search(above) or steps > 8:
            break
        # The parser nests what follows a <source> into it.
        steps += above.tag not in ("source", "picture")
        # The pictures of a gallery share what is around them.
        if (holds := region.captioned.get(above)) is None:
            holds = region.captioned[above] = _holds_caption(above)
        if holds:
            return True
    return any(attributes.caption_of(node) for node in attributes.around(element) if node.tag != "figure")


def _holds_caption(wrapper: Element) -> bool:
    """Tell whether a figure or an element named as a picture's wrapper holds a caption with words."""
    if wrapper.tag not in ("figure", "dl") and "wrapper" not in says(wrapper):
        return False
    return any(words(c) for c in wrapper.iter("figcaption")) or any(
        "caption" in says(c) and words(c) for c in wrapper.iter("div", "p", "span", "dd", "td", "small", "em", "li")
    )


def _too_small(picture: Picture) -> bool:
    sides = [s for s in (picture.width, picture.height) if s is not None]
    if sides and (max(sides) < MIN_SIDE or min(sides) <= 2):
        # Small numbers may be a ratio ("16" by "9") when an address names the true width.
        return max(sides) > 21 or max(sides) <= 2 or max(map(picture.width_of, picture.addresses)) < 2 * MIN_SIDE
    style = picture.element.get("style")
    if style and len(_POINT.findall(style[:400])) == 2:
        return True  # a beacon: shown as a point
    shown = _SIZES.fullmatch((picture.element.get("sizes") or "").strip())
    return bool(shown) and int(shown.group(1)) < MIN_SIDE if shown else False


def is_teaser(links: list[Element], url: str) -> bool:
    """Tell whether the links around a picture lead to another page (not to a picture, an anchor or the page itself)."""
    for above in links:
        target = (above.get("href") or "").strip()
        if not target or target.startswith(("#", "javascript:", "?")) or _PICTURE_LINK.search(target):
            return False
        path, own = _path(target), _path(url)
        if path and own and (path == own or path.startswith(own.rsplit(".", 1)[0] + "/")):
            return False
        return not path_says(path, "picture_paths")
    return False


def _leads_to_person(link: Element) -> bool:
    return path_says(_path(link.get("href") or ""), "author_paths")


def _path(url: str) -> str:
    path = url.split("#", 1)[0].split("?", 1)[0]
    return (path.split("://", 1)[-1].partition("/")[2] if "://" in path else path).strip("/")
