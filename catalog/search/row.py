"""One image as searching sees it: everything that can be asked for, flat. Made from a record and the articles it ran in."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ..model import Article, Record
from .colours import named
from .fold import tokens
from .nodes import HAS, IS, TEXT_FIELDS
from .values import day_of

#: How much of its articles' text a picture is found by: news says what matters first.
ARTICLE_CHARS = 2000
#: Begins every token that is not a word of a text. No text has it in a token.
MARK = "§"
#: The token that every row has.
EVERY = f"{MARK}all"
#: Ends the marks of every row. Without stored lengths SQLite's bm25() takes a text to be -1 long in each of its columns; as
#: long as the average row has well over three tokens a column, that is as good as no length at all, and this sees to it.
FILL = (MARK,) * 36
#: Stands between the values of one field, so that no phrase reaches from one into the next.
GAP = "·"
#: Every picture carries one of this many sampling marks, by a hash of its id; finer ones divide the coarser.
COARSE, FINE = 8, 64


_HAS_FLAGS = frozenset(HAS) & {"gps", "duplicate", "conflict"}
_FLAG_MARKS = {(g, w): f"{MARK}{g}{MARK}{w}" for g, words in (("has", HAS), ("is", IS)) for w in words}


@dataclass(frozen=True, slots=True)
class Row:
    """One image for searching. ``date`` is the best known day (ISO): when taken, else first published.

    ``flags`` holds words of :data:`nodes.IS`, and ``gps``. ``colours`` are ``#rrggbb``. ``phash`` is 16 hexadecimal digits
    or ``""``. ``article`` is the beginning of the text of ``articles`` (ids). ``credits`` are credits other than
    ``credit``, which is the one that holds.
    """

    id: str
    sha256: str = ""
    paths: tuple[str, ...] = ()
    filenames: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    credit: str = ""
    credits: tuple[str, ...] = ()
    bylines: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    article: str = ""
    places: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    note: str = ""
    publishers: tuple[str, ...] = ()
    format: str = ""
    kinds: tuple[str, ...] = ()
    language: str = ""
    date: str = ""
    imported: str = ""
    width: int = 0
    height: int = 0
    size: int = 0
    copies: int = 0
    colours: tuple[str, ...] = ()
    phash: str = ""
    articles: tuple[str, ...] = ()
    group: str = ""
    flags: frozenset[str] = frozenset()

    @property
    def orientation(self) -> str:
        """``landscape``, ``portrait``, ``square``, or ``""`` when the size is unknown."""
        if not (self.width and self.height):
            return ""
        return "landscape" if self.width > self.height else "portrait" if self.width < self.height else "square"


def from_record(record: Record, articles: Mapping[str, Article], group: str = "") -> Row:
    """Return the row of ``record``. ``articles`` holds (at least) the articles of its usages, ``group`` its duplicate group."""
    image, meta = record.image, record.image.metadata
    usages = [u for u in record.usages if u.status != "rejected"]
    stories = [articles[i] for i in distinct(u.article for u in usages) if i in articles]
    printed = [u.caption.credit for u in usages] + [meta.credit, meta.source, meta.copyright]
    published = sorted(u.published for u in usages if day_of(u.published))
    return Row(
        id=record.id,
        sha256=image.sha256,
        paths=image.paths,
        filenames=distinct(map(name_of, image.paths)),
        captions=record.captions,
        credit=record.credit,
        credits=distinct(c for c in printed if c != record.credit),
        bylines=distinct([meta.byline, *(s.byline for s in stories)]),
        titles=distinct([meta.headline, meta.title, *(s.title for s in stories)]),
        article="\n".join(s.text[:ARTICLE_CHARS] for s in stories)[:ARTICLE_CHARS],
        places=distinct([meta.location, meta.city, meta.state, meta.country]),
        persons=distinct(meta.persons),
        tags=distinct([*record.tags, *meta.keywords]),
        note=record.note,
        publishers=distinct(s.publisher for s in stories),
        format=image.format.lower(),
        kinds=distinct(s.kind for s in stories) or ("picture",),
        language=next((s.language for s in stories if s.language), ""),
        date=next((d[:10] for d in (meta.created, *published) if day_of(d)), ""),
        imported=image.imported,
        width=image.width,
        height=image.height,
        size=image.size,
        copies=len({m.b if m.a == image.id else m.a for m in record.matches if m.relation != "same scene"}),
        colours=image.fingerprint.colours if image.fingerprint else (),
        phash=image.fingerprint.phash if image.fingerprint else "",
        articles=tuple(s.id for s in stories),
        group=group,
        flags=(record.flags & frozenset(IS))
        | ({"gps"} if meta.gps else set())
        | ({"hidden"} if record.hidden else set()),
    )


def name_of(path: str) -> str:
    """Return the last part of a path, or of a member's name in an archive."""
    return path.replace("\\", "/").replace("!/", "/").rstrip("/").rpartition("/")[2]


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """Return values as they come, each once, empty ones left out."""
    return tuple(dict.fromkeys(v for v in values if v))


def texts(row: Row) -> tuple[tuple[str, ...], ...]:
    """Return the texts of a row by field, in the order of :data:`nodes.TEXT_FIELDS`."""
    return (
        row.captions,
        (row.credit, *row.credits) if row.credit else row.credits,
        row.bylines,
        row.titles,
        (row.article,) if row.article else (),
        row.places,
        row.persons,
        row.tags,
        row.filenames,
        (row.note,) if row.note else (),
        row.publishers,
    )


def field_tokens(values: Iterable[str]) -> list[str]:
    """Return the tokens of the values of one field, with a gap between values."""
    out: list[str] = []
    for value in values:
        if out:
            out.append(GAP)
        out.extend(tokens(value))
    return out


def has_words(row: Row) -> list[str]:
    """Return the words of :data:`nodes.HAS` that hold of a row."""
    return list(_has_words(tuple(map(bool, texts(row))), bool(row.articles), day_of(row.date) > 0, row.flags))


@lru_cache(maxsize=1 << 12)
def _has_words(filled: tuple[bool, ...], article: bool, dated: bool, flags: frozenset[str]) -> tuple[str, ...]:
    held = {word for word, there in zip(TEXT_FIELDS, filled, strict=True) if there}
    held |= flags & _HAS_FLAGS
    held.discard("article")
    if article:
        held.add("article")
    if dated:
        held.add("date")
    return tuple(word for word in HAS if word in held)


@lru_cache(maxsize=1 << 12)
def value_mark(field: str, value: str) -> str:
    """Return the token by which a row is found for one of a few values of ``field``."""
    return f"{MARK}{field}{MARK}{MARK.join(tokens(value))}"


def flag_mark(group: str, word: str) -> str:
    """Return the token of a word of ``has:`` or ``is:``."""
    return _FLAG_MARKS[group, word]


def sample_marks(ident: str) -> tuple[str, str]:
    """Return the coarse and the fine sampling mark of a picture."""
    code = zlib.crc32(ident.encode("utf-8", "replace"))
    return f"{MARK}c{code % COARSE}", f"{MARK}f{code % FINE}"


def marks(row: Row) -> list[str]:
    """Return the tokens of everything about a row that is not words of a text."""
    return mark_text(row).split(" ")


def mark_text(row: Row) -> str:
    """Return :func:`marks` as one text: a mark has no blank in it."""
    of_many = _common_marks(
        row.format, row.orientation, row.kinds, colour_names(row), row.flags,
        tuple(map(bool, texts(row))), bool(row.articles), day_of(row.date) > 0,
    )  # fmt: skip
    return " ".join((*sample_marks(row.id), of_many))


@lru_cache(maxsize=1 << 14)
def _common_marks(
    form: str,
    orientation: str,
    kinds: tuple[str, ...],
    colours: tuple[str, ...],
    flags: frozenset[str],
    filled: tuple[bool, ...],
    article: bool,
    dated: bool,
) -> str:
    """The marks that rows have in common: a catalogue has thousands of rows for each set of them."""
    found = [EVERY]
    if form:
        found.append(value_mark("format", form))
    if orientation:
        found.append(value_mark("orientation", orientation))
    found += [value_mark("kind", kind) for kind in kinds if kind]
    found += [value_mark("colour", name) for name in colours]
    found += [_FLAG_MARKS["is", word] for word in IS if word in flags]
    found += [_FLAG_MARKS["has", word] for word in _has_words(filled, article, dated, flags)]
    return " ".join([*found, *FILL])


def colour_names(row: Row) -> tuple[str, ...]:
    """Return the names of a row's colours, each once."""
    return tuple(dict.fromkeys([name for name in map(named, row.colours) if name]))
