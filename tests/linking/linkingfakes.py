"""Small articles, captions and pictures for the tests of linking."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from catalog.linking import Candidate, Folder, Known, Scope
from catalog.model import Article, Caption, Image, Metadata, PictureRef

SOURCE = "story/article.txt"


def article(*urls: str | tuple[str, ...], source: str = SOURCE, kind: str = "plaintext", text: str = "") -> Article:
    """An article whose page names pictures by these addresses (a tuple for several renditions)."""
    refs = []
    for i, url in enumerate(urls):
        every = url if isinstance(url, tuple) else (url,)
        refs.append(PictureRef(i, every[0], every))
    return Article("a1", source, "0" * 64, "webpage" if urls else kind, text=text, pictures=tuple(refs))


def captions(*texts: str, pictures: Sequence[int | None] = (), **fields: Any) -> list[Caption]:
    """Captions in order; ``pictures`` are the positions of the pictures that the page puts them with."""
    where = list(pictures) or [None] * len(texts)
    return [
        Caption(f"c{i}", "a1", i, t, picture=p, **fields) for i, (t, p) in enumerate(zip(texts, where, strict=True))
    ]


def picture(
    path: str,
    *,
    scope: Scope = "import",
    urls: tuple[str, ...] = (),
    known: tuple[Known, ...] = (),
    folder: Folder = "",
    **meta: Any,
) -> Candidate:
    """A picture file at ``path`` with this embedded metadata."""
    digest = hashlib.sha256(path.encode()).hexdigest()
    image = Image(digest[:16], digest, 1, 640, 480, "JPEG", (path,), metadata=Metadata(**meta))
    return Candidate(image, scope, urls, known, folder)
