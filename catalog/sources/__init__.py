"""Reading inputs: :func:`walk` finds files without opening them, :func:`read` tells what one holds.

>>> for entry in walk(["story/"]):
...     for item in read(entry): ...

Everything met ends as a Document, a PictureFile or a LeftAside with its reason; nothing raises for what a file holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from ..errors import CatalogError, TooLarge
from .base import Document, Entry, Item, LeftAside, PictureFile
from .files import open_regular, read_rest, read_some
from .gzipped import CUT, unpack
from .kinds import HEAD, PAGE_SUFFIXES, Sniffed, sniff, suffix
from .limits import LIMITS, Limits
from .mhtml import read_mhtml
from .ninjs import read_ninjs
from .pictures import misnamed, read_picture, unreadable_name
from .plaintext import read_text
from .savedpage import files_beside
from .wacz import read_wacz
from .walking import entry, walk
from .warc import read_warc
from .webpage import read_page

__all__ = ["LIMITS", "Document", "Entry", "Item", "LeftAside", "Limits", "PictureFile", "entry", "read", "walk"]


#: Kinds of files that are read whole at once; packed by gzip, they are unpacked for it.
_WHOLE = frozenset({"page", "text", "json", "mhtml"})


def read(entry: Entry, *, url: str = "", limits: Limits = LIMITS, words_only: bool = False) -> Iterator[Item]:
    """Yield what one file holds: documents, a picture, or why it is left aside. No link inside is followed.

    ``url`` is the address of a page, where the user knows it. ``words_only``: a page comes without its hash and without
    the pictures inside and beside it, which only a catalogue needs.
    """
    if entry.aside:
        yield entry.aside
        return
    try:
        with open_regular(entry.file, follow=True) as file:
            # What is named as a page is read at once: joining what was read in parts takes as long as reading it.
            whole = entry.size + 1 if suffix(entry.file.name) in PAGE_SUFFIXES else 0
            data = read_some(file, max(HEAD, min(whole, limits.document)))
            found = sniff(data[:HEAD], entry.file.name)
            packed = found.holds == "gzip"
            if packed:
                found = _inside(data[:HEAD], entry.file.name)
            aside = _left_aside(entry, found)
            if aside is None and found.holds in _WHOLE:
                data = read_rest(file, data, _limit(found, limits))
        if aside:
            yield aside
        elif packed and found.holds in _WHOLE:
            yield from _unpacked(entry, found, data, url, limits, words_only=words_only)
        else:
            yield from _read(entry, found, data, url, limits, words_only=words_only)
    except CatalogError as error:
        yield LeftAside(entry.path, "rejected", str(error))


def _inside(head: bytes, name: str) -> Sniffed:
    """What a gzip archive of which ``head`` was read holds; ``other`` when it is nothing that is read packed."""
    found = sniff(unpack(head, HEAD)[0], name[:-3] if name.lower().endswith(".gz") else name)
    return found if found.holds in (*_WHOLE, "warc") else Sniffed("other", "a gzip archive")


def _limit(found: Sniffed, limits: Limits) -> int:
    return limits.archive if found.holds == "mhtml" else limits.document


def _unpacked(
    entry: Entry, found: Sniffed, packed: bytes, url: str, limits: Limits, *, words_only: bool
) -> Iterator[Item]:
    """What the words packed in a file's bytes hold. Raises TooLarge."""
    limit = _limit(found, limits)
    data, whole = unpack(packed, limit + 1)
    if len(data) > limit:
        raise TooLarge(f"unpacks to more than {limit >> 20} MB")
    for item in _read(entry, found, data, url, limits, words_only=words_only):
        if isinstance(item, Document):
            sha256 = item.sha256 and hashlib.sha256(packed).hexdigest()
            warnings = item.warnings if whole else (*item.warnings, CUT)
            yield replace(item, sha256=sha256, warnings=warnings)
        else:
            yield item


def _read(entry: Entry, found: Sniffed, data: bytes, url: str, limits: Limits, *, words_only: bool) -> Iterator[Item]:
    """What a file holds of which ``data`` was read: all of it where it holds words."""
    if found.holds == "picture":
        yield read_picture(entry)
    elif found.holds == "warc":
        yield from read_warc(entry.path, entry.file, limits)
    elif found.holds == "wacz":
        yield from read_wacz(entry.path, entry.file, limits)
    elif found.holds == "mhtml":
        yield from read_mhtml(entry.path, data, limits)
    else:
        yield _document(entry, found, data, url, limits, words_only=words_only)


def _document(
    entry: Entry, found: Sniffed, data: bytes, url: str, limits: Limits, *, words_only: bool
) -> Document | LeftAside:
    if entry.url:
        return _served(entry, found, data, limits)
    if found.holds == "text":
        return read_text(entry.path, data)
    if found.holds == "json":
        return read_ninjs(entry.path, entry.file, data, limits)
    page = read_page(entry.path, data, url=url, limits=limits, words_only=words_only)
    if words_only:
        return page
    beside = tuple(files_beside(entry.file, entry.path, page.text, limits))
    return replace(page, kind="savedpage", pictures=(*beside, *page.pictures)) if beside else page


def _served(entry: Entry, found: Sniffed, data: bytes, limits: Limits) -> Document | LeftAside:
    """A document that was fetched: the server says its encoding, and the files beside it are none of its own."""
    if found.holds == "page":
        return read_page(entry.path, data, url=entry.url, charset=entry.charset, limits=limits)
    if found.holds == "json":
        item = read_ninjs(entry.path, entry.file, data, limits)
        return replace(item, url=item.url or entry.url, pictures=()) if isinstance(item, Document) else item
    text = read_text(entry.path, data, charset=entry.charset)
    return replace(text, url=entry.url) if isinstance(text, Document) else text


def _left_aside(entry: Entry, found: Sniffed) -> LeftAside | None:
    """What is told by the first bytes, the name and the neighbours alone."""
    if found.holds == "empty":
        return LeftAside(entry.path, "rejected", "an empty file")
    wrong = misnamed(entry, found) or unreadable_name(entry, found)
    if wrong:
        return wrong
    if found.holds == "xmp":
        of = f"sidecar of {entry.sidecar_of}" if entry.sidecar_of else "an XMP sidecar without its picture"
        return LeftAside(entry.path, "ignored", of)
    if entry.part_of and found.holds != "picture":
        return LeftAside(entry.path, "ignored", f"part of the saved page {entry.part_of}")
    if found.holds == "other":
        return LeftAside(entry.path, "ignored", found.name)
    if found.holds == "unknown":
        return LeftAside(entry.path, "ignored", "binary data of no kind that is catalogued")
    return None
