"""Products of matrices on one core, whoever asks: a worker, a server, a program of the user's own.

OpenBLAS hands a product of more than 65,536 x 4 multiplications (``interface/gemm.c``: ``SMP_THRESHOLD_MIN`` times
``GEMM_MULTITHREAD_THRESHOLD``) to a thread a core, and these go on spinning for some milliseconds in case there is more. For
products as small as a picture's that takes several times the work itself, and the cores from whoever else has work.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_ALONE = 65_536 * 4


def product(rows: Floats, weights: Floats) -> Floats:
    """Return ``rows @ weights`` (n x k by k x m), as many rows at a time as one thread is given."""
    n, (k, m) = len(rows), weights.shape
    step = max(1, _ALONE // max(1, k * m))
    if n <= step:
        return np.asarray(rows @ weights, np.float32)
    found = np.empty((n, m), np.float32)
    for start in range(0, n, step):
        np.matmul(rows[start : start + step], weights, out=found[start : start + step])
    return found
