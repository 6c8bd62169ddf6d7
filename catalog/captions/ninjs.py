"""Captions of a news item as JSON (IPTC ninjs 1.x, 2.x, 3.x): its own if it is a picture, and those of its associations.

Nothing is guessed here: the format says what is a description and what a credit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ..model import Article, Caption, Evidence, Extraction, PictureRef
from ..sources.base import Document
from .credit import cut
from .ids import article_id, caption_ids

#: How deep associations within associations are followed, and how many pictures of one item are taken.
_DEPTH = 6
_PICTURES = 500
_TAG = re.compile(r"<[^<>]{0,2000}>")
_REASON = Evidence("description of the item's picture", 6.0)

Item = dict[str, Any]


def read(document: Document) -> Extraction:
    """Return the article of a ninjs document (whose text is known to parse) and one caption per described picture."""
    item = json.loads(document.text)
    pictures = list(_pictures(item))
    ident = article_id(document.url, document.path)
    refs = tuple(_reference(picture, n) for n, picture in enumerate(pictures))
    described = [(p, r, text) for p, r in zip(pictures, refs, strict=True) if (text := _first(p, "description"))]
    ids = caption_ids(ident, [text for _, _, text in described])
    captions = tuple(
        _caption(document.text, picture, ref, text, i, n, ident)
        for n, ((picture, ref, text), i) in enumerate(zip(described, ids, strict=True))
    )
    article = Article(
        id=ident,
        source=document.path,
        sha256=document.sha256,
        kind=document.kind,
        url=document.url,
        title=_first(item, "headline"),
        byline=_first(item, "byline"),
        published=_text(item, "firstcreated", "firstCreated", "versioncreated", "versionCreated"),
        modified=_text(item, "versioncreated", "versionCreated"),
        language=_text(item, "language").partition("-")[0],
        encoding=document.encoding,
        text=_body(item),
        pictures=refs,
        warnings=document.warnings,
    )
    return Extraction(article, captions)


def _pictures(item: Item) -> Iterator[Item]:
    """The item itself and its associations, as far as they are pictures with renditions, in document order."""
    ahead: list[tuple[Any, int]] = [(item, 0)]
    count = 0
    while ahead and count < _PICTURES:
        value, depth = ahead.pop()
        if not isinstance(value, dict):
            continue
        if value.get("type") in ("picture", "graphic") or (depth and _renditions(value)):
            count += 1
            yield value
        if depth < _DEPTH:
            ahead.extend((v, depth + 1) for v in reversed(_members(value.get("associations"))))


def _members(value: Any) -> list[Any]:
    """The objects of a property that is an object by name in ninjs 1 and a list from ninjs 2 on."""
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def _renditions(picture: Item) -> list[Item]:
    return [r for r in _members(picture.get("renditions")) if isinstance(r, dict) and isinstance(r.get("href"), str)]


def _reference(picture: Item, position: int) -> PictureRef:
    found = sorted(_renditions(picture), key=lambda r: -(_number(r, "width") or 0))
    urls = tuple(dict.fromkeys(str(r["href"])[:2000] for r in found))
    return PictureRef(
        position=position,
        url=urls[0] if urls else "",
        urls=urls,
        title=_first(picture, "headline"),
        width=_number(found[0], "width") if found else None,
        height=_number(found[0], "height") if found else None,
    )


def _caption(source: str, picture: Item, ref: PictureRef, printed: str, ident: str, n: int, article: str) -> Caption:
    parts = cut(printed)
    said = " / ".join(
        dict.fromkeys(v for v in (_first(picture, "byline"), _text(picture, "creditline", "creditLine")) if v)
    )
    start = source.find(printed)
    known = start >= 0 and source.find(printed, start + 1) < 0
    return Caption(
        id=ident,
        article=article,
        position=n,
        text=parts.text,
        credit=said or parts.credit,
        printed=printed,
        start=start if known else -1,
        end=start + len(printed) if known else -1,
        line=source.count("\n", 0, start) + 1 if known else 0,
        picture=ref.position,
        image_url=ref.url,
        reasons=(_REASON, *parts.reasons),
    )


def _body(item: Item) -> str:
    """The words of the item, without markup."""
    plain = _text(item, "body_text")
    if plain:
        return plain
    values = [_text(item, "body_html", "body_xhtml")]
    values += [_text(b, "value") for b in _members(item.get("bodies")) if isinstance(b, dict)]
    return "\n".join(" ".join(_TAG.sub(" ", v).split()) for v in values if v)


def _first(item: Item, name: str) -> str:
    """A property that is a string in ninjs 1 (``headline``, ``description_text``) and a list of objects later."""
    plain = _text(item, name, f"{name}_text", f"{name}_caption")
    values = [_text(v, "value") for v in _members(item.get(f"{name}s")) if isinstance(v, dict)]
    return plain or next((v for v in values if v), "")


def _text(item: Item, *names: str) -> str:
    return next((v.strip() for n in names if isinstance(v := item.get(n), str) and v.strip()), "")


def _number(item: Item, name: str) -> int | None:
    value = item.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
