"""From what was seen of a pair to one number: how surely the two are copies of one photograph.

A logistic regression on three measures (``weights.tsv``), fitted by ``bench/fit_duplicates.py`` on one half of the development
photographs: copies against strangers, frames of one scene and pictures under one template; the other half reports. Guards stand
before it: a few blocks prove nothing; what agrees must be much of one of the pictures (a logo is not, nor are the marks of two
screens, laid on each other so that nothing else meets, nor a corner of two broadcasts that looks the same mirrored); of what both
could show, about half must agree, somewhat more where they cover each other; and of what is photographic in both, half. Pictures
that cover each other wholly may be two pages of one template, which agree exactly, but only in what is drawn on it: the less of
what agrees is photographic, the more must agree, and hardly anything of two drawings may be drawn alike in other colours. What the
guards ask for was chosen on the same half, of the photographs and of the templates of ``bench/templates.py``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from .blocks import Agreement
from .geometry import overlap

#: From this score on a pair is a match of the same photograph; between the two it is another frame of the same scene.
COPY, SCENE = 0.5, 0.02

_ENOUGH_BLOCKS, _ENOUGH_COVER, _ENOUGH_SHARE, _ENOUGH_OF_PART = 16.0, 0.25, 0.52, 0.48
#: Pictures that cover at least so much of each other are alike as wholes; from the second on they may be two pages of a template.
_WHOLE, _PAGE = 0.6, 0.8
#: The share that must agree where nothing photographic does; the share of what is photographic that must agree at least; and what
#: the two shares must make up between these, for pages and for what shows parts of each other.
_ENOUGH_DRAWN, _ENOUGH_PHOTOGRAPHIC = 0.75, 0.5
_TOGETHER, _TOGETHER_OF_PART = 1.0, 0.7
#: Places at which drawn pages may differ freely; and the photographic share of what agrees between which a page is drawn or not.
_PLACES, _DRAWN, _NOT_DRAWN = 1, 0.09, 0.11
#: The share of two drawings that may be drawn alike in another tone: of copies less than .006 is, of pages of one drawing in other
#: colours more than .03.
_RECOLOURED = 0.008
#: The share of two drawings that may be drawn anew at other places: of copies less than .004 is, but for such with large things
#: laid over them.
_REDRAWN = 0.006


def score(agreement: Agreement, repeated: float) -> float:
    """Return 0..1. ``repeated`` is the share of corners in the common part that both pictures have."""
    by = weights()
    logit = sum(by[name] * value for name, value in measures(agreement, repeated).items()) - guards(agreement)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def measures(agreement: Agreement, repeated: float) -> dict[str, float]:
    """What the weights are for, by name."""
    return {"share": agreement.share, "close": agreement.close, "repeated": min(1.0, repeated), "constant": 1.0}


def guards(agreement: Agreement) -> float:
    """Log-odds that are taken away where too little was compared, shared or alike."""
    taken = 0.25 * max(0.0, _ENOUGH_BLOCKS - agreement.blocks)
    taken += 120 * max(0.0, _ENOUGH_COVER - max(agreement.of_a, agreement.of_b))
    taken += 30 * max(0.0, _ENOUGH_PHOTOGRAPHIC - agreement.photographic.at_most)
    cover = min(overlap(agreement.matrix))
    share, weight = (_ENOUGH_SHARE, 45) if cover >= _WHOLE else (_ENOUGH_OF_PART, 30)
    together = _TOGETHER if cover >= _PAGE else _TOGETHER_OF_PART
    needed = min(_ENOUGH_DRAWN, together - agreement.photographic.at_least)
    taken += 200 * max(0.0, min(needed - agreement.share, needed - share))
    if cover >= _PAGE:
        drawn = (_NOT_DRAWN - agreement.photographic.among) / (_NOT_DRAWN - _DRAWN)
        taken += 4 * max(0, agreement.places - _PLACES) * max(0.0, min(1.0, drawn))
    taken += 2000 * max(0.0, agreement.recoloured - _RECOLOURED) + 2500 * max(0.0, agreement.redrawn - _REDRAWN)
    return taken + weight * max(0.0, share - agreement.share)


@cache
def weights() -> Mapping[str, float]:
    """The table ``weights.tsv`` by measure."""
    lines = Path(__file__).with_name("weights.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return MappingProxyType({name: float(weight) for name, weight, _ in rows})
