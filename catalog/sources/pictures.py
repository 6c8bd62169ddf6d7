"""A picture file by itself. It is not decoded here: that happens in worker processes, behind guards."""

from __future__ import annotations

from .base import Entry, LeftAside, PictureFile
from .kinds import PAGE_SUFFIXES, PICTURE_SUFFIXES, Sniffed, suffix


def read_picture(entry: Entry) -> PictureFile:
    """Return the picture that an entry's file holds, with its sidecars."""
    return PictureFile(entry.path, entry.file, url=entry.url, sidecars=entry.sidecars, fetched=bool(entry.url))


def misnamed(entry: Entry, found: Sniffed) -> LeftAside | None:
    """Return the rejection of a file whose name promises a picture and whose content is none, else ``None``."""
    last = suffix(entry.file.name)
    if last not in PICTURE_SUFFIXES or found.holds == "picture":
        return None
    what = "no picture data" if found.holds == "unknown" else found.name
    return LeftAside(entry.path, "rejected", f"named .{last} but holds {what}")


def unreadable_name(entry: Entry, found: Sniffed) -> LeftAside | None:
    """Return the rejection of a file whose name promises words and whose content is binary, else ``None``."""
    last = suffix(entry.file.name)
    if found.holds == "unknown" and (last in PAGE_SUFFIXES or last in ("txt", "text", "json", "mhtml", "mht", "warc")):
        return LeftAside(entry.path, "rejected", f"named .{last} but holds binary data")
    return None
