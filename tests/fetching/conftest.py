"""A site to fetch from, and a fetcher that may reach it without waiting between requests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.fetching import RULES, Fetcher, Rules, Shelf
from tests.fetching.fetching_site import Site

#: Rules that reach loopback, and that no test has to wait for.
QUICK = replace(RULES, private=True, delay=0.0, seconds=20.0, silence=5.0)


@pytest.fixture
def site() -> Iterator[Site]:
    """A web site on this machine."""
    with Site() as running:
        yield running


@pytest.fixture
def quick() -> Rules:
    """Rules for loopback."""
    return QUICK


@pytest.fixture
def fetcher(tmp_path: Path, quick: Rules) -> Fetcher:
    """A fetcher with a shelf of its own."""
    return Fetcher(Shelf(tmp_path / "fetched"), quick)
