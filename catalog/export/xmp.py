"""XMP sidecars (ISO 16684-1) for pictures: what the desk knows, in the properties of the IPTC Photo Metadata Standard.

``name.jpg.xmp`` lies beside ``name.jpg``; the picture is never written to. How the picture ran (article, date, words, credit) has
no standard property and is kept as a list of structures in a namespace of its own.
"""

from __future__ import annotations

from lxml import etree

from .description import Description, clean

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_NAMESPACES = {
    "x": "adobe:ns:meta/",
    "rdf": _RDF,
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "cutline": "urn:cutline:xmp:1:",
}
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def packet(d: Description) -> bytes:
    """Return the XMP document of one picture, UTF-8."""
    # xmlns declarations belong on the outermost element, once.
    root = etree.Element(_name("x", "xmpmeta"), nsmap=_NAMESPACES)
    rdf = etree.SubElement(root, _name("rdf", "RDF"))
    about = etree.SubElement(rdf, _name("rdf", "Description"), {_name("rdf", "about"): ""})
    m = d.metadata
    _alternatives(about, "dc:description", d.caption)
    _alternatives(about, "dc:rights", m.copyright)
    _list(about, "dc:creator", "Seq", (m.byline,))
    _list(about, "dc:subject", "Bag", d.keywords)
    for name, value in (
        ("photoshop:Headline", m.headline),
        ("photoshop:Credit", d.credit),
        ("photoshop:Source", m.source),
        ("photoshop:Instructions", d.note),
        ("photoshop:DateCreated", m.created),
        ("photoshop:City", m.city),
        ("photoshop:State", m.state),
        ("photoshop:Country", m.country),
        ("Iptc4xmpCore:Location", m.location),
        ("Iptc4xmpExt:DigitalSourceType", m.digital_source_type),
    ):
        _text(about, name, value)
    _list(about, "Iptc4xmpExt:PersonInImage", "Bag", m.persons)
    _usages(about, d)
    body: bytes = etree.tostring(root, encoding="utf-8", pretty_print=True)
    return b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n' + body + b'<?xpacket end="w"?>\n'


def _name(prefix: str, local: str) -> str:
    return f"{{{_NAMESPACES[prefix]}}}{local}"


def _element(parent: etree._Element, name: str) -> etree._Element:
    prefix, _, local = name.partition(":")
    return etree.SubElement(parent, _name(prefix, local))


def _text(parent: etree._Element, name: str, value: str) -> None:
    if kept := clean(value):
        _element(parent, name).text = kept


def _alternatives(parent: etree._Element, name: str, value: str) -> None:
    if kept := clean(value):
        item = _element(_element(_element(parent, name), "rdf:Alt"), "rdf:li")
        item.set(_LANG, "x-default")
        item.text = kept


def _list(parent: etree._Element, name: str, kind: str, values: tuple[str, ...]) -> None:
    kept = [v for v in map(clean, values) if v]
    if kept:
        holder = _element(_element(parent, name), f"rdf:{kind}")
        for value in kept:
            _element(holder, "rdf:li").text = value


def _usages(parent: etree._Element, d: Description) -> None:
    if not d.usages:
        return
    holder = _element(_element(parent, "cutline:usages"), "rdf:Seq")
    for usage in d.usages:
        item = _element(holder, "rdf:li")
        item.set(_name("rdf", "parseType"), "Resource")
        for name, value in (
            ("caption", usage.caption.text),
            ("credit", usage.caption.credit),
            ("title", usage.title),
            ("url", usage.url),
            ("published", usage.published),
            ("publisher", usage.publisher),
        ):
            _text(item, f"cutline:{name}", value)
