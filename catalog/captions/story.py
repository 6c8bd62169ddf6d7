"""What a page says of its story: title, byline, dates, language, address, publisher.

Asked in this order: JSON-LD, OpenGraph and other ``meta``, microdata, then plain markup.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ..addresses import resolve
from .dom import Element, Page, letters, says, tidy, words

MAX_JSON = 4_000_000
MAX_NODES = 20_000
_ARTICLE = re.compile(r"(?:Article|Posting|Report|Story|Review|Analysis|Opinion|Background)$")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
#: A title and what stands behind its last bar or dash.
_LAST_PART = re.compile(r"(.{3,})\s(?:[|｜·•»]|[-–—:]{1,2})\s([^|｜·•»]{2,80})", re.S)
_HOLDERS = (dict, list)
#: The names of ``meta`` elements that tell each fact, the surest first.
_META = {
    fact: names.split()
    for fact, names in {
        "author": "author article:author dc.creator dcterms.creator sailthru.author parsely-author byl",
        "title": "og:title twitter:title headline dc.title title",
        "published": "article:published_time datepublished date dc.date dcterms.date pubdate publishdate "
        "og:article:published_time dc.date.issued dcterms.created parsely-pub-date sailthru.date",
        "modified": "article:modified_time datemodified og:updated_time lastmod",
        "language": "og:locale content-language language dc.language",
        "publisher": "og:site_name publisher application-name",
        "lead": "og:image og:image:url twitter:image twitter:image:src",
    }.items()
}
_ASKED_META = frozenset(name for names in _META.values() for name in names) | {"og:url"}
_CDATA = re.compile(r"^\s*(?://)?\s*<!\[CDATA\[|(?://)?\s*\]\]>\s*$")


@dataclass(slots=True)
class Story:
    """The facts of one story and the JSON-LD nodes they came from."""

    title: str = ""
    byline: str = ""
    published: str = ""
    modified: str = ""
    language: str = ""
    url: str = ""
    publisher: str = ""
    lead: list[str] = field(default_factory=list)
    nodes: list[dict[str, Any]] = field(default_factory=list)

    def headline(self) -> str:
        """The title as people read it: without the publisher's name behind it ("Flood in Derry | The Courier"), and with the
        signs that were escaped twice (``&amp;quot;``)."""
        title = tidy(html.unescape(self.title)) if "&" in self.title else self.title
        names = {letters(self.publisher), *_host_names(self.url)} - {""}
        for _ in range(2):  # "… | Politics | The Courier" keeps its section
            parts = _LAST_PART.fullmatch(title[:2000])
            if parts is None or letters(parts[2]) not in names:
                break
            title = parts[1]
        return title


def load_json(text: str) -> Any:
    """Return the JSON value in a script's text, or ``None``: CDATA marks and raw control characters are forgiven."""
    text = text[:MAX_JSON].strip()
    if "<![CDATA[" in text[:20] or text.endswith("]]>"):
        text = _CDATA.sub("", text)
    text = text.strip().rstrip(";")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects in a JSON value in their written order, at most 20,000 (iterative)."""
    ahead, count = [value], 0
    while ahead and count < MAX_NODES:
        one = ahead.pop()
        if isinstance(one, dict):
            count += 1
            yield one
            ahead += [v for v in reversed(one.values()) if isinstance(v, _HOLDERS)]
        elif isinstance(one, list):
            ahead += [v for v in reversed(one) if isinstance(v, _HOLDERS)]


def text_of(value: Any) -> str:
    """Return a JSON-LD value as text: a string, a number, or the ``name``/``@value`` of an object or of a list's members."""
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, dict):
        return text_of(value.get("name") or value.get("@value") or "")
    if isinstance(value, list):
        return ", ".join(dict.fromkeys(t for v in value[:20] if (t := text_of(v))))
    return ""


def types(node: dict[str, Any]) -> list[str]:
    """Return the ``@type`` names of a JSON-LD node."""
    kind = node.get("@type")
    return [k for k in (kind if isinstance(kind, list) else [kind]) if isinstance(k, str)]


def read(page: Page, url: str) -> Story:
    """Read the story's facts from a page that was served at ``url`` (``""`` when unknown)."""
    story = Story()
    for script in page.all("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            story.nodes.extend(walk(load_json(script.text)))
    article = next((n for n in story.nodes if any(_ARTICLE.search(t) for t in types(n))), None)
    meta = _meta(page)
    canonical = next(
        (
            e.get("href") or ""
            for e in page.root.iter("link")
            if (e.get("rel") or "").lower().split()[:1] == ["canonical"]
        ),
        "",
    )
    story.url = _address(url, canonical, meta.get("og:url", ""))
    if article is not None:
        _from_jsonld(story, article)
    _from_meta(story, meta)
    _from_markup(story, page)
    return story


def of_part(whole: Story, part: Element, title: str) -> Story:
    """Return the facts of a further story on the same page: its own JSON-LD node or attributes, else only its headline."""
    key = letters(title)
    story = Story(title=title, language=whole.language, publisher=whole.publisher, nodes=whole.nodes)
    for node in whole.nodes:
        own = letters(text_of(node.get("headline")))
        if own and key and (own in key or key in own):
            _from_jsonld(story, node)
            address = node.get("url") or node.get("@id")
            story.url = resolve(address, whole.url) if isinstance(address, str) else ""
            story.language, story.publisher = whole.language, story.publisher or whole.publisher
            break
    if not story.url:
        for holder in (part, *part.iterancestors("article")):
            given = holder.get("data-url") or holder.get("data-permalink") or holder.get("itemid") or ""
            story.url = story.url or (resolve(given, whole.url) if given else "")
    return story


def _meta(page: Page) -> dict[str, str]:
    """The ``meta`` elements that are asked for, by lower-case name or property; the first of each that says something."""
    found: dict[str, str] = {}
    for element in page.all("meta")[:2000]:
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
        if name in _ASKED_META and name not in found and (value := tidy(element.get("content") or "")):
            found[name] = value
    return found


def _address(url: str, canonical: str, og: str) -> str:
    """The story's address: the canonical one unless it points at a front page while the page is none."""
    for given in (canonical, og):
        address = resolve(given, url).split("#", 1)[0]
        try:
            parts = urlsplit(address)
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and (parts.path.strip("/") or parts.query or not url):
            return address
    return url.split("#", 1)[0]


def _from_jsonld(story: Story, node: dict[str, Any]) -> None:
    story.title = text_of(node.get("headline") or node.get("name"))
    story.byline = text_of(node.get("author") or node.get("creator"))
    story.published = _date(node.get("datePublished") or node.get("dateCreated"))
    story.modified = _date(node.get("dateModified"))
    story.language = _language(text_of(node.get("inLanguage")))
    story.publisher = text_of(node.get("publisher"))
    for image in node["image"] if isinstance(node.get("image"), list) else [node.get("image")]:
        address = image.get("url") or image.get("contentUrl") if isinstance(image, dict) else image
        if isinstance(address, str):
            story.lead.append(address)


def _from_meta(story: Story, meta: dict[str, str]) -> None:
    def first(fact: str) -> str:
        return next((meta[k] for k in _META[fact] if k in meta), "")

    author = first("author")
    story.title = story.title or first("title")
    story.byline = story.byline or ("" if author.startswith("http") else author)
    story.published = story.published or _date(first("published"))
    story.modified = story.modified or _date(first("modified"))
    story.language = story.language or _language(first("language"))
    story.publisher = story.publisher or first("publisher")
    if lead := first("lead"):
        story.lead.append(lead)


def _from_markup(story: Story, page: Page) -> None:
    if declared := _language(
        page.root.get("lang") or page.root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    ):
        # The page's own attribute is about the text; inLanguage and og:locale are often left at a template's default.
        story.language = declared
    if not story.title:
        heading = next((t for h in page.all("h1") if (t := words(h))), "")
        story.title = heading or next((t for e in page.all("title") if (t := tidy(e.text or ""))), "")
    if not story.published:
        stamps = (e.get("datetime") or words(e) for e in page.all("time"))
        story.published = next((d for s in stamps if (d := _date(s))), "")
    if not story.byline:
        story.byline = _byline(page)


def _byline(page: Page) -> str:
    for element in page.root.iter("*"):
        marks = f"{element.get('rel') or ''} {element.get('itemprop') or ''} {element.get('class') or ''}"
        if ("author" in marks or "byline" in marks) and "credit" in says(element) and len(element) < 12:
            text = words(element)
            if 2 < len(text) < 120:
                return text
    return ""


def _date(value: Any) -> str:
    """The ISO 8601 date or time in ``value``, or ``""``."""
    found = _DATE.search(value[:200]) if isinstance(value, str) else None
    return found.group().replace(" ", "T") if found else ""


def _host_names(address: str) -> set[str]:
    """What a site may call itself after its host: ``news.example.co`` gives "news", "example", "newsexampleco", …"""
    try:
        host = (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return set()
    return {letters(part) for part in (host, host.rpartition(".")[0], *host.split(".")[:-1]) if len(part) > 2}


def _language(value: str) -> str:
    found = _LANGUAGE.fullmatch(value.strip())
    return found.group().replace("_", "-") if found else ""
