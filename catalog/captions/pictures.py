"""Pictures as a page names them: every address of one picture element, the largest named first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import islice
from typing import cast

from ..addresses import RENDITION_PARAMETERS, is_placeholder, keys, resolve
from . import srcset
from .dom import BACKGROUNDS, Element, tidy

MAX_PICTURES = 3000
MAX_ATTRIBUTE = 60_000
#: Custom elements that show a picture by their name (``amp-img``, ``x-image-v2``).
_CUSTOM = re.compile(r"(?:^|-)(?:img|image|picture|photo|anim)(?:-|$)")
_FILE = re.compile(r"\.(?:jpe?g|jfif|png|webp|avif|gif|heic)(?:$|[?#&/:;,!])", re.I)
_IN_TEXT = re.compile(r"(?:https?:)?//[^\s\"'<>\\(){}|]{4,1000}|/[^\s\"'<>\\(){}|]{4,1000}")
_STYLE = re.compile(r"background(?:-image)?\s*:[^;]{0,40}?url\(\s*[\"']?([^\"')]{1,2000})", re.I)
#: A width in an address. Each way begins with one of a few signs and goes on with one of a few letters or a digit, so that
#: a scan steps over all else at once.
_SIZE = re.compile(
    r"[?&;/,_=-](?=[\dfimrstw])(?:(?<=[?&;/,_])(?:w|width|wid|imwidth|tw|mw|maxwidth|w_|resize|size|fit)[=_:%-]{1,2}(\d{2,4})(?!\d)"
    r"|(?<=[-_/=])(\d{3,4})[xX]\d{0,4}(?!\d)|(?<=/)w(\d{3,4})/|(?<=[/_-])w?(\d{3,4})w?(?=\.(?:jpe?g|webp|png))"
    r"|(?<=/)(\d{3,4})/)"
)
_PLAIN = re.compile(r"[\w,:~*|=-]{0,200}")
_DECORATION = re.compile(
    r"(?:^|[/_.-])(?:logos?|icons?|favicons?|avatars?|gravatar|sprites?|emojis?|badges?|pixel|spacer|tracking|beacon|counter"
    r"|banners?|reklam\w{0,2}|werbung|publicidad|publicite|inzerce|newsletters?|ads?|button|btn|arrow|blank|placeholder|loader|loading|spinner|qr-?code)(?=[/_.-]|$)",
    re.I,
)
#: Attributes that hold one address although it may have no file extension.
_ADDRESS = frozenset(
    [
        "src",
        "data-src",
        "data-original",
        "data-lazy-src",
        "data-lazy",
        "data-url",
        "data-image",
        "data-img",
        "data-img-src",
        "data-image-src",
        "data-full",
        "data-full-src",
        "data-large",
        "data-large-file",
        "data-hi-res-src",
        "data-zoom-src",
        "data-orig-file",
        "data-echo",
        "data-defer-src",
        "data-actualsrc",
        "data-original-src",
        "data-fallback-src",
        "data-srcmini",
        "data-srchd",
        "data-lazyload",
        "data-big",
        "data-bg",
        "data-background",
        "data-background-image",
        "data-source",
        "data-image-url",
        "data-high-res-src",
        "data-zoom-image",
    ]
)


#: What most attributes of pictures and of what is around them are: they name no address.
_NO_ADDRESS = frozenset(
    [
        "alt",
        "title",
        "class",
        "id",
        "width",
        "height",
        "loading",
        "decoding",
        "fetchpriority",
        "sizes",
        "role",
        "rel",
        "target",
    ]
)


@dataclass(slots=True)
class Picture:
    """One picture of a page. ``elements`` are those that show it; ``addresses`` have the width that the page says, or 0.

    ``unsaid`` are the addresses that the page names without a width.
    """

    element: Element
    place: int
    addresses: dict[str, int] = field(default_factory=dict)
    alt: str = ""
    title: str = ""
    width: int | None = None
    height: int | None = None
    elements: list[Element] = field(default_factory=list)
    names: frozenset[str] = frozenset()
    unsaid: set[str] = field(default_factory=set)

    def real(self) -> list[str]:
        """Return the addresses in the order met; stand-ins are left out."""
        return [u for u in self.addresses if not is_placeholder(u)]

    def urls(self) -> tuple[str, ...]:
        """Return the addresses, the largest named first, else in the order met; stand-ins are left out."""
        real = self.real()
        return tuple(sorted(real, key=lambda u: -self.width_of(u)) if len(real) > 1 else real)

    def width_of(self, url: str) -> int:
        """Return the width in pixels of one of the addresses, as the page says or the address names it, or 0."""
        # Most pictures of a page are not the story's: what their addresses name is read only when it is asked for.
        if url in self.unsaid:
            self.unsaid.remove(url)
            self.addresses[url] = max(self.addresses[url], named_width(url))
        return self.addresses[url]

    def add(self, url: str, base: str, width: int = 0) -> None:
        """Add one address as written; ``width`` in pixels where the page says it."""
        address = resolve(unescape(url) if "&amp;" in url else url, base)
        if address and len(self.addresses) < 100:
            self.addresses[address] = max(self.addresses.get(address, 0), width)
            if not width:
                self.unsaid.add(address)


def named_width(url: str) -> int:
    """Return the width in pixels that an address names (``?w=800``, ``-1024x768``), or 0."""
    found = 0
    for match in _SIZE.finditer(url[-300:]):
        number = next((int(g) for g in match.groups() if g), 0)
        found = max(found, number if 40 <= number <= 6000 and not 1990 <= number <= 2035 else 0)
    return found


def is_decoration(url: str) -> bool:
    """Tell whether an address by its own words is a logo, icon, tracker or other part of the page's dress."""
    path = url.split("?", 1)[0]
    return path.lower().endswith((".svg", ".ico")) or bool(_DECORATION.search("/".join(path.split("/")[3:])[-200:]))


def collect(
    showing: list[Element],
    bearers: list[Element],
    order: dict[Element, int],
    base: str,
    wanted: Callable[[Element], bool],
) -> list[Picture]:
    """Return those of the elements that show pictures and are ``wanted``, in document order, with all their addresses.

    ``showing`` are those that may show one by their tag, ``bearers`` those that may have a background
    (:func:`.dom.survey`), ``order`` has the places of all.
    ``noscript`` copies, lazy-loading attributes, ``picture`` sources and background pictures included.
    """
    found: list[Picture] = []
    for element in showing:
        tag = element.tag
        if tag != "img" and tag != "video" and not _CUSTOM.search(tag):
            continue
        if len(found) >= MAX_PICTURES:
            break
        if not wanted(element) or (tag not in ("img", "amp-img") and not _names_address(element)):
            continue
        picture = Picture(element, order[element], elements=[element])
        for node in _sources(element):
            add_attributes(picture, node, base)
        picture.alt = tidy(element.get("alt") or "")[:2000]
        picture.title = tidy(element.get("title") or "")[:2000]
        picture.width, picture.height = _pixels(element.get("width")), _pixels(element.get("height"))
        found.append(picture)
    for element in _backgrounds(bearers):
        if len(found) >= MAX_PICTURES:
            break
        if not wanted(element):
            continue
        picture = Picture(element, order[element], elements=[element])
        add_attributes(picture, element, base)
        picture.title = tidy(element.get("title") or element.get("aria-label") or "")[:2000]
        if picture.addresses:
            found.append(picture)
    found.sort(key=lambda p: p.place)
    return found


def _names_address(element: Element) -> bool:
    """Tell whether a custom element names an address and holds no ``img`` that shows it, or a captioned video its poster."""
    if element.tag == "video":
        figure = next(element.iterancestors("figure"), None)
        return bool(element.get("poster")) and figure is not None and next(figure.iter("figcaption"), None) is not None
    return (
        any(element.get(a) for a in ("src", "data-src", "srcset", "data-srcset"))
        and next(element.iter("img"), None) is None
    )


def _sources(element: Element) -> Iterator[Element]:
    """The elements that name addresses of one picture: itself, its ``picture``'s sources, a lightbox link around it."""
    yield element
    above = element.getparent()
    steps = 0
    while above is not None and steps < 4:
        if above.tag in ("figure", "body", "article", "p"):
            return
        if above.tag in ("picture", "amp-img"):
            yield above
            yield from above.iter("source")
        elif above.tag != "source":
            # The parser nests what follows a <source> into it: such elements are no step outwards.
            steps += 1
            if above.tag == "a" or (len(above) < 8 and len(list(islice(above.iter("img", "amp-img"), 2))) == 1):
                yield above
        above = above.getparent()


def add_attributes(picture: Picture, node: Element, base: str) -> None:
    """Add every address that the attributes of one element name."""
    for name, value in cast("list[tuple[str, str]]", node.items()):
        if name in _NO_ADDRESS or not value or len(value) > MAX_ATTRIBUTE:
            continue
        name = name.lower()
        if "srcset" in name:
            for candidate in srcset.parse(value):
                picture.add(candidate.url, base, candidate.width)
        elif name == "poster":
            picture.add(value, base)
        elif name in _ADDRESS and node.tag not in ("a", "iframe", "video"):
            if not value.lstrip().startswith(("{", "[")):
                picture.add(value, base)
        elif name == "style":
            for address in _STYLE.findall(value[:4000]):
                picture.add(address, base)
        elif (name.startswith("data-") or name in ("href", "content")) and _FILE.search(value):
            _add_found(picture, value, base)


def _add_found(picture: Picture, value: str, base: str) -> None:
    """Add the picture addresses in an attribute that holds one, or JSON with some."""
    if " " not in value.strip() and not value.startswith(("{", "[")):
        picture.add(value, base)
        return
    for address in _IN_TEXT.findall(value[:20_000])[:60]:
        if _FILE.search(address):
            picture.add(address.rstrip(",;"), base)


def _backgrounds(elements: Iterable[Element]) -> Iterator[Element]:
    """Elements that show a picture without ``img``: a style's background or a lazy background attribute."""
    for element in elements:
        style = element.get("style")
        shows = (style and "url(" in style) or any(element.get(name) for name in BACKGROUNDS)
        if shows and element.tag not in ("img", "source"):
            yield element


def _pixels(value: str | None) -> int | None:
    digits = (value or "").strip().lower().removesuffix("px").split(".", 1)[0]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else None


def merge(pictures: list[Picture]) -> list[Picture]:
    """Join pictures that share an address under any rendition; the first stands for all. Order is kept."""
    first: dict[str, Picture] = {}
    kept: list[Picture] = []
    _drop_standins(pictures)
    for picture in pictures:
        own = frozenset[str]().union(*(keys(u) for u in _unlike(picture.addresses)))
        same = next((first[k] for k in sorted(own) if k in first), None)
        if same is None:
            kept.append(picture)
            same = picture
        else:
            for url, width in picture.addresses.items():
                same.addresses[url] = max(same.addresses.get(url, 0), width)
            same.unsaid |= picture.unsaid
            same.elements += picture.elements
            same.alt, same.title = same.alt or picture.alt, same.title or picture.title
            same.width, same.height = same.width or picture.width, same.height or picture.height
        same.names |= own
        for key in own:
            first.setdefault(key, same)
    return kept


def _unlike(addresses: Iterable[str]) -> Iterator[str]:
    """The addresses without those that differ from an earlier one in a query of plain sizes only: their keys are the same."""
    seen: set[str] = set()
    for address in addresses:
        path, _, query = address.partition("?")
        if not query or all(map(_is_size, query.split("&"))):
            if path in seen:
                continue
            seen.add(path)
        yield address


def _is_size(parameter: str) -> bool:
    """Tell whether a query's parameter only chooses a rendition, its value a plain word or number."""
    name, _, value = parameter.partition("=")
    return name in RENDITION_PARAMETERS and bool(_PLAIN.fullmatch(value))


def _drop_standins(pictures: list[Picture]) -> None:
    """Take out addresses that several pictures share while each has others of its own: they stand in until a script runs."""
    count = Counter(u for p in pictures for u in p.addresses)
    for picture in pictures:
        own = [u for u in picture.addresses if count[u] < 3]
        if own and len(own) < len(picture.addresses):
            picture.addresses = {u: picture.addresses[u] for u in own}
