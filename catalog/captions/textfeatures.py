"""What can be seen of each line of a plain text that tells captions from prose, headings and lists.

Nothing here knows a publisher, and little a language: lines are measured against each other and against the article
they stand in. Each feature is a number; its group (the part of its name before the dot) names it among the reasons.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from statistics import fmean, median

from .textecho import Echoes
from .textlabels import is_labelled
from .textlead import dateline, lead
from .textviews import Story, View, story, view
from .textwords import phrases

__all__ = ["APART", "CREDITED", "FOLLOWED", "LABELLED", "WHOLE", "Measure", "Story", "View", "story", "view"]

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?:19|20)\d\d年")
_DIGIT = re.compile(r"\d")
#: A day and a year, as captions date what they show: "May 7, 2025", "1 de agosto de 2024", "2025年5月7日", "7.5.2025".
_DATE = re.compile(
    r"(?<!\d)\d{1,2}(?:st|nd|rd|th|\.)?,?\s(?:(?:de|di|of)\s)?"
    r"(?:[^\W\d_]{3,12}\.?,?\s(?:(?:de|del|of)\s)?)?(?:19|20)\d\d(?!\d)"
    r"|(?:19|20)\d\d年\d{1,2}月\d{1,2}日|(?<!\d)\d{1,2}[./]\d{1,2}[./](?:19|20)?\d\d(?!\d)"
)
_BRACKETS = re.compile(r"[(（\[][^()（）\[\]]{1,60}[)）\]]")
_SHORT_BRACKET = re.compile(r"[(（][^()（）]{1,4}[)）]")
_COLON = re.compile(r".{2,60}?[:：] \S")
_ELLIPSIS = re.compile(r"…|\.\.\.")
_QUOTED = re.compile(r"[\"“”„«»「『]([^\"“”„«»」』]{0,400})[\"“”«»」』]")
_QUOTES = re.compile('["“”„«»‹›「」『』‘]')
_BULLET = re.compile(r"(?:[-–—•·*▪■►]|\d{1,2}[.)])\s")
#: Words of credits, in lower case.
_CREDIT = re.compile(
    r"©|\(c\)"
    r"|(?:photo|foto|bild|image|photograph|credit|crédit|quelle|fuente|fonte|kuva|zdj|fot|ảnh|фото|写真|사진)s?"
    r"[^\W\d_]{0,12}\s{0,2}(?::|by\b|／|/|=)"
    r"|\b(?:afp|reuters|getty|dpa|imago|epa|shutterstock|istock|picture alliance|tt|ntb|"
    r"scanpix|apa|keystone|ansa|efe|anadolu|xinhua|alamy|ap photo|via)\b"
)

#: Widths (words) from which on eight words more or less are felt: headings are short, captions longer, paragraphs longest.
_STEPS = (8, 12, 18, 26)
_STEP = 8
#: The width up to which an unclosed line may be a sub-heading, and from how many of them on one more says nothing new.
_HEAD_WIDTH, _MANY_HEADS = 8, 4

#: The feature that says whether a credit can be cut from the line; it is weighed with those of the other lines.
CREDITED = "credit.cut"
#: The feature that says whether the text itself calls the line a caption ("Caption: …", "[Photo: …]", "![…](…)").
LABELLED = "label.told"
#: The feature that says whether the next line is nothing but a credit.
FOLLOWED = "credit.next"
#: The feature that says whether the line stands word for word in a longer one; it is weighed last.
WHOLE = "echo.whole"
#: Those that are not learned from.
APART = (CREDITED, LABELLED, FOLLOWED, WHOLE)


class Measure:
    """The features of the lines of one story. Cost grows with the text's length, not with its square."""

    def __init__(self, told: Story) -> None:
        self._story = told
        self._views = told.views
        self._echoes = Echoes(told)
        self._short_runs = _runs(told.views)
        self._first_named = _first_places(told.views)
        closed = [math.log1p(v.width) for v in told.views if v.closed]
        self._usual = fmean(closed or [math.log1p(v.width) for v in told.views] or [3.0])

    @cached_property
    def _whole(self) -> dict[str, float]:
        views, n = self._views, max(1, len(self._views))
        plain = [v for v in views if not v.closed]
        return {
            "story.lines": math.log1p(n),
            "story.unclosed": len(plain) / n,
        }

    def lines(self) -> list[dict[str, float]]:
        """Return the features of all lines in order."""
        return [self.of(i) for i in range(len(self._views))]

    def of(self, i: int) -> dict[str, float]:
        """Return the features of line ``i`` by name."""
        v = self._views[i]
        return {
            **self._form(v),
            **self._words(v),
            **self._credit(i, v),
            **self._echoes.of(i),
            **lead(self._views, i, self._usual),
            **self._place(i, v),
            **self._oddness(i, v),
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
            "length.over50": float(v.width > 50),
            **_steps(v),
            "ending.open": float(v.end == "open"),
            "ending.stop": float(v.end == "stop"),
            "ending.ask": float(v.end == "ask"),
            "ending.quote": float(v.end == "quote"),
            "ending.colon": float(v.end == "colon"),
            "ending.open_long": float(v.end in ("open", "bracket")) * min(v.width, 20) / 20,
            "ending.odd": float(not v.closed) * (1 - self._whole["story.unclosed"]),
            "sentences.count": min(v.sentences, 6),
            "sentences.long": v.width / v.sentences / 20,
            "names.share": capitals / cased if cased else 0.3,
            "names.all": float(bool(v.words) and all(not w[:1].islower() for w in v.words) and cased > 0),
            "marks.digit": float(bool(_DIGIT.search(text))),
            "marks.year": float(bool(_YEAR.search(text))),
            **_dated(v),
            "marks.capitals": _capital_lead(v.words),
            "marks.bracket": float(bool(_BRACKETS.search(text))),
            "marks.comma": min(text.count(",") + text.count("、"), 5) / (1 + v.width / 10),
            "quotes.count": min(len(_QUOTES.findall(text)), 6),
            "quotes.first": float(bool(_QUOTES.match(text)) or text[:1] in "'–—"),
            "marks.short_bracket": float(bool(_SHORT_BRACKET.search(text))),
            "marks.colon": float(bool(_COLON.match(text))),
            "marks.ellipsis": float(bool(_ELLIPSIS.search(text))),
            "marks.dateline": float(dateline(v)),
            "names.pair_start": float(len(v.words) > 1 and all(w[0].isupper() and len(w) > 1 for w in v.words[:2])),
            "quotes.share": min(1.0, sum(map(len, _QUOTED.findall(text))) / max(1, len(text))),
            "list.bullet": float(bool(_BULLET.match(text))),
        }

    def _words(self, v: View) -> dict[str, float]:
        found = phrases("cues", "prose").count(v.folded[:120], v.text.casefold())
        starts = phrases("starts").leads(v.folded)
        per = 20 / (10 + v.width)
        first = v.folded[0] if v.folded else ""
        return {
            "cue.picture": min(found["picture"], 3),
            "cue.scene": min(found["scene"], 4) * per,
            "cue.scene_any": float(found["scene"] > 0),
            "cue.setting": min(found["setting"], 3) * per,
            "start.indefinite": float("indefinite" in starts),
            "start.pronoun": float("pronoun" in starts),
            "start.connector": float("connector" in starts),
            "start.small": math.log1p(self._story.inner[first]),
            "start.name": float(v.words[0][:1].isupper() and not self._story.inner[first]) if v.words else 0.0,
            "start.lower": float(v.words[0][:1].islower()) if v.words else 0.0,
            "cue.place": min(found["place"], 2) * per,
            "prose.said": min(found["said"], 3) * per,
            "prose.past": min(found["past"], 4) * per,
            "prose.no_past": float(found["past"] == 0),
            "prose.no_past_long": float(found["past"] == 0) * min(v.width, 20) / 20,
            "prose.pronouns": min(found["person"], 3) * per,
        }

    def _credit(self, i: int, v: View) -> dict[str, float]:
        lower = v.text.lower()
        has_words = bool(_CREDIT.search(lower))
        return {
            "credit.words": float(has_words),
            "credit.end": float(has_words and bool(_CREDIT.search(lower[-60:]))),
            CREDITED: float(self._story.credited[i]),
            LABELLED: float(is_labelled(v)),
            FOLLOWED: float(self._story.followed[i]),
        }

    def _oddness(self, i: int, v: View) -> dict[str, float]:
        """How the line differs from those around it, and whether they would go on without it."""
        views = self._views
        before = views[i - 1] if i else None
        after = views[i + 1] if i + 1 < len(views) else None
        around = (before.width if before else 20) + (after.width if after else 20)
        link = self._joint(before, after)
        again = sum(1 for name in v.names if self._first_named[name] < i)
        is_open = float(not v.closed and v.end != "colon")
        return {
            "odd.around": math.log((v.width + 1) / (around + 1)),
            "odd.bridge": link - 0.5 * (self._joint(before, v) + self._joint(v, after)),
            "odd.named_again": float(again > 0),
            **self._style(v, is_open),
            "open.rare": is_open * (1 - min(1.0, 2.5 * self._whole["story.unclosed"])),
            "open.grammar": is_open * self._grammar(v),
            "open.kin": is_open * float(_is_head(v)) * min(_MANY_HEADS, max(0, self._heads - 1)) / _MANY_HEADS,
            "open.heads": is_open * (len(after.content & v.content) / max(1, len(v.content)) if after else 0.0),
        }

    @cached_property
    def _heads(self) -> int:
        """How many short unclosed lines stand above a paragraph, as sub-headings do."""
        return sum(1 for v, after in pairwise(self._views) if _is_head(v) and after.prose)

    def _grammar(self, v: View) -> float:
        """The share of small words, those that stand in lower case in many lines: headings do without them."""
        often = max(2.0, 0.15 * len(self._views))
        return sum(1 for w in v.folded if self._story.inner[w] > often) / max(1, len(v.folded))

    def _style(self, v: View, is_open: float) -> dict[str, float]:
        """What the unclosed lines of the story are as a whole: many short ones are headings."""
        widths = self._open_widths
        heads = len(widths) > 3 and median(widths) < 8
        return {"odd.closed_among_heads": (1 - is_open) * float(heads)}

    @cached_property
    def _open_widths(self) -> list[float]:
        return sorted(v.width for v in self._views if not v.closed and v.end != "colon")

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
            "place.first_shorter": float(i == 0 and after is not None and v.width < 0.7 * after.width),
            "around.after_prose": float(after is not None and after.prose),
            "around.before_closed": float(before is None or before.closed),
            "around.after_closed": float(after is not None and after.closed),
            "around.before_width": math.log1p(before.width) if before else 0.0,
            "around.after_width": math.log1p(after.width) if after else 0.0,
            "around.after_open": float(after is not None and not after.closed),
            "around.before_open": float(before is not None and not before.closed),
            "around.run": min(self._short_runs[i], 8),
        }


def _is_head(v: View) -> bool:
    return not v.closed and v.end != "colon" and v.width < _HEAD_WIDTH


def _steps(v: View) -> dict[str, float]:
    """How far the line goes beyond each width, and the same for lines that end without a stop."""
    is_open = float(v.end in ("open", "bracket"))
    beyond = {n: min(1.0, max(0.0, (v.width - n) / _STEP)) for n in _STEPS}
    return {
        **{f"length.from{n}": value for n, value in beyond.items()},
        **{f"ending.open_from{n}": is_open * value for n, value in beyond.items()},
    }


def _dated(v: View) -> dict[str, float]:
    """Whether the line names a day of a year, and whether that ends it or stands in its only sentence."""
    ends = [match.end() for match in _DATE.finditer(v.text)]
    return {
        "marks.date": float(bool(ends)),
        "marks.date_end": float(bool(ends) and ends[-1] > 0.6 * len(v.text)),
        "marks.date_lone": float(bool(ends) and v.sentences == 1),
    }


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
