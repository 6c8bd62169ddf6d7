"""What sources yield: documents with words, picture files, and what was left aside with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

SourceKind = Literal["webpage", "savedpage", "mhtml", "warc", "plaintext", "ninjs"]


@dataclass(frozen=True, slots=True)
class PictureFile:
    """One picture met while reading: a file on disk (``file``), or a member of an archive or page (``data``).

    ``path`` is how results and records name it: the path as the user gave it, ``file!/member`` for members.
    ``url`` is the address it was served from, when the source says so; for a file beside a page it is the reference by
    which the page names it, as written there. ``sidecars`` are XMP files that describe it. ``fetched`` marks a file that
    Cutline itself got from the network: no one else keeps it.
    """

    path: str
    file: Path | None = None
    data: bytes | None = None
    url: str = ""
    sidecars: tuple[Path, ...] = ()
    fetched: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """One source of words: its decoded text, where it came from and the pictures that came with it.

    ``sha256`` is of the bytes read. ``pictures`` are those that belong to this document (the files of a saved
    page's folder, the parts of an MHTML file, picture responses of a WARC, ``data:`` pictures of a page).
    """

    path: str
    kind: SourceKind
    text: str
    encoding: str
    sha256: str
    url: str = ""
    pictures: tuple[PictureFile, ...] = ()
    warnings: tuple[str, ...] = ()
    utf8: bytes = field(default=b"", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class LeftAside:
    """An input that becomes neither.

    ``ignored`` is not a kind that Cutline catalogues, ``rejected`` should have been readable and was not.
    """

    path: str
    result: Literal["ignored", "rejected"]
    reason: str


Item = Document | PictureFile | LeftAside


@dataclass(frozen=True, slots=True)
class Entry:
    """One name met while walking, with what ``lstat`` says of it; nothing has been opened yet.

    ``path`` is its text (see :mod:`catalog.paths`), ``file`` the path to open. ``sidecars`` are XMP files beside it.
    ``part_of`` names the saved page whose folder it lies in, ``sidecar_of`` the picture it describes. ``aside`` is set
    when it is not to be opened at all, with the reason. For what was fetched, ``path`` is the address as the user gave it,
    ``url`` the one that answered and ``charset`` the encoding that the server named.
    """

    path: str
    file: Path
    size: int = 0
    mtime_ns: int = 0
    inode: int = 0
    sidecars: tuple[Path, ...] = ()
    part_of: str = ""
    sidecar_of: str = ""
    stamp: str = ""
    aside: LeftAside | None = None
    url: str = ""
    charset: str = ""
