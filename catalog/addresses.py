"""Picture addresses: resolving them, and telling whether two name the same picture under another rendition.

Newsrooms serve one picture under many addresses: other sizes (``-1024x768``, ``?w=800``), other hosts, behind a
resizing proxy that carries the original address inside its own, or as a saved file (``name (1).jpg``). :func:`keys`
turns an address into the set of names by which it can be recognised; two addresses that share one show the same picture.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

MAX_URL = 4096

#: Query parameters that choose a rendition (size, crop, format, quality, signature), not a picture.
RENDITION_PARAMETERS = frozenset(
    [
        "auto",
        "background",
        "bg",
        "bg-color",
        "c",
        "ch",
        "cb",
        "coordinates",
        "crop",
        "cs",
        "cw",
        "cx",
        "cy",
        "d",
        "disable",
        "dpr",
        "download",
        "downsize",
        "enable",
        "ext",
        "f",
        "face",
        "facepad",
        "fill",
        "fit",
        "fl",
        "flags",
        "flatten",
        "fm",
        "focal",
        "focalpoint",
        "format",
        "fp",
        "fp-x",
        "fp-y",
        "fp-z",
        "gravity",
        "h",
        "hash",
        "height",
        "hei",
        "hmac",
        "imwidth",
        "im",
        "impolicy",
        "interpolation",
        "ixid",
        "ixlib",
        "itok",
        "lossless",
        "m",
        "max",
        "maxheight",
        "maxwidth",
        "mh",
        "mode",
        "mw",
        "n",
        "ne",
        "nh",
        "nw",
        "offset",
        "op",
        "optimize",
        "output-format",
        "output-quality",
        "p",
        "pad",
        "pos",
        "position",
        "progressive",
        "q",
        "qlt",
        "quality",
        "r",
        "ratio",
        "rect",
        "resize",
        "resizemode",
        "rot",
        "rotate",
        "s",
        "scale",
        "scl",
        "sh",
        "sharp",
        "sharpen",
        "sig",
        "sign",
        "signature",
        "size",
        "smart",
        "sslt",
        "ssl",
        "strip",
        "sub",
        "sw",
        "t",
        "tag",
        "token",
        "tp",
        "trim",
        "ts",
        "tr",
        "type",
        "upscale",
        "us",
        "usm",
        "v",
        "ver",
        "version",
        "w",
        "webp",
        "wid",
        "width",
        "x",
        "y",
        "zoom",
        "auth",
        "key",
        "expires",
        "policy",
        "cropx",
        "cropy",
        "usecroppingparameters",
        "rendition",
        "timestamp",
        "updated",
        "lastmodified",
        "mtime",
        "modified",
        "cachebuster",
    ]
)
_EXTENSION = re.compile(r"\.(?:jpe?g|jpe|jfif|png|webp|avif|gif|heic|heif|svg|bmp|tiff?|ashx|html?|ims|image)$", re.I)
_PICTURE_VALUE = re.compile(r"\.(?:jpe?g|png|webp|avif|gif)(?:$|[?&#])", re.I)
_NESTED = re.compile(r"https?(?::|%3A)(?:/|%2F){1,2}", re.I)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
_HEX = re.compile(r"[0-9a-f]{16,64}", re.I)
#: Words of other names too ("empty-shelves", "transport", "blanket") say it only when nothing or a size follows.
_PLACEHOLDER = re.compile(
    r"(?:^|[/_.-])(?:(?:placeholder|transparent|no-?image|default-?image)[\w-]{0,40}"
    r"|(?:spacer|blank|pixel|1x1|lazy|dummy|fallback)(?:[-_\d][\w-]{0,40}|load(?:er|ing)?|gif|img|image)?"
    r"|(?:empty|loading|gr[ae]y|clear|trans)(?:[-_]?(?:\d[\dx_-]{0,20}|gif|img|image|pixel|dot|bg|small|large))?)"
    r"\.(?:gif|png|jpe?g|svg|webp)(?:$|\?)"
)
#: What every match of the pattern above ends in, and what it holds before that: most file names hold none of it.
_PLACEHOLDER_END = re.compile(r"\.(?:gif|png|jpe?g|svg|webp)(?:$|\?)")
_PLACEHOLDER_WORD = re.compile(
    r"placeholder|spacer|blank|trans|empty|pixel|1x1|loading|lazy|dummy|image|fallback|gr[ae]y|clear"
)
#: No longer part of a file stem is looked at for a rendition mark or an extension at its end.
_LONGEST_MARK = 16
#: One rendition mark at the end of a file stem; taken off again and again. It begins with a sign, so that a scan steps
#: over all letters at once.
_SUFFIX = re.compile(
    r"[-_@.,~+ (](?:(?<!\()(?:\d{2,4}x\d{0,4}|x\d{2,4}|[wh]?\d{2,4}[wh]|[wh]\d{2,4}|\d{2,4}px|\d(?:\.\d)?x|scaled|rotated|e\d{9,11}"
    r"|thumb(?:nail)?|small|medium(?:[-_]large)?|large|big|original|orig|landscape|portrait|square|full|master|crop(?:ped)?"
    r"|hd|x{1,4}l|xs|sm|md|lg|l|m|s|preview|web|retina|mobile|desktop|tablet"
    r"|(?:16|4|3|2|1|21|9)[x-](?:9|3|2|1|4|16)"
    r"|150|180|200|240|280|300|320|360|375|400|414|450|480|500|540|600|640|660|680|700|720|750|768|800|828|850|900|960"
    r"|980|1000|1024|1080|1100|1200|1280|1300|1366|1400|1440|1500|1536|1600|1800|1920|2048|2560)"
    r"|(?<=[ _-])\(\d{1,3}\)|(?<=\()\d{1,3}\))$",
    re.I,
)
_LONGEST_GENERIC = 10
_GENERIC = re.compile(
    r"(?:image|img|photo|picture|pic|bild|foto|original|master|main|large|medium|small|default|index|file|resize|crop"
    r"|thumb|thumbnail|landscape|portrait|header|teaser|hero|cover|render|full|wide|normal|normalized|standard|aspect"
    r"|free|mobile|desktop|download|unnamed|untitled|screenshot|[\dx_.-]{1,7}|[wh]\d{1,5})",
    re.I,
)


#: An address of plain signs in its host and none to be taken out: host, path, query.
_PLAIN = re.compile(r"https?://([A-Za-z0-9.-]+)((?:/[^?#\s]*)?)(?:\?([^#\s]*))?(?:#\S*)?")


def resolve(url: str, base: str = "") -> str:
    """Return ``url`` made absolute against ``base``; ``""`` for what is no address of a picture file (``data:``, ``blob:``).

    White space that HTML allows inside attributes is taken out. A malformed address comes back as it was.
    """
    if url.startswith(("https://", "http://")) and "/." not in url and url.split(None, 1)[0] == url:
        return url[:MAX_URL]
    url = "".join(url.strip().split("\n")).replace("\t", "").replace("\r", "")[:MAX_URL]
    if not url or url.lower().startswith(("data:", "blob:", "about:", "javascript:", "mailto:", "cid:null")):
        return ""
    url = url.replace(" ", "%20")
    if not base or (url.startswith(("https://", "http://")) and "/../" not in url and "/./" not in url):
        return url
    try:
        return urljoin(base, url)
    except ValueError:
        return url


def is_remote(given: object) -> bool:
    """Tell whether an input is an http or https address, not a path."""
    return isinstance(given, str) and given[:8].lower().startswith(("http://", "https://"))


@lru_cache(maxsize=4096)
def is_placeholder(url: str) -> bool:
    """Tell whether an address names a stand-in that a script replaces (``blank.gif``, ``placeholder.png``)."""
    end = url[-200:].lower()
    file = _PLACEHOLDER_END.search(end)
    while file is not None:
        if _PLACEHOLDER_WORD.search(end, end.rfind("/", 0, file.start()) + 1, file.start()):
            return bool(_PLACEHOLDER.search(end))
        file = _PLACEHOLDER_END.search(end, file.end())
    return False


@lru_cache(maxsize=4096)
def stem(url_or_filename: str) -> str:
    """Return the last path segment, lower-case, without extension, copy numbers and size suffixes.

    ``https://h/a/Storm-1024x768.jpg?w=3``, ``Storm-scaled (1).jpeg`` and ``storm.webp`` all give ``storm``.
    """
    name = url_or_filename[:MAX_URL].split("#", 1)[0]
    if "://" in name or name.startswith("//"):
        name = name.split("?", 1)[0]
    name = unquote(name.split("?", 1)[0]).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    return _short(_EXTENSION.sub("", name.strip())).lower()


@lru_cache(maxsize=4096)
def _short(name: str) -> str:
    """``name`` without its rendition marks; never shorter than three characters."""
    for _ in range(6):
        cut = _without(_SUFFIX, _without(_EXTENSION, name) if "." in name else name)
        if cut == name or len(cut) < 3:
            return name
        name = cut
    return name


def _without(mark: re.Pattern[str], name: str) -> str:
    """``name`` without what matches at its end."""
    match = mark.search(name, max(0, len(name) - _LONGEST_MARK))
    return name[: match.start()] + name[match.end() :] if match else name


def is_distinct(name: str) -> bool:
    """Tell whether a file stem is particular enough to name one picture (not ``image-1``, ``large``, ``0``)."""
    if len(name) < 5 or (len(name) <= _LONGEST_GENERIC and _GENERIC.fullmatch(name)):
        return False
    return len(name) >= 8 or bool(re.search(r"\d{4}", name))


@lru_cache(maxsize=8192)
def keys(url: str, base: str = "") -> frozenset[str]:
    """Return the names by which a picture address can be recognised; empty for placeholders and ``data:`` addresses.

    ``u:`` host, path and query without rendition parameters; ``p:`` the path alone, when its last segment is
    distinctive; ``f:`` the file stem (:func:`stem`), when distinctive; ``i:`` an identifier in the path (a UUID or 16 and
    more hexadecimal digits); and the same of an address nested in the path or query, which then stands for the whole.
    """
    url = resolve(url, base)
    if not url or is_placeholder(url):
        return frozenset()
    if "http" not in url[1:].casefold():
        # As nearly all are: it nests no other, itself or in its query.
        names, more = _plain_keys(url)
        if not more:
            return names
    found: set[str] = set()
    ahead, seen = [url], set[str]()
    while ahead and len(seen) < 6:
        one = ahead.pop()
        if one in seen:
            continue
        seen.add(one)
        nested = [m for m in _NESTED.finditer(one) if m.start() > 0] if "http" in one[1:].casefold() else []
        if nested:
            inner = one[nested[-1].start() :]
            is_escaped = "%" in nested[-1].group()
            if is_escaped or (one[nested[-1].start() - 1] == "=" and "?" not in inner):
                # What follows it in the query is the outer address's.
                inner = inner.split("&", 1)[0]
            ahead.append(unquote(inner) if is_escaped else inner)
            continue
        names, more = _plain_keys(one)
        found |= names
        ahead += more
    return frozenset(found)


@lru_cache(maxsize=4096)
def _plain_keys(url: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The keys of one address that nests no other, and the picture paths met in its query."""
    found: set[str] = set()
    try:
        host, path, asked = _parts(url)
    except ValueError:
        return frozenset(), ()
    host = host.removeprefix("www.")
    path = unquote(path)
    if "//" in path:
        path = re.sub(r"/{2,}", "/", path)
    query = _pairs(asked) if asked and asked.count("&") < 200 else []
    rest = "&".join(f"{k}={v}" for k, v in sorted(query) if k.lower() not in RENDITION_PARAMETERS)
    found.add(f"u:{host}{path.lower()}" + (f"?{rest}" if rest else ""))
    segments = [s for s in path.split("/") if s]
    if segments:
        name = _without(_EXTENSION, segments[-1])
        short = _short(name)
        if is_distinct(name):
            found.add("p:" + path.lower() + (f"?{rest}" if rest and name == segments[-1] else ""))
        if is_distinct(short):
            found.add("f:" + short.lower())
        # An identifier above a distinctive or numbered file name may be the article's, shared by all its pictures.
        shared = is_distinct(short) or (name.isdigit() and len(name) < 3)
        for segment in segments[-1:] if shared else segments:
            if len(segment) < 16:
                continue
            if segment.count("-") >= 4:
                found.update("i:" + m.lower() for m in _UUID.findall(segment))
            if _HEX.fullmatch(plain := _short(_without(_EXTENSION, segment))) and any(c.isdigit() for c in plain):
                found.add("i:" + plain.lower())
    more = (f"http://nested/{v.lstrip('/')}" for _, v in query if _PICTURE_VALUE.search(v) and not _NESTED.match(v))
    return frozenset(found), tuple(more)


def _parts(url: str) -> tuple[str, str, str]:
    """Host, path and query of an address; ``ValueError`` for one that is malformed. Most are plain, and told at one look."""
    if plain := _PLAIN.fullmatch(url):
        return plain[1].lower(), plain[2], plain[3] or ""
    parts = urlsplit(url)
    return parts.hostname or "", parts.path, parts.query


def _pairs(query: str) -> list[tuple[str, str]]:
    """The names and values of a query, those without a value left out."""
    if "%" in query or "+" in query:
        return parse_qsl(query, max_num_fields=200)
    return [(name, value) for name, _, value in (p.partition("=") for p in query.split("&")) if value]


def same_picture(a: str, b: str) -> bool:
    """Tell whether two addresses or file names show the same picture, under whatever rendition."""
    return a == b != "" or bool(keys(a) & keys(b))
