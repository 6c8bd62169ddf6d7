"""How values look on a page: numbers, dates, sizes, languages, the filters and functions that templates use."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask, g, request
from markupsafe import Markup, escape

from catalog.model import Contradiction, Disagreement
from catalog.views import Snippet, name_sides

from . import diff, marks, words

STATIC = Path(__file__).parent / "static"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: Pictures wider or higher than this are shown as if they had this ratio; in hundredths, in steps of 5.
RATIO_LOW, RATIO_HIGH, RATIO_STEP = 50, 300, 5
#: Parameters that links of a page carry on; whatever else an address held is not repeated.
KEPT_ARGS = ("q", "sort", "view", "kind", "limit", "who", "action")
#: Widths of thumbnails that pages ask for.
THUMB_SIZES = (160, 320, 640, 1280)


def thousands(value: int | None) -> str:
    """Return 12345 as `12,345`."""
    return f"{value or 0:,}"


def bytes_size(value: int) -> str:
    """Return a number of bytes for people: `3.4 MB`."""
    size = float(value)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit in ("bytes", "kB") else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} TB"


def _parsed(value: str) -> datetime | date | None:
    for kind in (datetime, date):
        try:
            return kind.fromisoformat(value.strip().replace("Z", "+00:00"))
        except ValueError:
            continue
    return None


def short_date(value: str) -> str:
    """Return an ISO 8601 date or time as `12 Mar 2017`; partial dates as `Mar 2017` or `2017`; what is neither as it is."""
    partial = re.fullmatch(r"(\d{4})-(\d{2})", value)
    if partial and 1 <= int(partial[2]) <= 12:
        return f"{MONTHS[int(partial[2]) - 1]} {partial[1]}"
    when = _parsed(value)
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}" if when else value[:40]


def full_date(value: str) -> str:
    """Return an ISO 8601 time in full, for the tooltip."""
    when = _parsed(value)
    if isinstance(when, datetime):
        zone = when.strftime(" %Z") if when.tzinfo else ""
        return f"{when.strftime('%A')} {when.day} {when.strftime('%B %Y, %H:%M:%S')}{zone}"
    return f"{when.strftime('%A')} {when.day} {when.strftime('%B %Y')}" if when else value[:40]


@lru_cache(maxsize=4096)
def when(value: str, clock: bool = False) -> Markup:
    """Return a `time` element: the date in short, in full on hover; with ``clock`` the time of day too."""
    if not value:
        return Markup("")
    moment = _parsed(value)
    text = short_date(value)
    if clock and isinstance(moment, datetime):
        text += moment.strftime(", %H:%M")
    if moment is None:
        return escape(text)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(value, full_date(value), text)


def ratio_class(width: int, height: int) -> str:
    """Return the style sheet's class for a picture's shape, so that its place is known before it loads."""
    hundredths = round(100 * width / max(height, 1) / RATIO_STEP) * RATIO_STEP
    return f"r{min(max(hundredths, RATIO_LOW), RATIO_HIGH)}"


@lru_cache(maxsize=512)
def words_attributes(language: str = "") -> Markup:
    """Return the `lang` and `dir` attributes of text from a source: its language when known, its direction by itself."""
    code = language.replace("_", "-")
    known = re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", code)
    return Markup(' lang="{}" dir="auto"').format(code) if known else Markup(' dir="auto"')


def pieces(parts: tuple[diff.Piece, ...]) -> Markup:
    """Return marked-up differences: `ins` and `del` elements around what changed."""
    out = []
    for piece in parts:
        if piece.state == "same":
            out.append(escape(piece.text))
        else:
            tag = "ins" if piece.state == "added" else "del"
            out.append(Markup(f"<{tag}>{{}}</{tag}>").format(piece.text))
    return Markup("").join(out)


def marked(text: str, spans: list[tuple[int, int]]) -> Markup:
    """Return ``text`` with the ``spans`` (start, end) inside `mark` elements; overlapping ones are joined."""
    out, at = [], 0
    for start, end in sorted((max(0, s), min(len(text), e)) for s, e in spans if e > s):
        start = max(start, at)
        if start >= end:
            continue
        out += [escape(text[at:start]), Markup("<mark>{}</mark>").format(text[start:end])]
        at = end
    out.append(escape(text[at:]))
    return Markup("").join(out)


def found_in(text: str, snippets: Sequence[Snippet]) -> Markup:
    """Return a caption with the words marked that a search found in it."""
    return marked(text, marks.found(text, snippets))


def contradicted(text: str, found: Sequence[Contradiction], side: str) -> list[tuple[int, int]]:
    """Return where ``text`` (side `a` or `b` of a comparison) says what the other contradicts, by span or by the words."""
    spans = []
    for one in found:
        (start, end), said = (one.a_span, one.a) if side == "a" else (one.b_span, one.b)
        if end <= start and len(said) > 1:
            start = text.find(said)
            end = start + len(said) if start >= 0 else start
        if 0 <= start < end:
            spans.append((start, end))
    return spans


def short_path(path: str) -> str:
    """Return the last part of a path or address."""
    return re.split(r"[/\\]", path.rstrip("/\\"))[-1] or path


def source_name(path: str) -> str:
    """Return what people call an input of an import: the last part of its path, or that a browser sent it."""
    return "files from a browser" if re.search(r"[/\\]uploads[/\\][0-9a-z-]+$", path) else short_path(path)


def in_letters(detail: str, first_is_a: bool) -> str:
    """Return what a match says of its "first" and "second" picture in the letters that the page gives them."""
    return name_sides(detail, *(("A", "B") if first_is_a else ("B", "A")))


def own_path(path: str) -> str:
    """Return a path as the person knows it: of a file that a browser sent, the name that it had there."""
    return re.sub(r"^.*[/\\]uploads[/\\][0-9a-f]{12}[/\\]", "", path)


def safe_link(address: str) -> str:
    """Return ``address`` when it is a web address that a link may lead to, else ``""``."""
    return address if re.match(r"https?://[^\s\"'<>\\]+$", address, re.IGNORECASE) else ""


def thumb_url(image: str, size: int = 320) -> str:
    """Return the address of a thumbnail. Built by hand: a page asks for sixty of them."""
    return f"/api/v1/images/{image if image.isascii() and image.isalnum() else quote(image, safe='')}/thumb?size={size}"


def image_url(image: str) -> str:
    """Return the address of a picture's page."""
    return f"/images/{image if image.isascii() and image.isalnum() else quote(image, safe='')}"


def bar(weight: float, scale: float = 5.0) -> dict[str, Any]:
    """Return where a weight's bar starts and how long it is, in hundredths around a middle of 50."""
    length = min(abs(weight) / scale, 1.0) * 50
    return {"x": round(50 - length if weight < 0 else 50, 1), "w": round(max(length, 1.0), 1), "against": weight < 0}


@lru_cache(maxsize=4096)
def _encoded(value: str) -> str:
    return quote(value, safe="")


@lru_cache(maxsize=256)
def _fingerprint(name: str, _modified: int) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """Return the address of a static file with its content's hash, so that browsers may keep it for good. Built by hand, as
    :func:`thumb_url`."""
    return f"/static/{name}?v={_fingerprint(name, os.stat(f'{STATIC}/{name}').st_mtime_ns)}"  # noqa: PTH116 - of every page


def with_args(**changes: str | int | None) -> str:
    """Return the address of this page with some parameters of its query changed (None takes one away)."""
    path, kept = _kept_args()
    merged = dict(kept)
    for key, value in changes.items():
        if value in (None, ""):
            merged.pop(key, None)
        else:
            merged[key] = f"{key}={_encoded(str(value))}"
    return path + ("?" + "&".join(merged.values()) if merged else "")


def _kept_args() -> tuple[str, dict[str, str]]:
    """The path of this request, and of its query what links carry on, encoded: a page asks for fifty links."""
    held: tuple[str, dict[str, str]] | None = g.get("kept_args")
    if held is None:
        held = request.path, {k: f"{k}={_encoded(v)}" for k, v in request.args.items() if k in KEPT_ARGS}
        g.kept_args = held
    return held


def shortened(text: str, most: int, from_end: bool = False) -> str:
    """Return a text in one line of at most ``most`` characters, cut at a word and marked; ``from_end`` keeps its end."""
    words = " ".join(text.split())
    if len(words) <= most:
        return words
    if from_end:
        return "… " + words[-most:].partition(" ")[2]
    return words[:most].rpartition(" ")[0] + " …"


def metadata_sides(odds: Sequence[Disagreement]) -> list[str]:
    """Return the groups of embedded metadata that disagree, in the order in which the first field names them."""
    return list(dict.fromkeys(value.group.upper() for one in odds for value in one.values))


def theme() -> str:
    """Return the colour scheme that this person chose: light, dark, or ``""`` for the system's."""
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in ("light", "dark") else ""


def prepare(app: Flask) -> None:
    """Give the templates of ``app`` their filters, functions and words."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        thousands=thousands, bytes=bytes_size, when=when, short_date=short_date, pieces=pieces,
        short_path=short_path, own_path=own_path, source_name=source_name, safe_link=safe_link, in_letters=in_letters,
        shortened=shortened,
    )  # fmt: skip
    app.jinja_env.globals.update(
        words=words, asset=asset, thumb=thumb_url, picture_page=image_url, ratio=ratio_class, bar=bar, marked=marked,
        said=words_attributes, with_args=with_args, theme=theme, compare_words=diff.compare, inline_words=diff.inline,
        contradicted=contradicted, found_in=found_in, stands_in=marks.stands_in, metadata_sides=metadata_sides,
        tally=diff.tally, person=lambda: g.get("person"), known=lambda: g.get("known", True),
    )  # fmt: skip
