"""News items as JSON (IPTC ninjs 1.x, 2.x and 3.x): which JSON is one, and which pictures beside the file it names.

The words are read by :mod:`catalog.captions`; here only the file is recognised.
"""

# ruff: noqa: PTH118, PTH120

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import CatalogError
from .base import Document, LeftAside, PictureFile
from .encoding import decode
from .files import read_head
from .kinds import is_picture
from .limits import LIMITS, Limits

#: Properties that only news items have together: an item is one when it has two of them.
_NAMES = (
    "uri headline headlines body_text body_html body_xhtml bodies byline bylines renditions associations "
    "versioncreated versionCreated firstcreated firstCreated pubstatus pubStatus descriptions "
    "description_text copyrightholder copyrightHolder creditline creditLine"
)
_MARKS = frozenset(_NAMES.split())


def read_ninjs(path: str, file: Path, data: bytes, limits: Limits = LIMITS) -> Document | LeftAside:
    """Return the Document of a ninjs file's bytes; other JSON is ignored, JSON that does not parse is rejected."""
    text, encoding, warnings = decode(data)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return LeftAside(path, "rejected", "JSON that cannot be parsed")
    if not is_item(value):
        return LeftAside(path, "ignored", "JSON data that is no news item (ninjs)")
    pictures = tuple(_beside(path, file, value, limits))
    return Document(path, "ninjs", text, encoding, hashlib.sha256(data).hexdigest(), _url(value), pictures, warnings)


def is_item(value: Any) -> bool:
    """Whether a JSON value is a ninjs news item."""
    return isinstance(value, dict) and len(_MARKS & value.keys()) >= 2


def renditions(item: Any, limits: Limits = LIMITS) -> Iterator[dict[str, Any]]:
    """Yield the renditions (objects with ``href``) of an item and its associations, in document order."""
    ahead: list[tuple[Any, int]] = [(item, 0)]
    count = 0
    while ahead and count < limits.members:
        value, depth = ahead.pop()
        if isinstance(value, dict):
            if isinstance(value.get("href"), str):
                count += 1
                yield value
            inner: list[Any] = (
                [value[k] for k in ("renditions", "associations") if k in value]
                if depth % 2 == 0
                else list(value.values())
            )
        else:
            inner = value if isinstance(value, list) else []
        if depth < 2 * limits.depth:
            ahead.extend((v, depth + 1) for v in reversed(inner))


def _beside(path: str, file: Path, item: Any, limits: Limits) -> Iterator[PictureFile]:
    """Picture files in the item's folder that a rendition names by a bare or relative address's last step."""
    seen: set[str] = set()
    for rendition in renditions(item, limits):
        href = str(rendition["href"])[:2000]
        name = href.split("?")[0].split("#")[0].rpartition("/")[2]
        if not name or name in seen or name in (".", "..") or "\0" in name:
            continue
        seen.add(name)
        beside = file.parent / name
        try:
            found = is_picture(read_head(beside, 64))
        except CatalogError:
            continue
        if found:
            yield PictureFile(os.path.join(os.path.dirname(path), name), file=beside, url=href)


def _url(item: dict[str, Any]) -> str:
    for key in ("url", "uri"):
        value = item.get(key)
        if isinstance(value, str) and value.startswith(("http://", "https://")):
            return value
    return ""
