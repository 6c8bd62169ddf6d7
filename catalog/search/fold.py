"""Unicode folding and tokens, done in Python so that every search engine below sees the same plain words.

Folding is compatibility decomposition (NFKD), case folding, removal of the marks that people leave out when they type
(accents of Latin, Greek and Cyrillic, points of Hebrew, vowel signs of Arabic) and a table of letters that do not
decompose (ø, ł, đ, Arabic letter forms); the idea is that of Unicode's withdrawn report 30 and ICU's folding filter.
Vowel signs of Indic and South-East Asian scripts are letters to their readers and stay.

Languages written without spaces become overlapping pairs of characters: ``ABC`` gives ``AB BC C``. The last single one
lets every single character be found as the beginning of a token, so any substring of the text can be found.
Tokens hold ASCII digits, ASCII small letters and characters beyond ASCII only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import chain
from typing import NamedTuple

#: Letters that do not decompose, with what people type for them.
_LETTERS = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i", "ŋ": "n", "ŧ": "t",
    "ĸ": "k", "ƀ": "b", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƒ": "f", "ɨ": "i", "ʉ": "u", "ɵ": "o", "ə": "e", "ґ": "г",
    "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ۀ": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه", "ـ": "",
    "ʼ": "", "ʻ": "", "ʹ": "",
}  # fmt: skip
#: Marks that searching ignores: general, Hebrew points, Arabic vowel signs; and characters that only steer layout.
_IGNORED = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C7), (0x0610, 0x061A),
    (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06DC), (0x06DF, 0x06E8), (0x06EA, 0x06ED), (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0x00AD, 0x00AD), (0x200C, 0x200F),
    (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x2069), (0xFEFF, 0xFEFF),
)  # fmt: skip
_TABLE: dict[int, str | None] = {ord(k): v for k, v in _LETTERS.items()}
_TABLE.update({c: None for low, high in _IGNORED for c in range(low, high + 1)})

#: Scripts without spaces between words (and Hangul, whose particles stick to words): Thai, Lao, Tibetan, Burmese,
#: Khmer, kana, bopomofo, Han, Hangul.
_UNSPACED = (
    "\u0e00-\u0e4e\u0e80-\u0ecd\u0f40-\u0fbc\u1000-\u109d\u1780-\u17d3\u3005-\u3007\u3041-\u3096\u3099\u309a\u309d-\u309f"
    "\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
#: Where marks that combine with letters are looked for.
_MARKED = ((0x300, 0x1E00), (0x2CEF, 0x3100), (0xA66F, 0xABEF), (0xFB1E, 0xFB1F), (0x10A00, 0x11FFF))
_ASCII_WORD = re.compile(r"[0-9a-z]+")


class _Patterns(NamedTuple):
    """What finds words that are not plain ASCII, before and after folding."""

    word: re.Pattern[str]
    folded: re.Pattern[str]
    runs: re.Pattern[str]
    unspaced: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """Made at a first use: going through Unicode for its marks takes longer than a search."""
    marks: list[list[int]] = []
    for code in chain.from_iterable(range(*span) for span in _MARKED):
        if unicodedata.category(chr(code))[0] == "M":
            if marks and marks[-1][1] == code - 1:
                marks[-1][1] = code
            else:
                marks.append([code, code])
    marked = "".join(f"{chr(low)}-{chr(high)}" for low, high in marks)
    ignored = "".join(f"{chr(low)}-{chr(high)}" for low, high in _IGNORED)
    return _Patterns(
        re.compile(f"\\w[\\w{marked}{ignored}]*"),
        re.compile(f"[\\w{marked}]+"),
        re.compile(f"([{_UNSPACED}]+)"),
        re.compile(f"[{_UNSPACED}]"),
    )


def fold(text: str) -> str:
    """Return ``text`` without the differences that searching ignores."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", text).casefold().translate(_TABLE)
    text = unicodedata.normalize("NFKC", text).translate(_TABLE)
    return "".join(c if c < "\x80" or not c.isdecimal() else str(unicodedata.decimal(c)) for c in text)


@lru_cache(maxsize=1 << 16)
def _word_tokens(word: str, whole: bool) -> tuple[str, ...]:
    """The tokens of one word as written; ``whole`` adds the last single character of an unspaced run at its end."""
    if word.isascii():
        return tuple(_ASCII_WORD.findall(word.lower()))
    out: list[str] = []
    patterns = _patterns()
    pieces = [piece for part in patterns.folded.findall(fold(word)) for piece in patterns.runs.split(part) if piece]
    for n, piece in enumerate(pieces):
        if patterns.unspaced.match(piece):
            out.extend(piece[i : i + 2] for i in range(len(piece) - 1))
            if whole or n < len(pieces) - 1 or len(piece) == 1:
                out.append(piece[-1])
        else:
            out.append(piece)
    return tuple(out)


def tokens(text: str) -> list[str]:
    """Return the tokens of ``text`` in order, as they are indexed."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return [token for word in _words(text) for token in _word_tokens(word, True)]


def _words(text: str) -> list[str]:
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return _patterns().word.findall(text.replace("_", " "))


def query_tokens(text: str, prefix: bool = False) -> tuple[tuple[str, ...], bool]:
    """Return the tokens to look for in order to find ``text`` as a phrase, and whether the last is only a beginning.

    ``((), False)`` when there is nothing in ``text`` to be found.
    """
    words = _words(text)
    found = [t for word in words[:-1] for t in _word_tokens(word, True)]
    if not words:
        return (), False
    last = _word_tokens(words[-1], False)
    found.extend(last)
    if not last:
        return tuple(found), False
    if not last[-1].isascii() and _patterns().unspaced.match(last[-1]):
        return tuple(found), len(last[-1]) == 1
    return tuple(found), prefix


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (token, start, end) of ``text``: where each token stands in the text as written.

    A token of an unspaced run spans its own characters where folding kept their number, else the whole word.
    """
    if text.isascii():
        for match in _ASCII_WORD.finditer(text.lower()):
            yield match.group(), match.start(), match.end()
        return
    for match in _patterns().word.finditer(text.replace("_", " ")):
        word, begin = match.group(), match.start()
        found = _word_tokens(word, True)
        folded = fold(word) if len(found) > 1 else ""
        at = 0
        for token in found:
            if len(folded) != len(word):
                yield token, begin, match.end()
                continue
            at = max(folded.find(token, at), at)
            yield token, begin + at, begin + at + len(token)
