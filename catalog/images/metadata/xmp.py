"""XMP (ISO 16684-1): RDF/XML packets, flattened to named values.

Entities are off, nothing is fetched, and depth, number of parts and size are limited.
"""

from __future__ import annotations

import hashlib
import re
import struct

from lxml import etree

from . import times
from .text import Notes

MAX_PACKET = 8 << 20
MAX_DEPTH = 10
MAX_NODES = 20_000

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_LANG = _XML + "lang"
_LISTS = frozenset(_RDF + name for name in ("Alt", "Bag", "Seq"))
_SYNTAX = frozenset(_RDF + name for name in ("about", "parseType", "resource", "ID", "nodeID", "datatype"))

#: The usual prefixes of the namespaces that newsrooms and cameras write.
_PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/xap/1.0/sType/ResourceRef#": "stRef",
    "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#": "stEvt",
    "http://ns.adobe.com/xap/1.0/bj/": "xmpBJ",
    "http://ns.adobe.com/xmp/note/": "xmpNote",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/lightroom/1.0/": "lr",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://cipa.jp/exif/1.0/": "exifEX",
    "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/camera-raw-settings/1.0/": "crs",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://ns.useplus.org/ldf/xmp/1.0/": "plus",
    "http://www.metadataworkinggroup.com/schemas/regions/": "mwg-rs",
    "http://www.metadataworkinggroup.com/schemas/keywords/": "mwg-kw",
    "http://ns.adobe.com/xmp/sType/Area#": "stArea",
    "http://ns.microsoft.com/photo/1.0/": "MicrosoftPhoto",
    "http://ns.microsoft.com/photo/1.2/": "MP",
    "http://ns.microsoft.com/photo/1.2/t/RegionInfo#": "MPRI",
    "http://ns.microsoft.com/photo/1.2/t/Region#": "MPReg",
    "http://ns.getty.com/xmpGettyImagesGIFT/1.0": "GettyImagesGIFT",
    "http://xmp.gettyimages.com/gift/1.0/": "GettyImagesGIFT",
    "http://ns.acdsee.com/iptc/1.0/": "acdsee",
    "http://www.digikam.org/ns/1.0/": "digiKam",
}

#: One namespace for each prefix, and that of RDF: what a broken packet means by a prefix that it does not declare.
_DECLARED = {space: prefix for prefix, space in {p: s for s, p in _PREFIXES.items()}.items()} | {_RDF[1:-1]: "rdf"}

#: Working data of editors and previews: long, and nothing that a picture desk reads.
_SKIPPED = (
    "crs:",
    "crd:",
    "xmpMM:History",
    "xmpMM:Pantry",
    "xmpMM:Versions",
    "xmp:Thumbnails",
    "xmpNote:",
    "photoshop:History",
    "GDepth:",
    "GImage:",
)

_DATES = frozenset(
    (
        "photoshop:DateCreated",
        "xmp:CreateDate",
        "xmp:ModifyDate",
        "xmp:MetadataDate",
        "exif:DateTimeOriginal",
        "exif:DateTimeDigitized",
        "exif:GPSTimeStamp",
        "tiff:DateTime",
    )
)
_UNSAFE = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
#: A start tag up to the next bracket, and an attribute in it.
_TAG = r"<([^\W\d][\w:.-]*)((?:[^<>\"'/]|\"[^\"<]*\"|'[^'<]*'|/(?!>))*)(/?)>"
#: A start tag that is none up to its bracket: a quotation mark is missing, or one too many.
_BROKEN_TAG = r"<([^\W\d][\w:.-]*)(\s[^<>]*?)(/?)>"
_ATTRIBUTE = re.compile(r"\s([^\W\d][\w:.-]*)\s*=\s*(?:\"[^\"<]*\"|'[^'<]*')(?=[\s/]|$)")
_ANY_TAG = re.compile(f"{_TAG}|{_BROKEN_TAG}")
#: The root that a mended packet is given.
_PACKET = "packet"
_NAME = re.compile(r"[^\w.\-]")
_POSITION = re.compile(r"(\d{1,3}),(\d{1,2}(?:\.\d+)?)(?:,(\d{1,2}(?:\.\d+)?))?([NSEWnsew])")

_EXTENSION_HEAD = 40


def unwrap(packet: bytes) -> str:
    """Return the packet's text: UTF-8, or UTF-16 and UTF-32 as their zero bytes show; without padding around it."""
    head = packet[:4]
    if head[:3] == b"\xef\xbb\xbf":
        packet = packet[3:]
    for charset, mark, first in (
        ("utf-32-be", b"\0\0\xfe\xff", b"\0\0\0<"),
        ("utf-32-le", b"\xff\xfe\0\0", b"<\0\0\0"),
        ("utf-16-be", b"\xfe\xff", b"\0<"),
        ("utf-16-le", b"\xff\xfe", b"<\0"),
    ):
        if head.startswith((mark, first)):
            # A UTF-16 packet may be padded or cut to an odd number of bytes.
            return packet.decode(charset, "replace").lstrip("\ufeff").strip("\0 \t\r\n\ufffd")
    return packet.decode("utf-8", "replace").strip("\0 \t\r\n")


def join_extended(parts: list[bytes], guid: str, notes: Notes) -> bytes:
    """Return the extended packet that the segments ``parts`` hold (XMP part 3, 1.1.3.1), ``b""`` when they do not add up.

    Each part begins with the GUID (32 ASCII digits: the MD5 of the whole), the whole length and the part's offset. Only parts
    that name ``guid``, the one that the main packet announces, are taken.
    """
    chosen = [
        part for part in parts if len(part) >= _EXTENSION_HEAD and part[:32].decode("latin-1").upper() == guid.upper()
    ]
    if not chosen:
        notes.warn("The XMP announces an extended packet that is not in the file.")
        return b""
    (length,) = struct.unpack_from(">I", chosen[0], 32)
    if length > MAX_PACKET:
        notes.warn("The extended XMP packet is larger than is read.")
        return b""
    pieces = sorted((struct.unpack_from(">I", part, 36)[0], part[_EXTENSION_HEAD:]) for part in chosen)
    whole = bytearray()
    for offset, piece in pieces:
        if offset == len(whole):
            whole += piece
    if len(whole) != length or hashlib.md5(whole).hexdigest().upper() != guid.upper():
        notes.warn("The extended XMP packet is incomplete or was changed: it was left out.")
        return b""
    return bytes(whole)


def read(packet: bytes, notes: Notes, group: str = "XMP") -> str:
    """Add the values of ``packet`` to ``notes`` under ``group``; return the GUID of the extended packet it announces.

    Names are ``prefix:Name``; ``[fr]`` follows that of a translation, ``[2]/`` and the field's name that of a structure.
    """
    if len(packet) > MAX_PACKET:
        notes.warn(f"An XMP packet of {len(packet) / 1e6:,.1f} MB was left out.")
        return ""
    root = _parse(unwrap(packet), notes)
    if root is None:
        return ""
    walk = _Walk(notes, group)
    if root.tag == _PACKET:
        walk.strewn(root)
        return walk.extended
    for holder in root.iter(_RDF + "RDF"):
        for description in holder.iterchildren(_RDF + "Description"):
            walk.properties(description, "", 0)
    return walk.extended


def _parse(text: str, notes: Notes) -> etree._Element | None:
    if not text:
        return None
    if _UNSAFE.search(text):
        notes.warn("An XMP packet with a document type of its own was left out.")
        return None
    if text.startswith("<?xml"):
        text = text.partition("?>")[2]
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), _parser(recover=False))
    except etree.XMLSyntaxError:
        notes.warn("An XMP packet is broken: what can be read of it was kept.")
    try:
        return etree.fromstring(_mended(text).encode("utf-8", "replace"), _parser(recover=True))
    except etree.XMLSyntaxError:
        return None


def _mended(text: str) -> str:
    """Return a broken packet without what is no attribute in its tags, the usual prefixes declared around it.

    A parser gives up a tag at the first sign that does not belong there, with all declarations behind it.
    """
    declared = "".join(f' xmlns:{prefix}="{space}"' for space, prefix in _DECLARED.items())
    return f"<{_PACKET}{declared}>{_ANY_TAG.sub(_well_formed, text)}</{_PACKET}>"


def _well_formed(tag: re.Match[str]) -> str:
    name, inside, end = tag.groups()[:3] if tag[1] else tag.groups()[3:]
    kept = {match[1]: match[0] for match in _ATTRIBUTE.finditer(inside)}
    return f"<{name}{''.join(kept.values())}{end}>"


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=recover,
        remove_comments=True, remove_pis=True, collect_ids=False,
    )  # fmt: skip


def _is_field(key: str) -> bool:
    """Tell whether an attribute is a property: of no syntax, and with no prefix that nothing declares."""
    return key not in _SYNTAX and not key.startswith(_XML) and (key.startswith("{") or ":" not in key)


class _Walk:
    """One walk over a packet's properties, with its limits."""

    def __init__(self, notes: Notes, group: str) -> None:
        self.notes, self.group = notes, group
        self.extended = ""
        self._left = MAX_NODES

    def properties(self, holder: etree._Element, path: str, depth: int) -> None:
        """Take the properties of a description: its attributes and its children."""
        for key, value in holder.items():
            if _is_field(str(key)):
                self._leaf(path + self._name(str(key), holder), str(value))
        for child in holder.iterchildren(tag=etree.Element):
            self._left -= 1
            if self._left < 0:
                self.notes.warn("An XMP packet has too many parts: the rest was left out.")
                return
            self._property(child, path + self._name(str(child.tag), child), depth)

    def strewn(self, holder: etree._Element) -> None:
        """Take the outermost properties wherever they stand: in a broken packet the tags that should hold them may be broken."""
        for child in holder.iterchildren(tag=etree.Element):
            if child.tag == _RDF + "Description":
                self.properties(child, "", 0)
            elif str(child.tag)[1:].partition("}")[0] in _PREFIXES:
                self._property(child, self._name(str(child.tag), child), 0)
            else:
                self.strewn(child)

    def _property(self, element: etree._Element, name: str, depth: int) -> None:
        if name.startswith(_SKIPPED):
            self._announced(element, name)
            return
        if depth > MAX_DEPTH:
            self.notes.warn("An XMP packet is nested too deeply: the rest was left out.")
            return
        first = next(element.iterchildren(tag=etree.Element), None)
        # A list by its items, where the name of the list is broken or lost.
        if first is not None and (first.tag in _LISTS or first.find(_RDF + "li") is not None):
            self._items(first, name, depth)
        elif first is not None and first.tag == _RDF + "li":
            self._items(element, name, depth)
        elif first is not None and first.tag == _RDF + "Description":
            self._described(first, name, depth)
        elif first is not None or element.get(_RDF + "parseType") == "Resource" or self._has_fields(element):
            self.properties(element, name + "/", depth + 1)
        else:
            self._leaf(name, element.text or element.get(_RDF + "resource") or "")

    def _described(self, description: etree._Element, name: str, depth: int) -> None:
        """A structure, or a value with qualifiers (``rdf:value``)."""
        value = description.find(_RDF + "value")
        if value is not None:
            self._leaf(name, value.text or "")
        else:
            self.properties(description, name + "/", depth + 1)

    def _items(self, container: etree._Element, name: str, depth: int) -> None:
        children = list(container.iterchildren(tag=etree.Element))
        items = [item for item in children if item.tag == _RDF + "li"] or children
        for number, item in enumerate(sorted(items, key=lambda item: item.get(_LANG) != "x-default"), 1):
            self._left -= 1
            if self._left < 0:
                return
            language = item.get(_LANG, "")
            if container.tag == _RDF + "Alt" and language and language != "x-default":
                self._leaf(f"{name}[{language[:20]}]", item.text or "")
            elif len(item) or self._has_fields(item):
                self._property(item, f"{name}[{number}]", depth + 1)
            else:
                self._leaf(name, item.text or item.get(_RDF + "resource") or "")

    def _has_fields(self, element: etree._Element) -> bool:
        return any(_is_field(str(key)) for key in element.keys())  # noqa: SIM118

    def _leaf(self, name: str, value: str) -> None:
        if name == "xmpNote:HasExtendedXMP":
            self.extended = value.strip()
        elif not name.startswith(_SKIPPED):
            iso = times.from_iso(value) if name in _DATES else ""
            self.notes.add(self.group, name, iso or value, value if iso and iso != value.strip() else "")

    def _announced(self, element: etree._Element, name: str) -> None:
        if name == "xmpNote:HasExtendedXMP":
            self.extended = (element.text or "").strip()

    def _name(self, tag: str, element: etree._Element) -> str:
        space, _, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
        prefix = _PREFIXES.get(space) or next((key for key, uri in element.nsmap.items() if uri == space and key), "")
        local = _NAME.sub("_", local)
        return f"{_NAME.sub('_', prefix)}:{local}" if prefix else local


def position(value: str) -> float | None:
    """Return an Exif position as XMP writes it (``34,20.5N``) in degrees, south and west negative."""
    found = _POSITION.fullmatch(value.strip()[:40])
    if not found:
        return None
    degrees = int(found[1]) + float(found[2]) / 60 + float(found[3] or 0) / 3600
    return round(-degrees if found[4] in "SsWw" else degrees, 7)
