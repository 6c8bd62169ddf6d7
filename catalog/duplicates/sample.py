"""What is known of a picture when it is compared with others."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import Fingerprint


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture as the judges see it. ``features`` is the blob of :mod:`catalog.fingerprinting.features`; ``width`` and
    ``height`` are of the upright original in pixels, ``size`` is its bytes, ``sha256`` of its file."""

    id: str
    fingerprint: Fingerprint
    features: bytes
    width: int
    height: int
    sha256: str
    size: int
