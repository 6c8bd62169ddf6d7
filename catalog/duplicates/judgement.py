"""From what was seen of a pair to one number: how surely the two are copies of one photograph."""

from __future__ import annotations

import math

from .blocks import Agreement

#: From this score on a pair is a match of the same photograph; between the two it is another frame of the same scene.
COPY, SCENE = 0.5, 0.12


def score(agreement: Agreement, inliers: int) -> float:
    """Return 0..1. Many blocks must agree over the shared part, and that part must be much of one of the two."""
    cover = max(agreement.of_a, agreement.of_b)
    support = math.log1p(min(agreement.blocks, 200) / 4) + 0.5 * math.log1p(inliers)
    logit = 14 * (agreement.share - 0.55) + 4 * (min(cover, 0.6) - 0.45) + 0.8 * (support - 4)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
