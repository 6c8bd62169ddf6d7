"""How much of one input is read. Every limit of reading stands here."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits in bytes and counts. What lies beyond is left out and said so, never cut silently.

    ``document`` is for one page or text, ``archive`` for one MHTML file (WARC files are streamed), ``member`` for one
    picture inside a file, ``members`` and ``members_total`` for all of one file, ``depth`` for parts within parts.
    ``records`` bounds the records of a WARC file, ``inflate`` how far they may unpack. ``references`` bounds the files
    looked for beside a page, ``inline_least`` is the size from which a ``data:`` picture is one and no placeholder.
    """

    document: int = 60 * MB
    archive: int = 120 * MB
    member: int = 60 * MB
    members: int = 2_000
    members_total: int = 192 * MB
    depth: int = 8
    records: int = 200_000
    inflate: int = 4096 * MB
    references: int = 2_000
    inline_least: int = 2_048


LIMITS = Limits()
