"""What every standard format says of a picture: the record in the terms that XMP, ninjs, schema.org and IIIF share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from ..model import Metadata, Record, Usage
from ..paths import plain

#: Format of a picture -> its media type. What is not here is sent as bytes without meaning.
MEDIA_TYPES = {
    "JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif", "TIFF": "image/tiff", "BMP": "image/bmp",
    "HEIF": "image/heif", "AVIF": "image/avif", "JPEG2000": "image/jp2", "MPO": "image/jpeg",
}  # fmt: skip

#: Most file systems take names of 255 bytes; an id and an ending still go behind this.
_NAME_BYTES = 200
_DAY_TIME_ZONE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
#: What XML 1.0 cannot hold, and what no format should carry: controls but tab and newline, lone surrogates, non-characters.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Description:
    """A record in the words of the standards. ``usages`` are those that hold; ``others`` are captions beside the first."""

    record: Record
    caption: str
    others: tuple[str, ...]
    credit: str
    keywords: tuple[str, ...]
    note: str
    usages: tuple[Usage, ...]

    @property
    def metadata(self) -> Metadata:
        """What the picture file says of itself."""
        return self.record.image.metadata

    @property
    def uri(self) -> str:
        """A name for the picture that holds everywhere: its content's hash."""
        return f"urn:sha256:{self.record.image.sha256}"

    @property
    def file_name(self) -> str:
        """The name of the picture's file where it was first met, without its folder; its id where that cannot be used."""
        paths = self.record.image.paths
        name = clean(PurePosixPath(plain(paths[0]).replace("\\", "/")).name) if paths else ""
        if name in ("", ".", "..") or len(name.encode()) > _NAME_BYTES:
            return f"{self.record.id}.{self.record.image.format.lower() or 'bin'}"
        return name

    @property
    def media_type(self) -> str:
        """The media type of the original."""
        return MEDIA_TYPES.get(self.record.image.format.upper(), "application/octet-stream")


def describe(record: Record) -> Description:
    """Return what is said of a record, cleaned of what no format can hold."""
    captions = tuple(c for c in (clean(text) for text in record.captions) if c)
    keywords = (*record.tags, *record.image.metadata.keywords)
    return Description(
        record=record,
        caption=captions[0] if captions else "",
        others=captions[1:],
        credit=clean(record.credit),
        keywords=tuple(dict.fromkeys(filter(None, map(clean, keywords)))),
        note=clean(record.note),
        usages=tuple(u for u in record.usages if u.status == "linked"),
    )


def clean(text: str) -> str:
    """Return ``text`` without characters that XML or a reader of JSON may refuse, and without space around it."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def moment(text: str) -> str:
    """Return ``text`` if it is a date and time with its zone (RFC 3339), else ``""``."""
    return text if _DAY_TIME_ZONE.fullmatch(text) else ""


def unique_names(descriptions: Iterable[Description], suffix: str) -> Iterator[tuple[Description, str]]:
    """Yield each description with a file name of its own, ending in ``suffix``; a name met before gets the picture's id."""
    seen: set[str] = set()
    for d in descriptions:
        name = d.file_name
        if name.casefold() in seen:
            stem, dot, ending = name.rpartition(".")
            name = f"{stem}-{d.record.id}.{ending}" if dot else f"{name}-{d.record.id}"
        seen.add(name.casefold())
        yield d, name + suffix
