"""Options of the quality gate: its floors are raised by a flag and lowered only by another."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--raise-floors`` and ``--lower-floors`` (run as ``pytest tests/captions --raise-floors``)."""
    group = parser.getgroup("captions quality gate")
    group.addoption("--raise-floors", action="store_true", help="write better figures into gate_floors.json")
    group.addoption(
        "--lower-floors", action="store_true", help="write the figures as they are, also where they are worse"
    )
