"""In what language a caption is, as far as that matters: whether two captions can be compared word by word."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from .data import words
from .tokens import Item


@cache
def function_words() -> frozenset[str]:
    """Return the words without content of their own, of all languages."""
    return frozenset(w for text in words()["function"].values() for w in text.split())


@cache
def _by_word() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for language, text in words()["function"].items():
        for word in text.split():
            table[word] = (*table.get(word, ()), language)
    return table


def language(items: Sequence[Item]) -> str:
    """Return the language whose small words an item list has most of, or "" when that is not clear."""
    hits: Counter[str] = Counter()
    for item in items:
        if item.kind == "word":
            known = _by_word().get(item.key, ())
            for name in known:
                hits[name] += 6 // len(known)
    best = hits.most_common(2)
    if not best or best[0][1] < 6:
        return ""
    return best[0][0] if len(best) == 1 or best[0][1] >= 1.3 * best[1][1] else ""


def is_foreign(key: str, language_: str) -> bool:
    """Tell whether a folded word is a small word of other languages and none of this one."""
    known = _by_word().get(key, ())
    return bool(known and language_) and language_ not in known


#: German articles, and prepositions joined with one: a noun with its capital follows.
_ARTICLES = frozenset(
    (
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "ein",
        "eine",
        "einen",
        "einem",
        "einer",
        "eines",
        "im",
        "am",
        "zum",
        "zur",
        "vom",
    )
)


def has_german_nouns(items: Sequence[Item]) -> bool:
    """Tell whether two German articles stand before words with a capital: "Die Richterin ... den Saal"."""
    nouns = [n for a, n in pairwise(items) if a.key in _ARTICLES and n.glued and n.capital]
    return len(nouns) > 1


def script(items: Sequence[Item]) -> str:
    """Return the script of most words ("LATIN", "CJK", "CYRILLIC", …), or ""."""
    seen: Counter[str] = Counter()
    for item in items:
        if item.kind == "word" and item.text and item.text[0].isalpha():
            name = unicodedata.name(item.text[0], "").split(" ")[0].split("-")[0]
            seen["CJK" if name in ("HIRAGANA", "KATAKANA") else name] += 1
    return seen.most_common(1)[0][0] if seen else ""


def apart(x: Sequence[Item], y: Sequence[Item]) -> bool:
    """Tell whether two captions are in different languages, as far as can be told."""
    one, other = script(x), script(y)
    if one and other and one != other:
        return True
    a, b = language(x), language(y)
    if a and b:
        return a != b and (not _alike(x, y) or (_is_strange(x, b) and _is_strange(y, a)))
    return bool(a or b) and not _alike(x, y) and _is_strange(y if a else x, a or b)


def _is_strange(items: Sequence[Item], language_: str) -> bool:
    """Tell whether a caption has several small words and hardly any is of a language: "après le match contre la Pologne"."""
    small = [_by_word()[i.key] for i in items if i.kind == "word" and i.key in _by_word()]
    return len(small) > 1 and 3 * sum(language_ in known for known in small) <= len(small)


def _alike(x: Sequence[Item], y: Sequence[Item]) -> bool:
    """Tell whether half of the plain words of the shorter caption stand in the other: then its language is the same."""
    one, other = ({i.key for i in items if i.kind == "word" and not i.capital} for items in (x, y))
    return 2 * len(one & other) >= min(len(one), len(other)) > 0
