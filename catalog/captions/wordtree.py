"""Long word lists as patterns: a tree of letters, so that looking for one of hundreds of words costs what few do."""

from __future__ import annotations

import re
from typing import Any


def alternatives(words: list[str], *, fold: bool = True) -> str:
    """Return a pattern for any of the words, the longest first, their common beginnings written once.

    ``fold``: the pattern is used without regard to case.
    """
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for letter in word.lower() if fold and len(word.lower()) == len(word) else word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return _branches(tree)


def _branches(tree: dict[str, Any]) -> str:
    """The pattern of a tree of letters, in which ``""`` stands where a word ends. As deep as the longest word of a list."""
    ways = [re.escape(letter) + _branches(rest) for letter, rest in sorted(tree.items()) if letter]
    if not ways:
        return ""
    if "" in tree:
        return f"(?:{'|'.join(ways)})?"
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"
