"""What a picture file says of itself: EXIF, IPTC-IIM, XMP, PNG text, C2PA and sidecars, reconciled, raw fields beside.

Nothing here decodes pixels, follows a reference or trusts a length. Every value is hostile text: controls are removed, long
values cut with a note, and a broken packet gives what can be read of it plus a warning.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from PIL import Image

from ...errors import Rejected
from ...model import Metadata, MetaField
from .. import files
from ..formats import sniff
from . import exif, iptc, packets, provenance, reconcile, times, xmp
from .text import Notes

__all__ = ["METADATA_BYTES", "read", "sidecars_of"]

#: How many bytes of embedded packets are taken from one file, and how large a sidecar may be.
METADATA_BYTES = 32 << 20
_SIDECAR_BYTES = 8 << 20
_FILE_BYTES = 512 << 20


def read(source: Image.Image | Path | bytes, sidecars: Sequence[Path] = (), *, limit: int = METADATA_BYTES) -> Metadata:
    """Return what ``source`` (a file's path, its bytes, or a picture opened from them and not yet loaded) says of itself.

    ``sidecars`` are XMP files beside it; they are preferred. ``limit`` bounds the bytes of packets read. Broken packets are
    warnings. Raises Rejected only when a path cannot be read at all.
    """
    data = _bytes_of(source)
    notes = Notes()
    form = sniff(data) or ""
    found = packets.collect(form, data, limit, notes)
    place = exif.read(found.exif, notes) if len(found.exif) else None
    if found.iim:
        iptc.read(found.iim, notes)
    _xmp(found, notes)
    for name, words in found.text:
        notes.add("PNG", name, words)
    for sidecar in sidecars:
        _sidecar(sidecar, notes)
    if found.c2pa:
        provenance.read(form, data, notes)
    return _settle(notes, place, iim_newer=iptc.changed_since(found.iim, found.digest), c2pa=found.c2pa)


def sidecars_of(picture: Path) -> tuple[Path, ...]:
    """Return the XMP files that describe ``picture`` by their names: ``name.jpg.xmp`` and ``name.xmp``, those that exist."""
    names = (picture.with_name(picture.name + ".xmp"), picture.with_suffix(".xmp"))
    return tuple(name for name in names if name != picture and name.is_file() and not name.is_symlink())


def _bytes_of(source: Image.Image | Path | bytes) -> bytes:
    if isinstance(source, bytes):
        return source
    if isinstance(source, Path):
        return files.read(source, _FILE_BYTES).data
    handle = getattr(source, "fp", None)
    if isinstance(handle, io.BytesIO):
        return handle.getvalue()
    name = getattr(source, "filename", "")
    return files.read(Path(name), _FILE_BYTES).data if name else b""


def _xmp(found: packets.Packets, notes: Notes) -> None:
    for packet in found.xmp:
        announced = xmp.read(packet, notes)
        if announced:
            more = xmp.join_extended(found.extended, announced, notes)
            if more:
                xmp.read(more, notes)


def _sidecar(path: Path, notes: Notes) -> None:
    try:
        content = files.read(path, _SIDECAR_BYTES)
    except Rejected as error:
        notes.warn(f"The sidecar {path.name[:80]} was left out. {error}")
        return
    xmp.read(content.data, notes, "sidecar")


def _settle(notes: Notes, place: tuple[float, float] | None, *, iim_newer: bool, c2pa: bool) -> Metadata:
    fields = reconcile.by_name(_with_times(notes.fields))
    single = {
        name.field: reconcile.choose(name, reconcile.values(fields, name, iim_newer=iim_newer))
        for name in reconcile.PROPERTIES
    }
    single["created"] = single["created"] or next(
        (said[0].value for key in reconcile.LATER_DATES if (said := fields.get(key))), ""
    )
    return Metadata(
        **single,
        persons=_persons(notes.fields),
        keywords=_keywords(fields, iim_newer=iim_newer),
        gps=place or _xmp_place(fields),
        camera=_camera(fields),
        rating=_rating(fields),
        digital_source_type=_one(fields, "Iptc4xmpExt:DigitalSourceType"),
        document_id=_one(fields, "xmpMM:DocumentID"),
        instance_id=_one(fields, "xmpMM:InstanceID"),
        derived_from=_derived(fields),
        c2pa=c2pa,
        fields=tuple(notes.fields),
        disagreements=reconcile.disagreements(fields, iim_newer=iim_newer),
        warnings=tuple(notes.warnings),
    )


#: IIM keeps the time of a date in a dataset of its own.
_IIM_TIMES = {"DateCreated": "TimeCreated", "DigitalCreationDate": "DigitalCreationTime"}


def _with_times(fields: Sequence[MetaField]) -> Iterable[MetaField]:
    """The fields, with IIM dates joined with their times."""
    clocks = {item.name: item.value for item in fields if item.group == "IPTC" and item.name in _IIM_TIMES.values()}
    for item in fields:
        clock = clocks.get(_IIM_TIMES.get(item.name, "")) if item.group == "IPTC" else None
        joined = times.from_iim(item.value, clock) if clock else ""
        yield MetaField(item.group, item.name, joined, f"{item.raw or item.value} {clock}") if joined else item


def _all(fields: reconcile.Fields, name: str) -> list[str]:
    """The values of an XMP property, the sidecar's if it has any."""
    return [item.value for item in fields.get(("sidecar", name)) or fields.get(("XMP", name)) or ()]


def _one(fields: reconcile.Fields, name: str) -> str:
    return next(iter(_all(fields, name)), "")


_PERSON_NAMES = ("Iptc4xmpExt:PersonInImage", "mwg-rs:Name", "MPReg:PersonDisplayName", "Iptc4xmpExt:PersonName")


def _persons(fields: Sequence[MetaField]) -> tuple[str, ...]:
    """Everybody who is named as shown: as such, with details, or in a region that is not of another type than a face."""
    other = {
        item.name.rpartition("/")[0]
        for item in fields
        if item.name.endswith("/mwg-rs:Type") and item.value.lower() != "face"
    }
    named = [
        item.value
        for item in fields
        if item.name.rpartition("/")[2] in _PERSON_NAMES and item.name.rpartition("/")[0] not in other
    ]
    return tuple(dict.fromkeys(named))


def _keywords(fields: reconcile.Fields, *, iim_newer: bool) -> tuple[str, ...]:
    iim = [item.value for item in fields.get(("IPTC", "Keywords"), ())]
    embedded = _all(fields, "dc:subject")
    windows = [part.strip() for item in fields.get(("EXIF", "XPKeywords"), ()) for part in item.value.split(";")]
    chosen = (iim or embedded) if iim_newer else (embedded or iim)
    return tuple(dict.fromkeys(word for word in chosen or windows if word))


def _xmp_place(fields: reconcile.Fields) -> tuple[float, float] | None:
    latitude, longitude = (xmp.position(_one(fields, name)) for name in ("exif:GPSLatitude", "exif:GPSLongitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return latitude, longitude


def _camera(fields: reconcile.Fields) -> str:
    make, model = (
        next((item.value for key in (("EXIF", name), ("XMP", f"tiff:{name}")) for item in fields.get(key, ())), "")
        for name in ("Make", "Model")
    )
    brand = make.split(" ", 1)[0]
    return model if not make or (brand and model.lower().startswith(brand.lower())) else f"{make} {model}".strip()


def _rating(fields: reconcile.Fields) -> int | None:
    """Stars from 0 to 5, or -1 for rejected (XMP part 1, 8.4)."""
    said = _one(fields, "xmp:Rating") or next((item.value for item in fields.get(("EXIF", "Rating"), ())), "")
    try:
        stars = round(float(said[:8]))
    except (ValueError, OverflowError):
        return None
    return stars if -1 <= stars <= 5 else None


_ANCESTORS = ("DocumentID", "InstanceID", "OriginalDocumentID")


def _derived(fields: reconcile.Fields) -> tuple[str, ...]:
    """The ids of documents that this one was made from (XMP media management), nearest first, without its own."""
    own = {_one(fields, "xmpMM:DocumentID"), _one(fields, "xmpMM:InstanceID")}
    found = [_one(fields, f"xmpMM:DerivedFrom/stRef:{name[0].lower() + name[1:]}") for name in _ANCESTORS]
    found += [_one(fields, "xmpMM:OriginalDocumentID"), *_all(fields, "photoshop:DocumentAncestors")]
    return tuple(value[:200] for value in dict.fromkeys(found) if value and value not in own)
