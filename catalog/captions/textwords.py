"""Words and their look in any script: tokens, widths, phrase lists, a guess at the language."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
#: Letters, and syllables of Hangul, that make a word.
_LETTERS, _SYLLABLES = 5.2, 2.2

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
#: Where any of the scripts begins: most texts hold nothing of them.
_BEYOND = re.compile("[\u0530-\uffff]")


def tokens(text: str) -> list[str]:
    """Return the words of a text as written; single characters in scripts without spaces."""
    return _TOKEN.findall(text)


def width(words: Sequence[str]) -> float:
    """Return the length of a line in words of a middling language.

    Languages that build long words say as much with fewer: half of the count is of words, half of letters. Characters of
    unspaced scripts count as the part of a word they are.
    """
    single = letters = dense = 0
    for word in words:
        if len(word) == 1 and _CHARACTER.match(word):
            single += 1
        elif "\uac00" <= word[0] <= "\ud7a3":
            dense += len(word)
        else:
            letters += len(word)
    spaced = len(words) - single
    return (spaced + letters / _LETTERS + dense / _SYLLABLES) / 2 + single / _PER_WORD


class Phrases:
    """Named lists of phrases, all looked for in one walk over the tokens of a line."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self._names = tuple(lists)
        self._marks: list[tuple[str, str]] = []
        grams: dict[tuple[str, ...], list[str]] = {}
        for name, listed in lists.items():
            for phrase in sorted({p.strip().casefold() for p in listed if p.strip()}):
                if phrase.startswith("("):
                    self._marks.append((phrase, name))
                    continue
                named = grams.setdefault(tuple(tokens(phrase)), [])
                if name not in named:
                    named.append(name)
        self._grams: dict[str, list[tuple[tuple[str, ...], list[str]]]] = {}
        for gram, named in grams.items():
            self._grams.setdefault(gram[0], []).append((gram, named))

    def count(self, folded: Sequence[str], text: str = "") -> dict[str, int]:
        """Return for each list how often its phrases occur in case-folded tokens, and its bracketed marks in ``text``."""
        found = dict.fromkeys(self._names, 0)
        for i in range(len(folded)):
            for name in self._at(folded, i):
                found[name] += 1
        if "(" in text:
            for mark, name in self._marks:
                found[name] += mark in text
        return found

    def leads(self, folded: Sequence[str]) -> set[str]:
        """Return the lists with a phrase that the tokens begin with."""
        return set(self._at(folded, 0)) if folded else set()

    def equals(self, folded: Sequence[str]) -> set[str]:
        """Return the lists with a phrase that the tokens are."""
        whole = tuple(folded)
        return (
            {name for gram, named in self._grams.get(whole[0], ()) if gram == whole for name in named}
            if whole
            else set()
        )

    def _at(self, folded: Sequence[str], i: int) -> Iterator[str]:
        for gram, named in self._grams.get(folded[i], ()):
            if len(gram) == 1 or tuple(folded[i : i + len(gram)]) == gram:
                yield from named


@cache
def _data() -> dict[str, dict[str, str]]:
    text = resources.files(__package__).joinpath("data", _DATA).read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def phrases(*sections: str) -> Phrases:
    """Return the phrase lists of some sections of ``data/plaintext_words.toml``."""
    listed = {name: words for section in sections for name, words in _data()[section].items()}
    return Phrases({name: words.replace("\n", " ").split(";") for name, words in listed.items()})


@cache
def word_list(section: str, name: str) -> frozenset[str]:
    """Return one list of ``data/plaintext_words.toml`` as it is written there."""
    return frozenset(p.strip() for p in _data()[section][name].replace("\n", " ").split(";"))


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
    letters = sum(map(str.isalpha, sample))
    if not letters:
        return ""
    for language, script in _SCRIPTS if _BEYOND.search(sample) else ():
        share = len(script.findall(sample)) / letters
        if share > (0.05 if language == "ja" else 0.3):
            return language
    votes: Counter[str] = Counter()
    words = tokens(sample.casefold())
    known = _stop_words()
    for word, count in Counter(words).items():
        for language in known.get(word, ()):
            votes[language] += count
    best = votes.most_common(1)
    return best[0][0] if best and best[0][1] >= max(2, 0.08 * len(words)) else ""
