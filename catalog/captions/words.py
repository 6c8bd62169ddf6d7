"""What the class names, ids and roles of an element say, by the lists of ``data/pagewords.toml``."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from operator import add

from .data import load

_BREAK = re.compile(r"[^0-9a-zA-Z]+|(?<=[a-z])(?=[A-Z])")
MAX_NAME = 600
#: The lists that class names are held against; the others are about link targets and printed words.
_NAME_LISTS = frozenset(
    {"outside", "doubtful", "state", "inside", "caption", "credit", "furniture", "wrapper", "article"}
)
_PARTS = frozenset({"outside", "doubtful"})
#: What names begin with that tell looks or a layout: the editor's block of a picture beside text holds no "media text".
_LAYOUTS = ("overflow", "wp-block-media-text")
#: What goes before the name that Drupal gives a field or a paragraph of a kind.
_NAMED = ("field--name-", "paragraph--type--")
#: What parts the file of a component's styles from the name of a class in it ("Figure-module--credit--1Zb").
_MODULE = "-module--"
#: What styles kept in a folder's "index" file put before the names of their classes ("index_desc__2Zb").
_INDEX = "index_"
#: Signs to spaces; letters are named too, since looking one up in vain takes longest.
_SIGNS = {code: chr(code) if chr(code).isalnum() else " " for code in range(128)}
_NONE: frozenset[str] = frozenset()


@cache
def _lists() -> dict[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in load("pagewords").items() if name in _NAME_LISTS}


@cache
def _lists_of() -> dict[str, list[str]]:
    """The names of the lists that each of their words stands in."""
    found: dict[str, list[str]] = {}
    for name, words in _lists().items():
        for word in words:
            found.setdefault(word, []).append(name)
    return found


@lru_cache(maxsize=8192)
def roles(names: str) -> frozenset[str]:
    """Return which lists the names of one element (its class, id and role, space-separated) touch.

    A word counts alone and joined with its neighbour, within one name: ``photo-credit`` is photo, credit, photocredit.
    """
    return _NONE.union(*map(_of_name, names[:MAX_NAME].split()))


@lru_cache(maxsize=8192)
def _of_name(name: str) -> frozenset[str]:
    """Which lists one name touches: elements have many combinations of few names."""
    # Utility classes ("md:hidden", "w-[60px]", "overflow-hidden") tell looks; a "--modifier" tells a variant.
    if ":" in name or "[" in name or name.startswith(_LAYOUTS):
        return _NONE
    # Drupal names a field by its modifier: "field--name-field-legende".
    before = next(n for n in _NAMED if name.startswith(n)) if name.startswith(_NAMED) else ""
    if _MODULE in name:
        name = name.partition(_MODULE)[2]
    name = name.removeprefix(_INDEX)
    head = name[len(before) :] if before else name.split("--", 1)[0] or name
    # Most names have small letters only: no words are joined by capitals.
    if name.isascii() and name.islower():
        parts = [p.rstrip("0123456789") for p in head.translate(_SIGNS).split()]
    else:
        parts = [p.lower().rstrip("0123456789") for p in _BREAK.split(head) if p]
        name = name.lower()
    said = {name, *parts, *map(add, parts, parts[1:])}
    lists_of = _lists_of()
    if lists_of.keys().isdisjoint(said):
        return _NONE
    own = {name for word in said if word in lists_of for name in lists_of[word]}
    if "state" in own:
        own -= _PARTS
    if "caption" in own and "credit" in own:
        own.discard("credit" if _last(parts, _lists()) == "caption" else "caption")
    return frozenset(own)


def _last(parts: list[str], lists: dict[str, frozenset[str]]) -> str:
    """Which of the two a name made of both tells: the later one ("caption__credit" is a credit)."""
    for end in range(len(parts), 0, -1):
        said = {parts[end - 1], "".join(parts[max(0, end - 2) : end])}
        for role in ("credit", "caption"):
            if not said.isdisjoint(lists[role]):
                return role
    return "caption"


def path_says(path: str, name: str) -> bool:
    """Tell whether a link target's path has a segment among the words of the list ``name``."""
    head = "/".join(path.lower()[:MAX_NAME].split("/", 6)[:6])
    return not _paths(name).isdisjoint(head.translate(_SIGNS).split() if head.isascii() else _BREAK.split(head))


@cache
def _paths(name: str) -> frozenset[str]:
    return frozenset(load("pagewords")[name].split())
