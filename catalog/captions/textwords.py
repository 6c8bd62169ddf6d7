"""Words and their look in any script: tokens, widths, phrase lists, a guess at the language."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources

#: Scripts written without spaces: Thai, Lao, Burmese, Khmer, kana, Han. Each character is a token.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:[’'][^\W_{_UNSPACED}]+)?")
_CHARACTER = re.compile(rf"[{_UNSPACED}]")
_DATA = "plaintext_words.toml"
#: How many characters of an unspaced script weigh as much as one word.
_PER_WORD = 1.8

_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af\u1100-\u11ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("lo", re.compile("[\u0e80-\u0eff]")),
    ("km", re.compile("[\u1780-\u17ff]")),
    ("my", re.compile("[\u1000-\u109f]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("bn", re.compile("[\u0980-\u09ff]")),
    ("ta", re.compile("[\u0b80-\u0bff]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
    ("hy", re.compile("[\u0530-\u058f]")),
    ("am", re.compile("[\u1200-\u137f]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
)
_LETTER = re.compile(r"[^\W\d_]")


def tokens(text: str) -> list[str]:
    """Return the words of a text as written; single characters in scripts without spaces."""
    return _TOKEN.findall(text)


def width(words: Sequence[str]) -> float:
    """Return the length of a line in words, characters of unspaced scripts counted as the part of a word they are."""
    single = sum(1 for w in words if len(w) == 1 and _CHARACTER.match(w))
    return len(words) - single + single / _PER_WORD


class Phrases:
    """A list of phrases that is found in token lists, at their start or anywhere."""

    def __init__(self, phrases: Iterable[str]) -> None:
        listed = [p.strip().casefold() for p in phrases if p.strip()]
        self._marks = tuple(p for p in listed if p.startswith("("))
        grams = {tuple(tokens(p)) for p in listed if not p.startswith("(")}
        self._single = frozenset(gram[0] for gram in grams if len(gram) == 1)
        self._longer: dict[str, list[tuple[str, ...]]] = {}
        for gram in sorted(g for g in grams if len(g) > 1):
            self._longer.setdefault(gram[0], []).append(gram)

    def count(self, folded: Sequence[str], text: str = "") -> int:
        """Return how often phrases of the list occur in case-folded tokens, and its bracketed marks in ``text``."""
        found = sum(1 for mark in self._marks if mark in text)
        for i, word in enumerate(folded):
            found += word in self._single
            found += sum(1 for gram in self._longer.get(word, ()) if tuple(folded[i : i + len(gram)]) == gram)
        return found

    def leads(self, folded: Sequence[str]) -> bool:
        """Whether the tokens begin with a phrase of the list."""
        if not folded:
            return False
        longer = self._longer.get(folded[0], ())
        return folded[0] in self._single or any(tuple(folded[: len(gram)]) == gram for gram in longer)


@cache
def _data() -> dict[str, dict[str, str]]:
    text = resources.files(__package__).joinpath("data", _DATA).read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def phrases(section: str, name: str) -> Phrases:
    """Return one of the phrase lists of ``data/plaintext_words.toml``."""
    return Phrases(_data()[section][name].replace("\n", " ").split(";"))


@cache
def _stop_words() -> dict[str, tuple[str, ...]]:
    by_word: dict[str, list[str]] = {}
    for language, words in _data()["languages"].items():
        for word in words.split():
            by_word.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in by_word.items()}


def guess_language(text: str) -> str:
    """Return the ISO 639-1 code of a text's language by its script and small words, ``""`` when neither tells."""
    sample = text[:20_000]
    letters = len(_LETTER.findall(sample))
    if not letters:
        return ""
    for language, script in _SCRIPTS:
        share = len(script.findall(sample)) / letters
        if share > (0.05 if language == "ja" else 0.3):
            return language
    votes: Counter[str] = Counter()
    words = [w.casefold() for w in tokens(sample)]
    for word in words:
        languages = _stop_words().get(word, ())
        for language in languages:
            votes[language] += 1
    best = votes.most_common(1)
    return best[0][0] if best and best[0][1] >= max(2, 0.08 * len(words)) else ""
