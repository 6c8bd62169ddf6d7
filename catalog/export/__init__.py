"""Ways out: one file per format. Each takes records (or, for ``--everything``, the catalogue) and yields bytes piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..codec import encode
from ..errors import UsageError
from ..later import later

if TYPE_CHECKING:
    from ..catalogue import Catalogue
    from ..model import Record
    from . import archive, csvfile, description, iiif, jsonl, jsonld, ninjs, xmp
else:
    archive, csvfile, description, iiif, jsonl, jsonld, ninjs, xmp = later(
        *(
            f".export.{name}"
            for name in ("archive", "csvfile", "description", "iiif", "jsonl", "jsonld", "ninjs", "xmp")
        )
    )

Files = Iterator[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Format:
    """One way out. ``write`` yields one stream for (records, address of the server); ``files``, where there is such a thing, one
    file for each picture. ``media_type`` and ``file_name`` are the stream's."""

    write: Callable[[Iterable[Record], str], Iterator[bytes]]
    media_type: str
    file_name: str
    files: Callable[[Iterable[Record], str], Files] | None = None


def _sidecars(records: Iterable[Record], base: str) -> Files:
    for d, name in description.unique_names(map(description.describe, records), ".xmp"):
        yield name, xmp.packet(d)


def _items(records: Iterable[Record], base: str) -> Files:
    for d, name in description.unique_names(map(description.describe, records), ".json"):
        yield name, encode(ninjs.item(d, base)) + b"\n"


FORMATS = {
    "csv": Format(lambda records, base: csvfile.write(records), "text/csv; charset=utf-8", "cutline.csv"),
    "jsonl": Format(lambda records, base: jsonl.write(records), "application/x-ndjson", "cutline.jsonl"),
    "xmp": Format(
        lambda records, base: archive.zipped(_sidecars(records, base)), "application/zip", "cutline-xmp.zip", _sidecars
    ),
    "ninjs": Format(
        lambda records, base: (item for _, item in _items(records, base)),
        "application/x-ndjson",
        "cutline-ninjs.jsonl",
        _items,
    ),
    "jsonld": Format(
        lambda records, base: jsonld.write(map(description.describe, records), base),
        "application/ld+json",
        "cutline.jsonld",
    ),
    "iiif": Format(
        lambda records, base: iiif.write(map(description.describe, records), base),
        'application/ld+json;profile="http://iiif.io/api/presentation/3/context.json"',
        "cutline-iiif.json",
    ),
}


def export(
    cat: Catalogue, format_: str, records: Iterable[Record], *, everything: bool = False, base: str = ""
) -> Iterator[bytes]:
    """Yield the export of ``records`` in a format. ``everything`` (jsonl) yields the whole catalogue instead.

    ``base`` is the address at which the catalogue is served, for the formats that name pictures by address.
    Raises UsageError for a format that there is not, or that cannot hold everything.
    """
    if everything and format_ != "jsonl":
        raise UsageError("Only the jsonl format holds everything.", field="format")
    if everything:
        return jsonl.everything(cat)
    return _format(format_).write(records, base.rstrip("/"))


def export_files(format_: str, records: Iterable[Record], *, base: str = "") -> Files:
    """Yield (name, content) of one file for each picture; names are unique and hold no folder.

    Raises UsageError for a format that there is not, or that is one file for all.
    """
    files = _format(format_).files
    if files is None:
        several = ", ".join(name for name, one in FORMATS.items() if one.files)
        raise UsageError(f"{format_} is one file for all pictures; a folder is filled by {several}.", field="format")
    return files(records, base.rstrip("/"))


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise UsageError(
            f"There is no export format “{name[:40]}”: choose one of {', '.join(FORMATS)}.", field="format"
        )
    return FORMATS[name]
