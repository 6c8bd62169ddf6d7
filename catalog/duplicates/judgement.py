"""From what was seen of a pair to one number: how surely the two are copies of one photograph.

A logistic regression on three measures, fitted on copies (with weight on the hard ones) against frames of one scene,
five-fold by source photograph and scene; the threshold leaves 1 % of the scene pairs. Three guards, not fitted, stand
before it: a few blocks prove nothing; what agrees must be much of one of the pictures (a logo is not); and of what both
could show, about half must agree (pages of one template agree exactly, but only in the template).
"""

from __future__ import annotations

import math

from .blocks import Agreement

#: From this score on a pair is a match of the same photograph; between the two it is another frame of the same scene.
COPY, SCENE = 0.5, 0.02

_SHARE, _CLOSE, _REPEATED, _CONSTANT = 7.56, 8.33, 3.14, -8.68 - 0.76
_ENOUGH_BLOCKS, _ENOUGH_COVER, _ENOUGH_SHARE = 16.0, 0.25, 0.48


def score(agreement: Agreement, repeated: float) -> float:
    """Return 0..1. ``repeated`` is the share of corners in the common part that both pictures have."""
    logit = _SHARE * agreement.share + _CLOSE * agreement.close + _REPEATED * min(1.0, repeated) + _CONSTANT
    logit -= 0.25 * max(0.0, _ENOUGH_BLOCKS - agreement.blocks)
    logit -= 16 * max(0.0, _ENOUGH_COVER - max(agreement.of_a, agreement.of_b))
    logit -= 30 * max(0.0, _ENOUGH_SHARE - agreement.share)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
