"""The learned scorer of caption lines: two logistic regressions whose weights are a readable file.

The first judges each line by its features (:mod:`.textfeatures`), which weigh otherwise in lines that no stop closes: an open
caption is told from a heading, a closed one from a paragraph. The second weighs that judgement by those of the other lines
(:mod:`.textcontext`). ``bench/train_plaintext.py`` fits both by cross-validation over publishers and writes
``data/plaintext_weights.json``: weights in log-odds per unit, means, and the thresholds from which lines count as captions.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from ..model import Evidence
from .textcontext import NAMES, Array, context
from .textfeatures import CREDITED, FOLLOWED, LABELLED, WHOLE

_DATA = "plaintext_weights.json"
#: What the groups of features are called among the reasons.
_NAMES = {
    "length": "length among the article's lines",
    "ending": "how the line ends",
    "sentences": "number of sentences",
    "names": "capitalised words",
    "marks": "dates, brackets and marks",
    "quotes": "quotation",
    "list": "list mark",
    "cue": "words of pictures",
    "credit": "credit",
    "start": "how the line begins",
    "prose": "words of narration",
    "echo": "repeats the article",
    "place": "place in the article",
    "around": "lines around it",
    "open": "open among closed lines",
    "odd": "unlike the lines around it",
    "lead": "place among the first lines",
    "story": "the article as a whole",
}
#: What a label says (log-odds). It is set, not learned: articles of publishers have none.
_LABEL = 5.0
#: What a credit in the next line says (log-odds), set as well: most such lines stand right under the caption.
_FOLLOWED = 3.0
#: Where in the context the credits of the lines begin.
_CREDITS = NAMES.index("credits")
#: Where in the context it is said that a line stands whole in a longer one.
_WHOLE = NAMES.index("whole")
#: Below this width (log of 1 + words) an open line is as short as a sub-heading, and what its probability must be then.
_HEADING, _LEAST_OF_HEADING = math.log1p(6), 0.5
#: Groups that weigh less than this (log-odds) are not named.
_LEAST = 0.1


@dataclass(frozen=True, slots=True)
class Judgement:
    """The calibrated probability that a line is a caption, whether it is taken for one, and what that rests on.

    The strongest reason comes first; lines that are not taken have none.
    """

    probability: float
    taken: bool
    reasons: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Scorer:
    """``weights`` holds (weight, mean) by feature, ``unclosed`` what unclosed lines add to them, 0 in all others;
    ``context`` the weight of each of ``textcontext.NAMES``.
    """

    weights: Mapping[str, tuple[float, float]]
    unclosed: Mapping[str, tuple[float, float]]
    intercept: float
    context: tuple[float, ...]
    offset: float
    threshold: float
    threshold_of_best: float

    def judge(self, lines: Sequence[Mapping[str, float]]) -> list[Judgement]:
        """Return the judgement of each line of one text, given the features of all its lines in order."""
        if not lines:
            return []
        odds = self._first(lines)
        measures = style(lines)
        around = context(odds, *measures)
        told = np.array([_LABEL * line[LABELLED] + _FOLLOWED * line[FOLLOWED] for line in lines])
        final = around @ np.array(self.context) + self.offset + told
        chance = 1 / (1 + np.exp(-np.clip(final, -30, 30)))
        chosen = taken(without_headings(chance, *measures[:3]), self.threshold, self.threshold_of_best)
        return [
            Judgement(float(p), bool(is_chosen), self._reasons(line, row) if is_chosen else ())
            for p, is_chosen, line, row in zip(chance, chosen, lines, around, strict=True)
        ]

    def _first(self, lines: Sequence[Mapping[str, float]]) -> Array:
        """The log-odds of each line by its features alone."""
        measured = told_apart(lines, list(self.weights), list(self.unclosed))
        weight, mean = np.array([*self.weights.values(), *self.unclosed.values()]).T
        found: Array = (measured - mean) @ weight + self.intercept
        return found

    def _reasons(self, line: Mapping[str, float], around: Array) -> tuple[Evidence, ...]:
        """What each group of features adds to the final log-odds; with the prior they sum to it."""
        own = self.context[0]
        groups: dict[str, float] = {}
        for weights, share in ((self.weights, 1.0), (self.unclosed, is_unclosed(line))):
            for name, (weight, mean) in weights.items():
                group = _NAMES[name.partition(".")[0]]
                groups[group] = groups.get(group, 0.0) + own * weight * (line[name] * share - mean)
        parts = around * np.array(self.context)
        groups["the other lines"] = float(parts[1:_CREDITS].sum())
        groups["labelled as a caption"] = _LABEL * line[LABELLED]
        groups["credit in the next line"] = _FOLLOWED * line[FOLLOWED]
        groups["credits of the lines"] = float(parts[_CREDITS:_WHOLE].sum())
        groups["stands word for word in a longer line"] = float(parts[_WHOLE])
        named = [Evidence(g, round(w, 2)) for g, w in groups.items() if abs(w) >= _LEAST]
        named.sort(key=lambda e: (-abs(e.weight), e.name))
        return (*named, Evidence("prior of any line", round(own * self.intercept + self.offset, 2)))


def taken(chance: Array, least: float, least_best: float) -> Array:
    """Return which lines of one article are taken for captions, given the probability of each.

    ``least`` is enough for a line only where the article's best one has ``least_best``: it must first be shown that the
    article has captions at all.
    """
    if not len(chance) or chance.max() < least_best:
        return np.zeros(len(chance), bool)
    found: Array = chance >= least
    return found


def without_headings(chance: Array, is_open: Array, length: Array, credited: Array) -> Array:
    """Return the probabilities with those of likely headings as 0: short open lines without credit must be likelier than not.

    The arrays are of the lines of one text or more, as :func:`style` gives them.
    """
    is_heading = (is_open > 0) & (length < _HEADING) & (credited == 0)
    return np.where(is_heading & (chance < _LEAST_OF_HEADING), 0.0, chance)


def is_unclosed(line: Mapping[str, float]) -> float:
    """Return 1 for a line that neither stop nor question mark nor quotation mark ends, else 0, given its features."""
    return 1.0 - max(line["ending.stop"], line["ending.ask"], line["ending.quote"])


def told_apart(lines: Sequence[Mapping[str, float]], names: Sequence[str], apart: Sequence[str] | None = None) -> Array:
    """Return the features ``names`` of each line, then ``apart`` (the same ones unless given) again: 0 in closed lines."""
    again = names if apart is None else apart
    rows = []
    for line in lines:
        share = is_unclosed(line)
        rows.append([*[line[n] for n in names], *[share * line[n] for n in again]])
    return np.array(rows)


def style(lines: Sequence[Mapping[str, float]]) -> tuple[Array, ...]:
    """Return which lines end open (0 or 1), the logarithms of their widths, which have a credit, and which stand whole in a
    longer line.

    These are what :func:`.textcontext.context` takes.
    """
    is_open = np.array([float(line["ending.open_long"] > 0) for line in lines])
    return is_open, *(np.array([line[name] for line in lines]) for name in ("length.log", CREDITED, WHOLE))


@cache
def scorer() -> Scorer:
    """Return the scorer that is shipped."""
    data = json.loads(resources.files(__package__).joinpath("data", _DATA).read_text(encoding="utf-8"))
    return Scorer(
        weights=_weights(data["features"]),
        unclosed=_weights(data["features_of_unclosed"]),
        intercept=data["intercept"],
        context=tuple(data["context"][name] for name in NAMES),
        offset=data["context"]["offset"],
        threshold=data["threshold"],
        threshold_of_best=data["threshold_of_best"],
    )


def _weights(entries: Mapping[str, Mapping[str, float]]) -> dict[str, tuple[float, float]]:
    return {name: (entry["weight"], entry["mean"]) for name, entry in entries.items()}
