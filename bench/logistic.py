"""Logistic regression by Newton's method: small, exact, and without anything but numpy."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
_STEPS, _ENOUGH, _LEAST_STEP = 50, 1e-9, 1e-4


def fit(x: Array, y: Array, weight: Array, penalty: float, start: Array | None = None) -> tuple[Array, float]:
    """Return (weights, intercept) that minimise the weighted log-loss plus half ``penalty`` times the squared weights.

    ``x`` is (samples, features), ``y`` and ``weight`` are (samples,). The intercept is not penalised. Newton's method
    with halved steps converges from anywhere, for the loss is convex (Boyd and Vandenberghe, Convex Optimization, 9.5):
    ``start``, weights and intercept of a similar fit, only makes it quicker.
    """
    design = np.hstack([x, np.ones((len(x), 1))])
    truth = y.astype(float)
    ridge = np.append(np.full(x.shape[1], penalty), 1e-9)
    found = np.zeros(design.shape[1]) if start is None else start
    half = design.astype(np.float32)

    def loss(at: Array) -> float:
        odds = design @ at
        return float((weight * (np.logaddexp(0, odds) - truth * odds)).sum() + 0.5 * (ridge * at * at).sum())

    now = loss(found)
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ found, -35, 35)))
        slope = design.T @ (weight * (chance - truth)) + ridge * found
        # The curvature only steers the step: single precision is enough, and twice as fast.
        bent = half * np.sqrt(weight * chance * (1 - chance))[:, None].astype(np.float32)
        curve = (bent.T @ bent).astype(float) + np.diag(ridge + 1e-6)
        step, size = np.linalg.solve(curve, slope), 1.0
        while (then := loss(found - size * step)) > now and size > _LEAST_STEP:
            size /= 2
        found, gained, now = found - size * step, now - then, then
        if gained < _ENOUGH * abs(now):
            break
    return found[:-1], float(found[-1])
