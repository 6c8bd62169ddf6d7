"""Captions and pictures as linking compares them: words, names and addresses worked out once for each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote, urlsplit

from .. import addresses
from ..model import Article, Caption, PictureRef
from ..sources.savedpage import FOLDER_SUFFIXES
from . import boilerplate, tokens
from .candidates import Candidate, Folder

_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_COPY = re.compile(r" ?[(\[]\d{1,3}[)\]]$")
_NUMBERED = re.compile(r"^(.*?)(\d{1,9})(\D*)$", re.DOTALL)
#: A day within a file name: "2024-05-12", "IMG-20240512-WA0003".
_NAME_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
_EXTENSION = re.compile(r"\.[A-Za-z]{3,5}$")
_SAVED = tuple(ending.casefold() for ending in FOLDER_SUFFIXES)
#: Browsers and file systems cut long names: a file name of this length and more may be the beginning of an address's.
CUT_NAME = 40


def basename(address: str) -> str:
    """The last segment of an address or path as a file system would have it: decoded, lower-case, no forbidden signs."""
    return segments(address)[1]


def segments(address: str) -> tuple[str, str]:
    """The last two segments of an address or path, as :func:`basename` gives the last."""
    folder, last = _segments(address)
    return folder.casefold(), last.casefold()


def _segments(address: str) -> tuple[str, str]:
    path = address.rsplit("!/", 1)[-1]
    if "://" in path or path.startswith("//"):
        try:
            path = urlsplit(path).path
        except ValueError:
            path = path.split("?", 1)[0]
    parts = ["", *path.rstrip("/").rsplit("/", 2)][-2:]
    folder, last = (_FORBIDDEN.sub("_", unquote(x)).strip(". ") for x in parts)
    return folder, last


def plain_stem(name: str) -> str:
    """A base name without extension and without the ``(1)`` of a second copy."""
    return _COPY.sub("", _EXTENSION.sub("", name))


@dataclass(frozen=True, slots=True)
class Text:
    """A text in comparable form: its words, without agency forms, and their letters run together."""

    words: tuple[str, ...]
    bag: frozenset[str]
    key: str
    whole: str

    @staticmethod
    def of(text: str) -> Text:
        """Make one; an empty text gives no words."""
        kept = tokens.words(boilerplate.core(text)) if text.strip() else []
        return Text(tuple(kept), frozenset(kept) - tokens.STOP, tokens.key(boilerplate.core(text)), tokens.key(text))


class Names:
    """The names one picture of the page, or one file, goes by, from the most to the least telling.

    ``local`` are those inside the folder that a browser saved with a page: (folder, file name).
    """

    def __init__(self, urls: Sequence[str]) -> None:
        pairs = {pair for u in urls if (pair := segments(u))[1]}
        self.addresses = frozenset(urls)
        self.local = frozenset(pair for pair in pairs if pair[0].endswith(_SAVED))
        self.bases = frozenset(name for _, name in pairs)
        self.stems = frozenset(s for b in self.bases if (s := plain_stem(b)))
        self.short = frozenset(s for b in self.bases if len(s := addresses.stem(b)) > 2)
        self.heads = frozenset(s[:CUT_NAME] for s in self.stems if len(s) >= CUT_NAME)

    @cached_property
    def keys(self) -> frozenset[str]:
        """Names under which other renditions can be recognised."""
        return frozenset(k for u in self.addresses for k in addresses.keys(u))


class Picture:
    """A candidate with what is compared of it."""

    def __init__(self, index: int, candidate: Candidate, article: Article) -> None:
        self.index = index
        self.candidate = candidate
        self.image = candidate.image
        self.names = Names([*candidate.urls, *candidate.image.paths])
        meta = candidate.image.metadata
        self.embedded = Text.of(meta.caption)
        self.headline = Text.of(meta.headline or meta.title)
        own = sorted({_segments(u)[1] for u in (*candidate.urls, *candidate.image.paths)})
        self.name_words = tuple(dict.fromkeys(w for name in own for w in _speaking(_EXTENSION.sub("", name))))
        self.folder = candidate.folder or _folder(article.source, candidate.image.paths)

    @cached_property
    def known(self) -> tuple[tuple[Text, bool, bool], ...]:
        """Texts already settled for it: (text, accepted, by a person)."""
        return tuple((Text.of(k.text), k.accepted, k.decided) for k in self.candidate.known)

    @cached_property
    def name_days(self) -> tuple[tuple[int, int, int], ...]:
        """(year, month, day) of the days that its file names hold."""
        hits = (m for path in self.image.paths for m in _NAME_DAY.finditer(_segments(path)[1]))
        return tuple(dict.fromkeys((int(m[1]), int(m[3]), int(m[4])) for m in hits))

    @cached_property
    def numbers(self) -> list[tuple[str, int]]:
        """(folder and pattern, number) of each of its numbered file names."""
        out = []
        for path in self.image.paths:
            folder, _, name = path.rpartition("/")
            m = _NUMBERED.match(_EXTENSION.sub("", name))
            if m and not re.search(r"[0-9a-fA-F]{9,}", name):
                out.append((f"{folder}/{m.group(1)}#{m.group(3)}", int(m.group(2))))
        return out


class Words:
    """A caption with what is compared of it."""

    def __init__(self, index: int, caption: Caption, refs: dict[int, Ref]) -> None:
        self.index = index
        self.caption = caption
        self.text = Text.of(caption.text)
        self.credit = frozenset(tokens.words(caption.credit)) - tokens.STOP - tokens.NOISE
        self.ref = refs.get(caption.picture) if caption.picture is not None else None
        if self.ref is None and caption.image_url:
            self.ref = Ref(PictureRef(-1, caption.image_url, (caption.image_url,)))


class Ref:
    """A picture as the page names it."""

    def __init__(self, picture: PictureRef) -> None:
        self.picture = picture
        self.names = Names([u for u in (picture.url, *picture.urls) if u])
        self.alt = Text.of(picture.alt)


def _speaking(stem: str) -> list[str]:
    return [w for w in tokens.name_words(stem) if w not in tokens.NOISE and w not in tokens.STOP]


def _parent(path: str) -> str:
    return path.split("!/", 1)[0].rpartition("/")[0]


def _folder(source: str, paths: Sequence[str]) -> Folder:
    """Where a picture's files lie, seen from the article's file; the nearest counts."""
    if not paths or "://" in source:
        return ""
    home = _parent(source)
    places = [_parent(p) for p in paths]
    if home in places:
        return "same"
    if any(not home or p.startswith(home.rstrip("/") + "/") for p in places):
        return "below"
    if any(home.startswith(p.rstrip("/") + "/") for p in places if p):
        return "above"
    return "elsewhere"


def story_pictures(article: Article, candidates: Sequence[Candidate]) -> list[str]:
    """Ids of the document's pictures that the story shows; for a text, of those in its folder and below. Sorted."""
    shown = Names([u for p in article.pictures for u in (p.url, *p.urls) if u])
    found = set()
    for candidate in candidates:
        names = Names([*candidate.urls, *candidate.image.paths])
        if candidate.scope == "document" and article.pictures:
            mine = bool(shown.addresses & names.addresses or shown.bases & names.bases or shown.short & names.short)
        else:
            folder = candidate.folder or _folder(article.source, candidate.image.paths)
            mine = candidate.scope != "catalogue" and not article.pictures and folder in ("same", "below")
        if mine:
            found.add(candidate.image.id)
    return sorted(found)


def same_words(captions: Sequence[Words]) -> list[int]:
    """A number for each caption; captions that print the same words with the same picture share it."""
    seen: dict[tuple[str, int | None], int] = {}
    return [seen.setdefault((c.text.whole, c.caption.picture), len(seen)) for c in captions]
