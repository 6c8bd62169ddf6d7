"""From evidence to a probability and a band.

The weights are one table, ``weights.tsv``, in log-odds. A pair's log-odds are their sum. Its score is the probability of
that pair among everything it competes with: no picture at all (log-odds 0), the other pictures for this caption and the
other captions for this picture. So two equally good pictures share, and neither is certain.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..model import Band, Evidence

CERTAIN = 0.97
LIKELY = 0.80
GAP_CERTAIN = 3.0
GAP_LIKELY = 1.0
"""Log-odds by which the runner-up must stay behind."""


@dataclass(frozen=True, slots=True)
class Weight:
    """One row of the table. ``prior`` is the weight expected before any case was seen.

    ``weak`` evidence never makes a link certain or likely by itself.
    """

    name: str
    weight: float
    prior: float
    weak: bool
    meaning: str


@cache
def weights() -> dict[str, Weight]:
    """The table ``weights.tsv`` by evidence name, in its order."""
    text = (Path(__file__).parent / "weights.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {
        name: Weight(name, float(weight), float(prior), strength == "weak", meaning)
        for name, weight, prior, strength, meaning in rows
    }


def evidence(name: str, detail: str = "") -> Evidence:
    """A piece of evidence with the weight the table gives it."""
    return Evidence(name, weights()[name].weight, detail)


def favours(piece: Evidence) -> bool:
    """Whether evidence of this name speaks for a link; without any such, a pair is not considered."""
    return weights()[piece.name].prior > 0


def log_odds(pieces: Iterable[Evidence]) -> float:
    """The sum of what speaks for and against, with what a pair starts from."""
    return weights()["base"].weight + math.fsum(p.weight for p in pieces)


def probability(own: float, rivals: Iterable[float]) -> float:
    """The share of a pair among no link and its rivals, all in log-odds."""
    others = [0.0, *rivals]
    top = max(own, *others)
    return math.exp(own - top) / (math.exp(own - top) + math.fsum(math.exp(o - top) for o in others))


def shifted(probability_: float, by: float) -> float:
    """A probability moved by log-odds."""
    p = min(max(probability_, 1e-6), 1 - 1e-6)
    return 1 / (1 + math.exp(-(math.log(p / (1 - p)) + by)))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The probability that a pair belongs together, and its band."""

    score: float
    band: Band


def verdict(pieces: Sequence[Evidence], own: float, rivals: Sequence[float], most: float = 1.0) -> Verdict:
    """Judge a pair by its log-odds, those of its rivals and what carries it. ``most`` caps the score.

    The band follows the score and the gap to the runner-up; weak evidence alone never gives more than ``unsure``.
    """
    firm = [p for p in pieces if not (weights()[p.name].weak and favours(p))]
    score, gap = min(most, probability(own, rivals)), own - max(rivals, default=-math.inf)
    if score >= CERTAIN and gap >= GAP_CERTAIN and probability(log_odds(firm), rivals) >= LIKELY:
        return Verdict(score, "certain")
    if score >= LIKELY and gap >= GAP_LIKELY and any(map(favours, firm)):
        return Verdict(score, "likely")
    return Verdict(score, "unsure")
