"""The same photograph, however it comes back: candidates, verification of a pair, groups, the best copy."""

from __future__ import annotations

from .sample import Sample

__all__ = ["Sample"]
