"""The door of this room: one document in, its story and captions out."""

from __future__ import annotations

from typing import Any

from ..model import Extraction
from ..sources.base import Document
from . import markup, ninjs


def extract_document(document: Document) -> Extraction:
    """Return the (main) story of a document and its captions."""
    if document.kind == "plaintext":
        from . import plaintext  # its scorer needs NumPy, which takes longer to load than a page to read

        return plaintext.read(document)
    return ninjs.read(document) if document.kind == "ninjs" else markup.read(document)


def extract_documents(document: Document) -> tuple[Extraction, ...]:
    """Return the stories of a document, the main one first; at least one."""
    return (extract_document(document),) if document.kind in ("plaintext", "ninjs") else markup.read_all(document)


def extraction_to_json(extraction: Extraction) -> dict[str, Any]:
    """Return an extraction as the ``extract`` command prints it, without ``path``."""
    article = extraction.article
    by_picture: dict[int, Any] = {}
    for caption in extraction.captions:
        if caption.picture is not None:
            by_picture.setdefault(caption.picture, caption)
    return {
        "article": {
            "title": article.title,
            "byline": article.byline,
            "published": article.published,
            "language": article.language,
            "url": article.url,
        },
        "images": [
            {
                "url": picture.url,
                "urls": list(picture.urls),
                "alt": picture.alt,
                "caption": by_picture[picture.position].text if picture.position in by_picture else "",
                "credit": by_picture[picture.position].credit if picture.position in by_picture else "",
                "position": picture.position,
            }
            for picture in article.pictures
        ],
        "captions": [
            {
                # In plain text a caption is a line: it is given as printed, and `bare` without its credit.
                "text": caption.printed if article.kind == "plaintext" else caption.text,
                "bare": caption.text,
                "credit": caption.credit,
                "line": caption.line,
                "start": caption.start,
                "end": caption.end,
                "image_url": caption.image_url,
                "confidence": caption.confidence,
                "reasons": [{"name": reason.name, "weight": reason.weight} for reason in caption.reasons],
            }
            for caption in extraction.captions
        ],
    }
