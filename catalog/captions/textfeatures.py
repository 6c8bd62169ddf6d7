"""What can be seen of each line of a plain text that tells captions from prose, headings and lists.

Nothing here knows a publisher, and little a language: lines are measured against each other and against the article
they stand in. Each feature is a number; its group (the part of its name before the dot) names it among the reasons.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median

from .textlines import Block
from .textwords import phrases, tokens, width

#: Lines longer than this are prose; no more of a line is looked at (characters).
LONGEST = 1500

_CLOSERS = "\"'”’»“)]」』）】›"
_STOPS = ".!…。！．؟?？۔।॥။។"
_INNER = re.compile(r"[.!?…][\"'”’»)\]]{0,2}\s+(?=[\"'“„«(]?[^\W\d_])|[。！？](?=.)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?:19|20)\d\d年")
_DIGIT = re.compile(r"\d")
#: A day and a year together, as captions date what they show: "May 7, 2025", "1 de agosto de 2024", "2025年5月7日", "7.5.2025".
_DATE = re.compile(
    r"(?<!\d)\d{1,2}(?:st|nd|rd|th|\.)?,?\s(?:(?:de|di|of)\s)?(?:[^\W\d_]{3,12}\.?,?\s(?:(?:de|del|of)\s)?)?(?:19|20)\d\d(?!\d)"
    r"|(?:19|20)\d\d年\d{1,2}月\d{1,2}日|(?<!\d)\d{1,2}[./]\d{1,2}[./](?:19|20)?\d\d(?!\d)"
)
_BRACKETS = re.compile(r"[(（\[][^()（）\[\]]{1,60}[)）\]]")
_QUOTES = re.compile("[\"“”„«»‹›「」『』‘]")
_BULLET = re.compile(r"(?:[-–—•·*▪■►]|\d{1,2}[.)])\s")
_CREDIT = re.compile(
    r"©|\(c\)|(?:photo|foto|bild|image|photograph|credit|crédit|quelle|fuente|fonte|kuva|zdj|fot|ảnh|фото|写真|사진)s?"
    r"[^\W\d_]{0,12}\s{0,2}(?::|by\b|／|/|=)|\b(?:afp|reuters|getty|dpa|imago|epa|shutterstock|istock|picture alliance|afp|tt|ntb|scanpix|apa|"
    r"keystone|ansa|efe|anadolu|xinhua|alamy|ap photo|via)\b",
    re.I,
)


_OPEN = tuple(
    f"open.{name}"
    for name in ("at_4", "at_7", "at_10", "at_14", "rare", "rare_long", "longer", "alone", "others", "heads", "first", "digit", "colon")
)


@dataclass(slots=True)
class View:
    """One block as tokens and marks. ``width`` is in words."""

    block: Block
    words: list[str]
    folded: list[str]
    width: float
    end: str
    sentences: int
    content: frozenset[str] = frozenset()
    names: frozenset[tuple[str, str]] = frozenset()
    trigrams: frozenset[tuple[str, ...]] = frozenset()

    @property
    def text(self) -> str:
        return self.block.text[:LONGEST]

    @property
    def closed(self) -> bool:
        """Whether it ends as a sentence does."""
        return self.end in ("stop", "ask", "quote")

    @property
    def prose(self) -> bool:
        """Whether it looks like a paragraph: closed and not short."""
        return self.closed and self.width >= 14


def view(block: Block) -> View:
    """Return one block with what is measured of it alone."""
    text = block.text[:LONGEST]
    words = tokens(text)
    folded = [w.casefold() for w in words]
    grams = frozenset(zip(folded, folded[1:], folded[2:], strict=False))
    names = frozenset((a, b) for a, b in zip(words, words[1:], strict=False) if _is_name(a) and _is_name(b))
    sentences = 1 + len(_INNER.findall(text[:-1]))
    return View(block, words, folded, width(words), _end_of(text), sentences, frozenset(), names, grams)


def _is_name(word: str) -> bool:
    return len(word) > 1 and word[0].isupper() and not word.isupper()


def _end_of(text: str) -> str:
    bare = text.rstrip(_CLOSERS + " ")
    last = bare[-1:]
    if last in "?？؟" and last:
        return "ask"
    if last and last in _STOPS:
        return "stop"
    if last in (":", "："):
        return "colon"
    if text[-1:] in "\"”’»“」』":
        return "quote"
    return "bracket" if text[-1:] in ")]）】" else "open"


@dataclass(slots=True)
class Story:
    """All blocks of a text but its headline, with the counts that lines are measured against."""

    views: list[View]
    title: str = ""
    df: Counter[str] = field(default_factory=Counter)
    inner: Counter[str] = field(default_factory=Counter)
    grams: Counter[tuple[str, ...]] = field(default_factory=Counter)
    typical: float = 20.0
    _widths: list[float] = field(default_factory=list)

    def rank(self, value: float) -> float:
        """The share of lines that are shorter."""
        return bisect_left(self._widths, value) / max(1, len(self._widths))


def story(found: Sequence[Block], title: str) -> Story:
    """Return the counted story of the blocks below the headline."""
    views = [view(b) for b in found]
    result = Story(views, title)
    for v in views:
        result.df.update(set(v.folded))
        result.inner.update({w for w in v.words[1:] if w[:1].islower()})
        result.grams.update(v.trigrams)
    common = max(3.0, 0.3 * len(views))
    for v in views:
        v.content = frozenset(w for w in v.folded if result.df[w] < common and (len(w) > 3 or not w.isascii() or w.isdigit()))
    prose = [v.width for v in views if v.prose]
    result.typical = median(prose) if prose else median([v.width for v in views] or [20.0])
    result._widths = sorted(v.width for v in views)
    return result


class Measure:
    """The features of the lines of one story. Cost grows with the text's length, not with its square."""

    def __init__(self, told: Story) -> None:
        self._story = told
        self._views = told.views
        self._title = frozenset(w.casefold() for w in tokens(told.title))
        self._prose_before = _running(v.prose for v in told.views)
        self._short_runs = _runs(told.views)
        self._first_named = _first_places(told.views)

    @cached_property
    def _where(self) -> dict[str, list[int]]:
        """The lines in which each rare word stands."""
        found: dict[str, list[int]] = {}
        for i, v in enumerate(self._views):
            for word in v.content:
                found.setdefault(word, []).append(i)
        return found

    @cached_property
    def _whole(self) -> dict[str, float]:
        views, n = self._views, max(1, len(self._views))
        plain = [v for v in views if not v.closed]
        return {
            "story.lines": math.log1p(n),
            "story.unclosed": len(plain) / n,
            "story.unclosed_long": sum(1 for v in plain if v.width >= 8) / n,
            "story.unclosed_long_any": float(any(v.width >= 8 for v in plain)),
            "story.short": sum(1 for v in views if v.width < 0.5 * self._story.typical) / n,
            "story.typical": math.log1p(self._story.typical),
            "story.single": sum(1 for v in views if v.closed and v.sentences == 1) / n,
            "story.dates": sum(1 for v in views if _DATE.search(v.text)) / n,
        }

    def of(self, i: int) -> dict[str, float]:
        """Return the features of line ``i`` by name."""
        v = self._views[i]
        return {
            **self._form(v),
            **self._words(v),
            **self._echo(i, v),
            **self._place(i, v),
            **self._oddness(i, v),
            **self._unclosed(i, v),
            **self._whole,
        }

    def _form(self, v: View) -> dict[str, float]:
        text = v.text
        rest = v.words[1:]
        capitals = sum(1 for w in rest if w[:1].isupper())
        cased = sum(1 for w in rest if w[:1].isupper() or w[:1].islower())
        return {
            "length.log": math.log1p(v.width),
            "length.typical": math.log((v.width + 1) / (self._story.typical + 1)),
            "length.rank": self._story.rank(v.width),
            "length.under4": float(v.width < 4),
            "length.over50": float(v.width > 50),
            "ending.open": float(v.end == "open"),
            "ending.stop": float(v.end == "stop"),
            "ending.ask": float(v.end == "ask"),
            "ending.quote": float(v.end == "quote"),
            "ending.colon": float(v.end == "colon"),
            "ending.bracket": float(v.end == "bracket"),
            "ending.open_long": float(v.end in ("open", "bracket")) * min(v.width, 20) / 20,
            "ending.odd": float(not v.closed) * (1 - self._whole["story.unclosed"]),
            "sentences.count": min(v.sentences, 6),
            "sentences.one": float(v.sentences == 1),
            "sentences.long": v.width / v.sentences / 20,
            "names.share": capitals / cased if cased else 0.3,
            "names.two_first": float(len(v.words) > 1 and v.words[0][:1].isupper() and v.words[1][:1].isupper()),
            "names.all": float(bool(v.words) and all(not w[:1].islower() for w in v.words) and cased > 0),
            "marks.digit": float(bool(_DIGIT.search(text))),
            "marks.year": float(bool(_YEAR.search(text))),
            "marks.date": float(bool(_DATE.search(text))),
            "marks.capitals": _capital_lead(v.words),
            "marks.bracket": float(bool(_BRACKETS.search(text))),
            "marks.comma": min(text.count(",") + text.count("、"), 5) / (1 + v.width / 10),
            "marks.colon": float(":" in text[:60] or "：" in text[:30]),
            "marks.dash": float(" - " in text or " – " in text or " — " in text),
            "marks.bar": float("|" in text or " / " in text),
            "quotes.count": min(len(_QUOTES.findall(text)), 6),
            "quotes.first": float(bool(_QUOTES.match(text)) or text[:1] in "'–—"),
            "list.bullet": float(bool(_BULLET.match(text))),
        }

    def _words(self, v: View) -> dict[str, float]:
        folded = v.folded[:120]
        lower = v.text.casefold()
        per = 10 / (10 + v.width)
        first = v.folded[0] if v.folded else ""
        return {
            "cue.picture": min(phrases("cues", "picture").count(folded, lower), 3),
            "cue.place": min(phrases("cues", "place").count(folded, lower), 3) * per * 2,
            "cue.scene": min(phrases("cues", "scene").count(folded, lower), 4) * per * 2,
            "credit.words": float(bool(_CREDIT.search(v.text))),
            "credit.end": float(bool(_CREDIT.search(v.text[-60:]))),
            "start.pronoun": float(phrases("starts", "pronoun").leads(folded)),
            "start.connector": float(phrases("starts", "connector").leads(folded)),
            "start.furniture": float(phrases("starts", "furniture").leads(folded)),
            "start.small": math.log1p(self._story.inner[first]),
            "start.name": float(v.words[0][:1].isupper() and not self._story.inner[first]) if v.words else 0.0,
            "start.digit": float(v.text[:1].isdigit()),
            "start.shared": self._starts[_start_of(v)] / max(1, len(self._views)) if v.text[:1].isdigit() else 0.0,
            "start.lower": float(v.words[0][:1].islower()) if v.words else 0.0,
            "prose.said": min(phrases("prose", "said").count(folded), 3) * per * 2,
            "prose.past": min(phrases("prose", "past").count(folded), 6) * per * 2,
            "prose.none": float(not phrases("prose", "past").count(folded)),
        }

    @cached_property
    def _starts(self) -> Counter[str]:
        return Counter(_start_of(v) for v in self._views)

    def _echo(self, i: int, v: View) -> dict[str, float]:
        """How far other lines say the same."""
        others = self._story.df
        grams = sum(1 for g in v.trigrams if self._story.grams[g] > 1)
        known = sum(1 for w in v.content if others[w] > 1)
        size = max(1, len(v.content))
        best, where = self._closest(i, v)
        title = self._title & v.content
        after = self._views[i + 1].content if i + 1 < len(self._views) else frozenset()
        before = self._views[i - 1].content if i else frozenset()
        names = [w.casefold() for w in v.words if w[:1].isupper()]
        return {
            "echo.known": known / size,
            "echo.phrases": grams / max(1, len(v.trigrams)),
            "echo.closest": best / size,
            "echo.closest_later": float(best > 0 and where > i),
            "echo.closest_far": math.log1p(abs(where - i)) if best else 0.0,
            "echo.title": len(title) / size,
            "echo.next": len(after & v.content) / size,
            "echo.previous": len(before & v.content) / size,
            "echo.names": sum(1 for w in names if others[w] > 1) / max(1, len(names)),
            "echo.whole": float(best >= 0.85 * size and size > 3),
        }

    def _closest(self, i: int, v: View) -> tuple[int, int]:
        """How many rare words the line shares with the line that shares most, and which that is."""
        votes: Counter[int] = Counter()
        for word in sorted(v.content)[:60]:
            where = self._where[word]
            if len(where) <= 40:
                votes.update(where)
        votes.pop(i, None)
        if not votes:
            return 0, i
        line, count = min(votes.items(), key=lambda item: (-item[1], abs(item[0] - i), item[0]))
        return count, line

    def _oddness(self, i: int, v: View) -> dict[str, float]:
        """How the line differs from those around it, and whether they would go on without it."""
        views = self._views
        before = views[i - 1] if i else None
        after = views[i + 1] if i + 1 < len(views) else None
        alike = sum(1 for w in views if w.closed == v.closed and w.width <= 1.25 * v.width + 2) - 1
        near = [w.width for w in views[max(0, i - 3) : i + 4] if w is not v]
        link = self._joint(before, after)
        again = sum(1 for name in v.names if self._first_named[name] < i)
        return {
            "odd.alike": alike / max(1, len(views) - 1),
            "odd.near": math.log((v.width + 1) / (median(near or [20.0]) + 1)),
            "odd.around": math.log((v.width + 1) / ((before.width if before else 20) + (after.width if after else 20) + 1)),
            "odd.bridge": link - 0.5 * (self._joint(before, v) + self._joint(v, after)),
            "odd.link": self._joint(before, v) + self._joint(v, after),
            "odd.named_again": float(again > 0),
            "odd.named_first": float(any(self._first_named[name] == i for name in v.names)),
            "odd.sentences": v.sentences - self._typical_sentences,
        }

    def _unclosed(self, i: int, v: View) -> dict[str, float]:
        """For a line that does not end as a sentence: whether it is rather a heading among headings."""
        if v.closed or v.end == "colon":
            return dict.fromkeys(_OPEN, 0.0)
        others = [w for w in self._open_lines if w is not v]
        after = self._views[i + 1] if i + 1 < len(self._views) else None
        return {
            "open.at_4": float(v.width >= 4),
            "open.at_7": float(v.width >= 7),
            "open.at_10": float(v.width >= 10),
            "open.at_14": float(v.width >= 14),
            "open.rare": 1 - min(1.0, 2.5 * self._whole["story.unclosed"]),
            "open.rare_long": float(v.width >= 8) * (1 - min(1.0, 8 * self._whole["story.unclosed_long"])),
            "open.longer": math.log((v.width + 1) / (median(w.width for w in others) + 1)) if others else 0.5,
            "open.alone": float(not others),
            "open.others": math.log1p(len(others)),
            "open.heads": len(after.content & v.content) / max(1, len(v.content)) if after else 0.0,
            "open.first": float(i == 0),
            "open.digit": float(v.text[:1].isdigit()),
            "open.colon": float(":" in v.text[:40]),
        }

    @cached_property
    def _open_lines(self) -> list[View]:
        return [v for v in self._views if not v.closed and v.end != "colon"]

    @cached_property
    def _typical_sentences(self) -> float:
        return median([v.sentences for v in self._views if v.prose] or [2])

    @staticmethod
    def _joint(a: View | None, b: View | None) -> float:
        """How much two lines share, relative to what chance gives lines of their lengths."""
        if not a or not b or not a.content or not b.content:
            return 0.0
        return len(a.content & b.content) / math.sqrt(len(a.content) * len(b.content))

    def _place(self, i: int, v: View) -> dict[str, float]:
        n = len(self._views)
        before = self._views[i - 1] if i else None
        after = self._views[i + 1] if i + 1 < n else None
        return {
            "place.first": float(i == 0),
            "place.second": float(i == 1),
            "place.third": float(i == 2),
            "place.relative": i / max(1, n - 1),
            "place.last": float(i == n - 1),
            "place.before_prose": float(self._prose_before[i] == 0),
            "place.first_shorter": float(i == 0 and after is not None and v.width < 0.7 * after.width),
            "around.before_prose": float(before is not None and before.prose),
            "around.after_prose": float(after is not None and after.prose),
            "around.before_closed": float(before is None or before.closed),
            "around.after_closed": float(after is not None and after.closed),
            "around.before_colon": float(before is not None and before.end == "colon"),
            "around.before_width": math.log1p(before.width) if before else 0.0,
            "around.after_width": math.log1p(after.width) if after else 0.0,
            "around.after_open": float(after is not None and not after.closed),
            "around.before_open": float(before is not None and not before.closed),
            "around.run": min(self._short_runs[i], 8),
            "around.after_small": self._small_start(after),
        }

    def _small_start(self, v: View | None) -> float:
        """Whether the next line goes on as prose does: with a small word."""
        return float(bool(v and v.folded and self._story.inner[v.folded[0]] > 1))


def _start_of(v: View) -> str:
    """The first character, all digits alike."""
    return "0" if v.text[:1].isdigit() else v.text[:1]


def _capital_lead(words: Sequence[str]) -> float:
    """Whether the line opens with words in capitals and goes on in lower case."""
    lead = 0
    while lead < len(words) and words[lead].isupper() and len(words[lead]) > 1:
        lead += 1
    return float(2 <= lead < len(words)) + 0.5 * float(lead == 1 and len(words[0]) > 4 and len(words) > 3)


def _first_places(views: Sequence[View]) -> dict[tuple[str, str], int]:
    """The line in which each pair of capitalised words stands first."""
    found: dict[tuple[str, str], int] = {}
    for i, v in enumerate(views):
        for name in v.names:
            found.setdefault(name, i)
    return found


def _running(flags: object) -> list[int]:
    counts: list[int] = []
    total = 0
    for flag in flags:  # type: ignore[attr-defined]
        counts.append(total)
        total += bool(flag)
    return counts


def _runs(views: Sequence[View]) -> list[int]:
    """For each line, how many lines in a row around it are no prose."""
    result = [0] * len(views)
    start = 0
    for i in range(len(views) + 1):
        if i == len(views) or views[i].prose:
            for k in range(start, i):
                result[k] = i - start
            start = i + 1
    return result
