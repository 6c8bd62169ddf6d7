"""The words of Cutline as types: facts, inferences, decisions, and the record resolved from them.

All are frozen and hold plain JSON-able values only, so that one codec (:mod:`catalog.codec`) writes and reads them.
Empty means unknown: ``""``, ``()`` or ``None``, never a placeholder. Times are ISO 8601 strings; those that Cutline
itself takes are UTC with a ``Z``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Band = Literal["certain", "likely", "unsure"]
Relation = Literal[
    "identical", "re-encoded", "resized", "cropped", "mirrored", "rotated", "edited", "collage", "same scene"
]
ConflictRelation = Literal["identical", "cosmetic", "additive", "contradictory", "unrelated"]
FindingKind = Literal["conflict", "link", "duplicate", "metadata", "caption-without-image", "image-without-caption"]
Outcome = Literal["new", "updated", "unchanged", "duplicate", "ignored", "rejected"]


# ---------------------------------------------------------------- facts


@dataclass(frozen=True, slots=True)
class Evidence:
    """One named reason. ``weight`` is in log-odds: positive speaks for, negative against."""

    name: str
    weight: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PictureRef:
    """A picture as an article's source names it. ``position`` counts the story's pictures from 0.

    ``url`` is the largest rendition, ``urls`` all of them (largest first); absolute where the page's address is known.
    """

    position: int
    url: str
    urls: tuple[str, ...] = ()
    alt: str = ""
    title: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Caption:
    """The words an article printed with a picture.

    ``printed`` is verbatim; ``text`` is ``printed`` without its ``credit``. ``start``/``end`` slice the article's
    decoded source to the caption as printed (-1 where that cannot be told), ``credit_start``/``credit_end`` likewise
    to the credit; ``line`` is 1-based. ``picture`` is the position of the picture that the source itself puts the
    caption with (same figure, wrapper, gallery entry), ``image_url`` that picture's address. ``after`` is for pages, whose
    readable text leaves captions out: how many lines of the article's text stand before it (-1 where that is not told).
    ``confidence`` is the probability that this is a caption; ``reasons`` say why.
    """

    id: str
    article: str
    position: int
    text: str
    credit: str = ""
    printed: str = ""
    start: int = -1
    end: int = -1
    credit_start: int = -1
    credit_end: int = -1
    line: int = 0
    picture: int | None = None
    image_url: str = ""
    confidence: float = 1.0
    reasons: tuple[Evidence, ...] = ()
    after: int = -1


@dataclass(frozen=True, slots=True)
class Article:
    """One published story from one source document. ``source`` is its path or address as the user gave it.

    ``text`` is the decoded source for plain text, and the readable story (one block per line) for pages.
    ``sha256`` is of the source's bytes; ``kind`` names the source (webpage, savedpage, mhtml, warc, plaintext, ninjs).
    """

    id: str
    source: str
    sha256: str
    kind: str
    url: str = ""
    title: str = ""
    byline: str = ""
    published: str = ""
    modified: str = ""
    language: str = ""
    publisher: str = ""
    encoding: str = ""
    text: str = ""
    pictures: tuple[PictureRef, ...] = ()
    imported: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """What reading one document gives: the article and its captions, in document order."""

    article: Article
    captions: tuple[Caption, ...]


@dataclass(frozen=True, slots=True)
class Revision:
    """An article and its captions as they once were. ``n`` counts from 1; ``until`` is when it was replaced."""

    id: str
    article: Article
    captions: tuple[Caption, ...]
    n: int
    until: str


@dataclass(frozen=True, slots=True)
class MetaField:
    """One embedded value: ``group`` is EXIF, IPTC, XMP, PNG, C2PA or sidecar; ``raw`` is kept where decoding lost something."""

    group: str
    name: str
    value: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Groups of one file that say different things of one field (caption, credit, date, place)."""

    field: str
    values: tuple[MetaField, ...]


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a picture file says of itself: reconciled by the Metadata Working Group's rules, raw fields beside it."""

    caption: str = ""
    headline: str = ""
    title: str = ""
    credit: str = ""
    byline: str = ""
    source: str = ""
    copyright: str = ""
    created: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    location: str = ""
    persons: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    gps: tuple[float, float] | None = None
    camera: str = ""
    rating: int | None = None
    digital_source_type: str = ""
    document_id: str = ""
    instance_id: str = ""
    derived_from: tuple[str, ...] = ()
    c2pa: bool = False
    fields: tuple[MetaField, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Perceptual hashes of one picture, as lower-case hexadecimal.

    ``phash`` is ImageHash's 64-bit phash (16 digits); ``dct`` 256 bits; ``trimmed`` the same of the picture without
    its uniform borders (``""`` when there are none); ``box`` is that part as fractions (left, top, right, bottom).
    ``flat`` marks pictures with too little structure to be judged by hashes. ``pixels`` is a SHA-256 of the decoded pixels
    for flat pictures. ``colours`` are the dominant ones, ``#rrggbb``, most frequent first.
    """

    phash: str
    dct: str
    trimmed: str = ""
    box: tuple[float, float, float, float] | None = None
    flat: bool = False
    pixels: str = ""
    colours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Image:
    """One picture file's content. ``id`` is the first 16 digits of ``sha256``; ``paths`` are where it was met.

    ``width``/``height`` are after EXIF orientation. ``in_place`` means that the original was not copied to ``media/``.
    """

    id: str
    sha256: str
    size: int
    width: int
    height: int
    format: str
    paths: tuple[str, ...]
    mode: str = ""
    frames: int = 1
    orientation: int = 1
    quality: int | None = None
    metadata: Metadata = field(default_factory=Metadata)
    fingerprint: Fingerprint | None = None
    imported: str = ""
    in_place: bool = False
    warnings: tuple[str, ...] = ()


# ---------------------------------------------------------------- inferences


@dataclass(frozen=True, slots=True)
class Link:
    """Caption -> image, with its evidence. ``score`` is a calibrated probability; ``id`` is ``caption:image``."""

    id: str
    caption: str
    image: str
    article: str
    score: float
    band: Band
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """Two images that show one photograph. ``id`` is ``a:b`` with a < b; ``score`` is 0..1.

    ``transform`` is the 3x3 matrix, row by row, that maps fractional coordinates of ``b`` to those of ``a``; ``box`` is the
    part of the larger picture that the other shows (fractions: left, top, right, bottom), ``whole`` says whose part
    it is (an image id). ``detail`` says what was seen ("mirrored", "12° clockwise", "overlay bottom right").
    """

    id: str
    a: str
    b: str
    relation: Relation
    score: float
    detail: str = ""
    transform: tuple[float, ...] = ()
    box: tuple[float, float, float, float] | None = None
    whole: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One thing two captions say differently. Spans are (start, end) in the texts of ``a`` and ``b``; (0, 0) if absent."""

    kind: str
    a: str
    b: str
    a_span: tuple[int, int] = (0, 0)
    b_span: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two captions of one photograph stand to each other; ``kinds`` names the contradictions."""

    relation: ConflictRelation
    kinds: tuple[str, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    score: float = 0.0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two captions of one photograph that cannot both be true.

    ``a`` and ``b`` are caption ids, or ``embedded:IMAGE`` for the picture's own caption; ``image`` is the photograph,
    ``images`` all copies of it that ran with either.
    """

    id: str
    a: str
    b: str
    image: str
    comparison: Comparison
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Images joined by matches that hold among all of them. ``reasons`` say why ``best`` is the best copy."""

    id: str
    images: tuple[str, ...]
    best: str
    matches: tuple[Match, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something for a person to decide. ``subjects`` are ids of captions and images; ``seen`` hashes the facts shown.

    ``score`` orders the queue (higher is worth more). ``actions`` are what can be decided, the suggested one first.
    ``status`` is open, decided, or changed (decided, but its facts have moved since).
    ``refs`` are the images and articles by which a search query selects the finding.
    """

    id: str
    kind: FindingKind
    score: float
    subjects: tuple[str, ...]
    seen: str
    actions: tuple[str, ...]
    summary: str = ""
    status: Literal["open", "decided", "changed"] = "open"
    detail: dict[str, Any] = field(default_factory=dict)
    images: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()


# ---------------------------------------------------------------- decisions


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said. Appended, never changed. ``id`` is a running number, zero-padded so that it sorts.

    ``subject`` is a finding id, or ``image:ID`` / ``article:ID`` / ``saved:NAME`` for edits; ``action`` is the finding's
    action, or ``edit``, ``hide``, ``restore``, ``undo``, ``save``. ``values`` holds an edit's fields or a choice.
    ``batch`` joins the decisions of one bulk step: they are undone together. ``undoes`` names decisions taken back.
    ``seen`` is the hash of the facts it was made on. ``subjects`` and ``kind`` are copied from the finding, so that a
    decision means something even when the finding is no longer inferred.
    """

    id: str
    time: str
    subject: str
    action: str
    who: str = ""
    note: str = ""
    kind: str = ""
    subjects: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    seen: str = ""
    batch: str = ""
    undoes: tuple[str, ...] = ()


# ---------------------------------------------------------------- the record


@dataclass(frozen=True, slots=True)
class Usage:
    """An image in an article with its caption. ``status`` is what holds: linked, proposed or rejected.

    ``decided`` is the id of the decision that settled it, ``""`` when it stands on evidence alone.
    """

    image: str
    article: str
    title: str
    url: str
    published: str
    publisher: str
    caption: Caption
    link: Link
    status: Literal["linked", "proposed", "rejected"]
    decided: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What search and pages show: facts + inferences + decisions, resolved. ``seen`` hashes what an edit depends on.

    ``captions`` are the texts that hold for this picture (a person's edit first, linked usages, then its own embedded
    one); ``credit`` likewise. ``matches`` leaves out those a person has denied.
    """

    id: str
    image: Image
    captions: tuple[str, ...]
    credit: str
    tags: tuple[str, ...]
    note: str
    usages: tuple[Usage, ...]
    matches: tuple[Match, ...]
    conflicts: tuple[Conflict, ...]
    decisions: tuple[Decision, ...]
    flags: frozenset[str]
    seen: str
    hidden: bool = False
    edited: dict[str, Any] = field(default_factory=dict)


# ---------------------------------------------------------------- results of work


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of one input path. ``path`` of a member is ``file!/member``.

    ``problems`` are members of the input that could not be used, each with its reason.
    """

    path: str
    result: Outcome
    kind: Literal["article", "image", ""] = ""
    id: str = ""
    reason: str = ""
    duplicate_of: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """The tally of one run: results by outcome, what was found, how long it took (seconds), and what could not be compared."""

    counts: dict[str, int]
    articles: int = 0
    captions: int = 0
    images: int = 0
    links: int = 0
    matches: int = 0
    findings: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that ``verify`` found. ``repaired`` says what was done about it, ``""`` for nothing."""

    part: str
    where: str
    what: str
    repaired: str = ""
