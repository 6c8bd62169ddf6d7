"""The weight of each reason for which words on a page are taken to be a picture's caption, and what their sum means.

The weights are log-odds, fitted so that their sum is calibrated (``bench/confidence.py`` fits and measures them); they
stand in ``data/page_weights.json``. A reason that is not there keeps the weight that its finder gives it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from importlib import resources

from ..model import Evidence


def _load() -> dict[str, float]:
    path = resources.files("catalog.captions.data").joinpath("page_weights.json")
    return {name: float(weight) for name, weight in json.loads(path.read_text(encoding="utf-8")).items()}


WEIGHTS: Mapping[str, float] = _load()


def weighed(reasons: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return the reasons with their fitted weights."""
    return tuple(Evidence(r.name, WEIGHTS.get(r.name, r.weight), r.detail) for r in reasons)


def probability(weight: float) -> float:
    """Return the logistic of a sum of log-odds, to four places."""
    return round(1 / (1 + math.exp(-max(-20.0, min(20.0, weight)))), 4)
