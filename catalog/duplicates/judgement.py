"""From what was seen of a pair to one number: how surely the two are copies of one photograph.

A logistic regression on three measures (``weights.tsv``), fitted by ``bench/fit_duplicates.py`` on one half of the development
photographs: copies against strangers, frames of one scene and pictures under one template; the other half reports. Three guards
stand before it: a few blocks prove nothing; what agrees must be much of one of the pictures (a logo is not, nor are the marks of
two screens, laid on each other so that nothing else meets, nor a corner of two broadcasts that looks the same mirrored); and of
what both could show, about half must agree, somewhat more where they cover each other (pages of one template agree exactly, but
only in the template; they are alike as wholes, as a picture laid into another is not). The last two were chosen on the same half.
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
#: Pictures that cover at least so much of each other may be pages of one template.
_WHOLE = 0.6


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
    whole = min(overlap(agreement.matrix)) >= _WHOLE
    share, weight = (_ENOUGH_SHARE, 45) if whole else (_ENOUGH_OF_PART, 30)
    return taken + weight * max(0.0, share - agreement.share)


@cache
def weights() -> Mapping[str, float]:
    """The table ``weights.tsv`` by measure."""
    lines = Path(__file__).with_name("weights.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return MappingProxyType({name: float(weight) for name, weight, _ in rows})
