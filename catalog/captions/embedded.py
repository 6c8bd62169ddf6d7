"""Pictures and captions that a page carries as data: JSON-LD ``ImageObject``s and the JSON state of scripts (galleries).

Used for what the markup leaves open: the caption of a picture that prints none, and pages that a script draws.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ..addresses import keys, resolve
from .dom import Page
from .story import load_json, text_of, types, walk

MAX_SCRIPT = 4_000_000
MAX_ENTRIES = 300
_ADDRESS = ("contentUrl", "url", "src", "imageUrl", "image_url", "original", "large", "href", "path", "full", "uri")
_CAPTION = ("caption", "captionText", "caption_text", "captionHtml", "imageCaption", "subtitle", "bildtext", "legend")
_DESCRIPTION = ("description", "desc", "text")
_CREDIT = (
    "creditText",
    "credit",
    "credits",
    "copyrightHolder",
    "copyrightNotice",
    "copyright",
    "photographer",
    "byline",
    "source",
)
#: An object with none of these has neither caption nor credit.
_WORDS = frozenset({*_CAPTION, *_CREDIT, "author", "creator"})
_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|avif|gif)(?:$|[?#/&])|/(?:image|photo|img|picture|media)s?/", re.I)
#: Where something is assigned that may be JSON, and the name before that, with all that may stand around it.
_ASSIGNED = re.compile(r"=\s{0,3}(?=[\[{])")
_NAMED = re.compile(r"(?:^|[;\s])(?:window\.|var |let |const |self\.)?[\w.$\[\]\"']{1,80}\s{0,3}\Z")
_LONGEST_NAME = 100


_PUSH = re.compile(r"__next_f\.push\(\s{0,3}\[1,\s{0,3}(?=\")")
_PARSED = re.compile(r"JSON\.parse\(\s{0,3}(?=\")")


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture as data names it. ``urls`` are absolute where the page's address is known."""

    urls: tuple[str, ...]
    caption: str
    credit: str
    alt: str
    source: str

    @property
    def names(self) -> frozenset[str]:
        """The keys of all addresses."""
        return frozenset[str]().union(*(keys(u) for u in self.urls))


def from_jsonld(nodes: list[dict[str, Any]], base: str) -> Iterator[Entry]:
    """Yield the JSON-LD pictures that have a caption or credit."""
    for node in nodes:
        if any(t in ("ImageObject", "Photograph") for t in types(node)) and (entry := _entry(node, base, "json-ld")):
            yield entry


def from_scripts(page: Page, base: str, about: list[str]) -> Iterator[Entry]:
    """Yield the pictures with captions in the JSON that scripts hold.

    ``about`` are file names of pictures: only scripts that name one of them are read (all scripts when it is empty).
    """
    count = 0
    pushed: list[str] = []
    for script in page.all("script"):
        text = script.text or ""
        if "__next_f" in text and len(text) <= MAX_SCRIPT:
            pushed.append(text)
            continue
        kind = (script.get("type") or "").lower()
        if ("aption" not in text and "hotographer" not in text) or len(text) > MAX_SCRIPT or "ld+json" in kind:
            continue
        if about and not any(name in text for name in about):
            continue
        for value in _values(text, kind):
            for entry in from_value(value, base):
                yield entry
                count += 1
                if count >= MAX_ENTRIES:
                    return

    if pushed and any("aption" in t for t in pushed):
        for value in _streamed(pushed):
            yield from from_value(value, base)


def from_value(value: Any, base: str) -> Iterator[Entry]:
    """Yield the pictures with captions or credits in one JSON value, at most 300."""
    entries = (entry for node in walk(value) if (entry := _entry(node, base, "script-json")))
    yield from islice(entries, MAX_ENTRIES)


def _streamed(scripts: list[str]) -> Iterator[Any]:
    """The JSON values that Next.js sends in pieces: rows ``id:JSON`` in the strings of ``self.__next_f.push([1,"…"])``."""
    decoder = json.JSONDecoder(strict=False)
    pieces = []
    for text in scripts:
        for match in islice(_PUSH.finditer(text), 50):
            try:
                piece, _ = decoder.raw_decode(text, match.end())
            except (ValueError, RecursionError):
                continue
            if isinstance(piece, str):
                pieces.append(piece)
    for row in "".join(pieces)[:MAX_SCRIPT].split("\n"):
        name, _, value = row.partition(":")
        if "aption" in value and len(name) < 8 and value[:1] in ("[", "{"):
            yield load_json(value)


def _referenced(value: list[Any]) -> Iterator[dict[str, Any]]:
    """The objects of a state whose values are places in one list (Nuxt's ``__NUXT_DATA__``), one level filled in."""

    def at(place: Any) -> Any:
        known = type(place) is int and 0 <= place < len(value)
        return value[place] if known else place

    for node in value:
        if isinstance(node, dict):
            yield {k: [at(i) for i in v] if isinstance(v := at(p), list) else v for k, p in node.items()}


def _values(text: str, kind: str) -> Iterator[Any]:
    """The JSON values of a script: the whole of a JSON script, else what is assigned to names."""
    if "json" in kind or text.lstrip()[:1] in ("{", "["):
        value = load_json(text)
        is_flat = isinstance(value, list) and any(isinstance(n, dict) and _has_places(n) for n in value[:200])
        yield list(_referenced(value)) if is_flat else value
        return
    decoder = json.JSONDecoder(strict=False)
    for match in islice(_PARSED.finditer(text), 10):
        try:
            yield load_json(str(decoder.raw_decode(text, match.end())[0]))
        except (ValueError, RecursionError):
            continue
    end = 0
    for found, match in enumerate(_assignments(text)):
        if match.end() < end or found > 50:
            continue
        try:
            value, end = decoder.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            continue
        yield value


def _assignments(text: str) -> Iterator[re.Match[str]]:
    """The places where something is assigned to a name.

    From the sign of assignment backwards: names are tried at few places of a long script, not at each of its words.
    """
    last = 0
    for match in _ASSIGNED.finditer(text):
        if _NAMED.search(text, max(last, match.start() - _LONGEST_NAME), match.start()):
            last = match.end()
            yield match


def _has_places(node: dict[str, Any]) -> bool:
    return len(node) > 1 and all(type(v) is int for v in node.values())


def _entry(node: dict[str, Any], base: str, source: str) -> Entry | None:
    if _WORDS.isdisjoint(node):
        return None
    caption = next((t for k in _CAPTION if (t := _text(node.get(k)))), "")
    credit = next((t for k in _CREDIT if (t := _text(node.get(k)))), "")
    if not caption and _text(node.get("photographer")):
        # What has a photographer is a picture, and what describes it there is its caption.
        caption = next((t for k in _DESCRIPTION if (t := _text(node.get(k)))), "")
    if not credit and (source == "json-ld" or caption):
        credit = _text(node.get("author") or node.get("creator"))
    if not (caption or credit):
        return None
    urls = tuple(dict.fromkeys(resolve(u, base) for u in _addresses(node) if _PICTURE.search(u)))[:20]
    if not urls:
        return None
    return Entry(urls, caption[:2500], credit[:200], _text(node.get("alt"))[:500], source)


def _addresses(node: dict[str, Any]) -> Iterator[str]:
    """The addresses that one object names, itself or in its ``image``, ``src`` or ``sizes`` children."""
    for name in _ADDRESS:
        value = node.get(name)
        if isinstance(value, str) and 4 < len(value) < 3000 and " " not in value.strip():
            yield value
    for name in ("image", "img", "src", "sizes", "renditions", "thumbnail", "media", "picture"):
        value = node.get(name)
        for child in [value] if isinstance(value, dict | str) else value if isinstance(value, list) else []:
            if isinstance(child, str) and 4 < len(child) < 3000:
                yield child
            elif isinstance(child, dict):
                yield from (v for k in _ADDRESS if isinstance(v := child.get(k), str) and " " not in v.strip())


def _text(value: Any) -> str:
    return text_of(value) if isinstance(value, str | dict | list) else ""
