"""CSV (RFC 4180, UTF-8 with BOM so that spreadsheets read it): one row per picture.

A cell that a spreadsheet would take for a formula (it starts with ``= + - @``, tab or return) is written behind an
apostrophe, after OWASP's advice on CSV injection.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from ..model import Record
from ..paths import display

COLUMNS = (
    "id", "sha256", "paths", "width", "height", "format", "caption", "credit", "tags", "note", "articles", "published", "status",
)  # fmt: skip


def cell(value: str) -> str:
    """Return ``value`` so that no spreadsheet runs it."""
    clean = value.replace("\x00", "")
    return f"'{clean}" if clean[:1] in ("=", "+", "-", "@", "\t", "\r") else clean


def write(records: Iterable[Record]) -> Iterator[bytes]:
    """Yield the header, then a row for each record."""
    yield b"\xef\xbb\xbf" + _row(COLUMNS)
    for r in records:
        linked = [u for u in r.usages if u.status == "linked"]
        yield _row(
            [
                r.id, r.image.sha256, " | ".join(map(display, r.image.paths)), str(r.image.width), str(r.image.height),
                r.image.format,
                r.captions[0] if r.captions else "", r.credit, ", ".join(r.tags), r.note,
                " | ".join(u.title or u.url for u in linked), " | ".join(u.published for u in linked), " ".join(sorted(r.flags)),
            ]
        )  # fmt: skip


def _row(values: Iterable[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([cell(v) for v in values])
    return out.getvalue().encode("utf-8", "replace")
