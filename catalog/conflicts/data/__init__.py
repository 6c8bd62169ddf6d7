"""Words, names and opposites as data, and their loaders. Every table is folded by :func:`catalog.conflicts.tokens.fold`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


def lines(name: str) -> list[str]:
    """Return the lines of a text table of this folder, without comments and empty lines."""
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


@cache
def words() -> dict[str, Any]:
    """Return the word lists of ``words.toml``."""
    return tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
