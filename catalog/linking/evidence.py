"""What speaks for and against one caption belonging to one picture.

Each kind of evidence is one small function that yields at most one piece, named as in ``weights.tsv``.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from .. import conflicts
from ..model import Article, Caption, Evidence
from . import boilerplate, tokens
from .calibration import evidence
from .candidates import Candidate
from .views import CUT_NAME, Names, Picture, Ref, Text, Words

#: A day in the names of more files than this tells none of them from the others.
FEW = 3


class Scene:
    """One article with its captions and the pictures it may use: what single pairs are seen against."""

    def __init__(
        self, article: Article, captions: Sequence[Words], pictures: Sequence[Picture], refs: Sequence[Ref]
    ) -> None:
        self.article = article
        self.captions = captions
        self.pictures = pictures
        self.refs = refs
        self.spread = Counter(w for c in captions for w in c.text.bag)
        self.owners = {c.text.key: c.index for c in captions}
        self.turns = _turns(captions, pictures)
        self.name_days = Counter(day[1:] for p in pictures for day in p.name_days)
        self.captioned = {c.ref.picture.position for c in captions if c.ref is not None}

    @staticmethod
    def of(article: Article, captions: Sequence[Caption], candidates: Sequence[Candidate]) -> Scene:
        """The scene of an article. Captions stand in their order, pictures by id, whatever order they come in."""
        refs = [Ref(p) for p in article.pictures]
        by_position = {r.picture.position: r for r in refs}
        ordered = sorted(captions, key=lambda c: (c.position, c.start, c.id))
        pictures = sorted({c.image.id: c for c in candidates}.values(), key=lambda c: c.image.id)
        return Scene(
            article,
            [Words(i, c, by_position) for i, c in enumerate(ordered)],
            [Picture(i, c, article) for i, c in enumerate(pictures)],
            refs,
        )

    def weight(self, word: str) -> float:
        """How much a word tells one caption of the article from the others: 1 for one caption, less for more."""
        return (0.5 if word.isdigit() else 1.0) / math.sqrt(max(1, self.spread[word]))

    def share(self, words: frozenset[str], of: frozenset[str]) -> float:
        """The part of ``of`` by weight that is in ``words``, 0..1."""
        total = sum(self.weight(w) for w in of)
        return sum(self.weight(w) for w in of & words) / total if total else 0.0


def judge(scene: Scene, words: Words, picture: Picture) -> tuple[Evidence, ...]:
    """All evidence for and against one pair, strongest first."""
    found = [piece for kind in _KINDS for piece in kind(scene, words, picture)]
    return tuple(sorted(found, key=lambda e: (-abs(e.weight), e.name)))


# ---------------------------------------------------------------- the page


def resolves(ref: Names, file: Names) -> str:
    """How surely an address of the page names a file: ``same address``, ``same file name``, ``similar file name`` or ``""``.

    An address inside the page's saved folder was written by the browser itself: there only the exact name counts.
    """
    if ref.addresses & file.addresses or ref.local & file.local:
        return "same address"
    if {folder for folder, _ in ref.local} & {folder for folder, _ in file.local}:
        return ""
    if ref.bases & file.bases:
        return "same file name"
    if ref.stems & file.stems or ref.short & file.short or ref.keys & file.keys or _cut(ref, file):
        return "similar file name"
    return ""


def _cut(ref: Names, file: Names) -> bool:
    """Whether the file's name is the beginning of the address's, cut for being long."""
    if not ref.heads & file.heads:
        return False
    return any(r.startswith(f) for f in file.stems if len(f) >= CUT_NAME for r in ref.stems)


def _figure(scene: Scene, words: Words, picture: Picture) -> Iterator[Evidence]:
    ref = words.ref
    if ref is None:
        return
    how = resolves(ref.names, picture.names)
    if picture.candidate.scope == "catalogue":
        if how and picture.name_words and ref.names.keys & picture.names.keys:
            yield evidence("same figure, name met elsewhere", ref.picture.url)
    elif how:
        yield evidence(f"same figure, {how}", ref.picture.url)
    elif ref.names.bases:
        yield evidence("figure elsewhere", ref.picture.url)


def _other_figure(scene: Scene, words: Words, picture: Picture) -> Iterator[Evidence]:
    mine = words.ref.picture.position if words.ref is not None else -1
    if words.ref is not None and resolves(words.ref.names, picture.names):
        return
    for ref in scene.refs:
        if (
            ref.picture.position != mine
            and ref.picture.position in scene.captioned
            and resolves(ref.names, picture.names)
        ):
            yield evidence("another figure", ref.picture.url)
            return


def _next_picture(scene: Scene, words: Words, picture: Picture) -> Iterator[Evidence]:
    if words.ref is not None or not scene.refs:
        return
    loose = [c for c in scene.captions if c.ref is None]
    free = [r for r in scene.refs if r.picture.position not in scene.captioned]
    at = loose.index(words)
    if at < len(free) and len(loose) == len(free) and resolves(free[at].names, picture.names):
        yield evidence("next picture", free[at].picture.url)


# ---------------------------------------------------------------- embedded words


def _embedded(scene: Scene, words: Words, picture: Picture) -> Iterator[Evidence]:
    name = likeness(scene, words.text, picture.embedded)
    if name:
        yield evidence(f"embedded caption {name}", picture.image.metadata.caption[:200])
    if name not in ("", "equal") and scene.owners.get(picture.embedded.key, words.index) != words.index:
        yield evidence("embedded caption is another's", picture.image.metadata.caption[:200])


def likeness(scene: Scene, printed: Text, other: Text) -> str:
    """How near two texts are: equal, contains it, near, similar, touches, differs, or ``""`` where one is empty."""
    if not printed.words or not other.words:
        return ""
    if printed.key == other.key or printed.whole == other.whole:
        return "equal"
    short, long = sorted((printed, other), key=lambda t: len(t.key))
    if short.key in long.key and (len(short.bag) >= 3 or 2 * len(short.key) >= len(long.key)):
        return "contains it"
    there, back = scene.share(other.bag, printed.bag), scene.share(printed.bag, other.bag)
    common = len(printed.bag & other.bag)
    most, both = max(there, back), 2 * there * back / (there + back) if there + back else 0.0
    if common >= 3 and (both >= 0.75 or most >= 0.9):
        return "near"
    if common >= 2 and (both >= 0.45 or most >= 0.6):
        return "similar"
    if common >= 2 and most >= 0.25:
        return "touches"
    return "differs" if most < 0.12 else ""


def _headline(scene: Scene, words: Words, picture: Picture) -> Iterator[Evidence]:
    bag = picture.headline.bag
    if len(bag & words.text.bag) >= 2 and scene.share(words.text.bag, bag) >= 0.6:
        yield evidence("embedded headline agrees", picture.image.metadata.headline[:200])


def _keywords(scene: Scene, words: Words, picture: Picture) -> Iterator[Evidence]:
    kept = [k for k in picture.image.metadata.keywords[:100] if _holds(words.text, k)]
    if len(kept) >= 2:
        yield evidence("keywords agree", ", ".join(kept[:8]))


def _alt(scene: Scene, words: Words, picture: Picture) -> Iterator[Evidence]:
    ref = words.ref
    if ref is not None and likeness(scene, ref.alt, picture.embedded) in ("equal", "contains it", "near"):
        yield evidence("alt text is the embedded caption", ref.picture.alt[:200])


def _credit(scene: Scene, words: Words, picture: Picture) -> Iterator[Evidence]:
    meta = picture.image.metadata
    theirs = frozenset(tokens.words(" ".join((meta.byline, meta.credit, meta.source)))) - tokens.STOP - tokens.NOISE
    if not words.credit or not theirs:
        return
    if words.credit & theirs:
        yield evidence("credit agrees", " ".join(sorted(words.credit & theirs)))
    else:
        yield evidence("credit differs", meta.byline or meta.credit or meta.source)


def _persons(scene: Scene, words: Words, picture: Picture) -> Iterator[Evidence]:
    persons = picture.image.metadata.persons[:40]
    named = [p for p in persons if _holds(words.text, p)]
    if named:
        yield evidence("person named in both", ", ".join(named[:5]))
    elif persons:
        yield evidence("person missing", ", ".join(persons[:5]))


def _place(scene: Scene, words: Words, picture: Picture) -> Iterator[Evidence]:
    meta = picture.image.metadata
    for place in (meta.location, meta.city):
        if place and _holds(words.text, place):
            yield evidence("place agrees", place)
            return
    theirs = conflicts.cities(meta.city[:200]) if meta.city else frozenset()
    mine = conflicts.cities(words.caption.text) if theirs else theirs
    if (
        len(mine) == 1
        and not mine & theirs
        and not any(_holds(words.text, p) for p in (meta.state, meta.location) if p)
    ):
        yield evidence("place contradicts", meta.city)


def _holds(text: Text, phrase: str) -> bool:
    """Whether a text has all words of a name or keyword (of a person's name, at least the last)."""
    wanted = [w for w in tokens.words(phrase) if w not in tokens.STOP]
    return bool(wanted) and (
        all(w in text.bag for w in wanted) or (len(wanted) > 1 and wanted[-1] in text.bag and len(wanted[-1]) > 3)
    )


_DAY = re.compile(
    r"(?<!\d)(\d{1,2})\.? ?([^\W\d_]{3,10})\.?(?: ((?:19|20)\d\d))?"
    r"|([^\W\d_]{3,10})\.? (\d{1,2})(?:,? ((?:19|20)\d\d))?(?!\d)"
)
_MONTHS = {
    beginning: number
    for number, beginnings in enumerate(
        (
            "jan ene gen sty led",
            "feb fev fevr fév lut úno",
            "mar mär mrz mars marz",
            "apr abr avr kwi dub",
            "may mai mag maj kvě",
            "jun juin giu cze",
            "jul juil lug lip",
            "aug ago aoû sie srp",
            "sep set wrz zář",
            "oct okt out ott paź říj",
            "nov lis",
            "dec dez dic déc gru pro",
        ),
        1,
    )
    for beginning in beginnings.split()
}
"""The first letters of the months in the languages that write a month's name between or before the numbers."""


def days(text: str) -> list[tuple[int, int, int]]:
    """(year or 0, month, day) of the days a caption names."""
    found = []
    for m in _DAY.finditer(text[:1000].casefold()):
        day, month, year = (m.group(1), m.group(2), m.group(3)) if m.group(1) else (m.group(5), m.group(4), m.group(6))
        number = next((_MONTHS[month[:n]] for n in (4, 3) if month[:n] in _MONTHS), 0)
        if number and 1 <= int(day) <= 31:
            found.append((int(year or 0), number, int(day)))
    return found


def _date(scene: Scene, words: Words, picture: Picture) -> Iterator[Evidence]:
    """The day of the caption against the one the embedded caption names, else the one the file was taken on, else named after.

    A day without a time is a desk's entry, often that of publication: it may agree, but does not contradict.
    """
    named = days(words.caption.text)
    if not named:
        return
    meta = picture.image.metadata
    theirs = days(boilerplate.core(meta.caption)) if meta.caption else []
    firm = bool(theirs)
    taken = re.match(r"(\d{4})-(\d\d)-(\d\d)(T)?", meta.created)
    if not theirs and taken:
        theirs, firm = [(int(taken[1]), int(taken[2]), int(taken[3]))], bool(taken[4])
    if not theirs:
        theirs = [day for day in picture.name_days if scene.name_days[day[1:]] <= FEW]
    if any(_same_day(a, b) for a in named for b in theirs):
        detail = meta.created or meta.caption[:200] or ", ".join(f"{y}-{m:02}-{d:02}" for y, m, d in theirs)
        yield evidence("date agrees", detail)
    elif firm and len(named) == len(theirs) == 1 and _apart(named[0], theirs[0]) > 2:
        yield evidence("date contradicts", meta.created or meta.caption[:200])


def _same_day(a: tuple[int, int, int], b: tuple[int, int, int]) -> bool:
    return a[1:] == b[1:] and (a[0] == b[0] or 0 in (a[0], b[0]))


def _apart(a: tuple[int, int, int], b: tuple[int, int, int]) -> int:
    """Roughly how many days lie between two days; years count only where both are known."""
    years = 366 * (a[0] - b[0]) if a[0] and b[0] else 0
    return abs(years + 31 * (a[1] - b[1]) + a[2] - b[2])


# ---------------------------------------------------------------- files


def _file_words(scene: Scene, words: Words, picture: Picture) -> Iterator[Evidence]:
    names = picture.name_words
    if not names:
        return
    kept = [w for w in names if w in words.text.bag]
    own = any(scene.spread[w] == 1 for w in kept)
    detail = " ".join(kept)
    if len(kept) == len(names) >= 2:
        yield evidence("all file-name words" if len(kept) > 2 else "both file-name words", detail)
    elif len(kept) >= 2 and 2 * len(kept) > len(names):
        yield evidence("most file-name words", detail)
    elif own:
        yield evidence("some file-name words", detail)
    elif kept:
        yield evidence("shared file-name words", detail)
    elif len(names) >= 2:
        yield evidence("file-name words differ", " ".join(names))


def _turns(captions: Sequence[Words], pictures: Sequence[Picture]) -> dict[int, int]:
    """For each picture of a numbered series with as many files as there are captions: whose turn it is (index of caption)."""
    series: dict[str, list[tuple[int, int]]] = {}
    for picture in pictures:
        if picture.candidate.scope != "catalogue":
            for pattern, number in picture.numbers:
                series.setdefault(pattern, []).append((number, picture.index))
    turns: dict[int, int] = {}
    for files in series.values():
        if len(files) == len(captions) >= 2 and len({n for n, _ in files}) == len(files):
            turns.update({index: words.index for (_, index), words in zip(sorted(files), captions, strict=True)})
    return turns


def _order(scene: Scene, words: Words, picture: Picture) -> Iterator[Evidence]:
    if scene.turns.get(picture.index) == words.index:
        yield evidence("number order", f"{words.index + 1} of {len(scene.captions)}")


def _known(scene: Scene, words: Words, picture: Picture) -> Iterator[Evidence]:
    said = [(likeness(scene, words.text, text), accepted, decided) for text, accepted, decided in picture.known]
    if any(how == "equal" and not accepted for how, accepted, _ in said):
        yield evidence("rejected before")
        return
    for wanted, name in ((("equal",), "known caption equal"), (("contains it", "near"), "known caption near")):
        hits = [decided for how, accepted, decided in said if accepted and how in wanted]
        if hits:
            yield evidence(name)
            if any(hits):
                yield evidence("decided")
            return


def _place_of_file(scene: Scene, words: Words, picture: Picture) -> Iterator[Evidence]:
    if picture.candidate.scope == "catalogue":
        yield evidence("catalogue")
    elif picture.candidate.scope == "import" and picture.folder in ("above", "elsewhere"):
        yield evidence("another folder")


_KINDS: tuple[Callable[[Scene, Words, Picture], Iterator[Evidence]], ...] = (
    _figure, _other_figure, _next_picture, _embedded, _headline, _keywords, _alt, _credit, _persons, _place, _date,
    _file_words, _order, _known, _place_of_file,
)  # fmt: skip
