"""The heavy part on many machines: pictures decoded, and other pure work done, by the workers of a Dask cluster.

:func:`connect` gives a pool that is used like that of this machine's processes. Only this process commits.
"""

from __future__ import annotations

from .connection import BATCH, ClusterLost, connect

__all__ = ["BATCH", "ClusterLost", "connect"]
