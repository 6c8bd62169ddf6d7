"""Document -> Article + Captions. Knows pages and texts, and no store."""

from .reading import extract_document, extract_documents, extraction_to_json

__all__ = ["extract_document", "extract_documents", "extraction_to_json"]
