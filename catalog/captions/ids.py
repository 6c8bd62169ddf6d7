"""Stable ids of articles and captions: reading the same source again gives the same ids."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def article_id(url: str, path: str) -> str:
    """Return the 16-digit id of the article at ``url`` (canonical), or of ``path`` when no web address is known.

    The scheme's and host's case, the fragment and a trailing slash make no difference.
    """
    key = _page_key(url)
    return _digest(f"url:{key}" if key else f"path:{path}")


def _page_key(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path.rstrip('/')}{query}"


def caption_id(article: str, printed: str, occurrence: int = 0) -> str:
    """Return the 16-digit id of a caption of ``article``.

    ``occurrence`` counts from 0 the captions of the article that print the same words; white space makes no difference.
    """
    words = " ".join(printed.split())
    return _digest(f"caption:{article}:{occurrence}:{words}")


def caption_ids(article: str, printed: Iterable[str]) -> Iterator[str]:
    """Yield the id of each caption of one article, given its printed texts in document order."""
    seen: dict[str, int] = {}
    for text in printed:
        words = " ".join(text.split())
        yield caption_id(article, words, seen.get(words, 0))
        seen[words] = seen.get(words, 0) + 1
