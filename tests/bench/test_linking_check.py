"""How far a weight of linking may be from the refitted one follows from how much it hangs on single publishers."""

from __future__ import annotations

import numpy as np

from bench.linking import ERRORS, ROUNDING, tolerances


def test_a_weight_that_publishers_agree_on_may_hardly_differ() -> None:
    """The same weight whichever publisher is left out leaves only the rounding of the table; spread allows for more."""
    fitted = np.array([[2.0, 2.0, 2.0], [2.0, 2.1, 3.0], [2.0, 1.9, 1.0]])
    agreed, near, far = tolerances(fitted)
    assert agreed == ROUNDING
    assert ROUNDING < near < far


def test_the_standard_error_is_that_of_the_jackknife() -> None:
    """For a mean, leaving out one value each gives the standard error of the mean."""
    values = np.array([1.0, 4.0, 2.0, 7.0, 6.0, 3.0])
    left_out = np.array([[np.delete(values, n).mean()] for n in range(len(values))])
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert np.isclose(tolerances(left_out)[0], ERRORS * np.sqrt(2) * error + ROUNDING)
