"""A row as PostgreSQL keeps it for full text: lexemes made of the same folded tokens as SQLite's, and what ranks them.

Every token is a lexeme twice: alone, for words of any field, and after a letter for its field. So every word, word with a
field, beginning, value and flag is answered by the GIN index alone. Phrases are looked for in ``body``: the tokens of each
field on a line of its own, each between blanks; so that few bodies are read for that, two tokens next to each other are a lexeme
too, one of ``2 ** _PAIR_BITS`` by a hash.
``weights`` holds, for each token, how often it stands in each field times that field's weight (BM25's frequency).
"""

from __future__ import annotations

import re
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

from ..nodes import TEXT_FIELDS
from ..row import GAP, MARK, Row, field_tokens, marks, texts
from ..schema import WEIGHTS
from ..values import day_of

#: Tokens of more bytes are cut in the full-text index; the body has them whole.
LONG = 240
#: A tsvector holds less than this many bytes: of a longer text the first words are found.
_MOST = 1_000_000
_CODES = {field: chr(ord("a") + n) for n, field in enumerate(TEXT_FIELDS)}
_TOP = (1 << 16) - 1
Frequencies = npt.NDArray[np.float64]
_BYTES = [n.to_bytes(2, "big") for n in range(_TOP + 1)]
MONTH, YEAR = f"{MARK}m", f"{MARK}y"
#: How many lexemes pairs of tokens share: so many that a row has few of them, so few that each has many rows, which packs well.
_PAIR_BITS = 18
#: A row with more pairs than this has :data:`MANY_PAIRS` instead: it may have any.
_MOST_PAIRS = 2_000
_PAIR, MANY_PAIRS = f"{MARK}p", f"{MARK}pairs"


@dataclass(frozen=True, slots=True)
class Indexed:
    """What full text keeps of a row. ``tokens`` are its different tokens, ``length`` counts all that BM25 counts."""

    words: str
    body: str
    weights: bytes
    tokens: frozenset[str]
    length: int


def indexed(row: Row) -> Indexed:
    """Return what full text keeps of ``row``."""
    lines: list[str] = []
    frequency: dict[str, int] = {}
    words: list[str] = []
    pairs: set[str] = set()
    length = 0
    for field, values in zip(TEXT_FIELDS, texts(row), strict=True):
        tokens = field_tokens(values) if values else []
        lines.append(f" {' '.join(tokens)} " if tokens else "")
        length += len(tokens)
        counts = Counter(tokens)
        del counts[GAP]
        weight, code = int(WEIGHTS[field]), _CODES[field]
        for token, n in counts.items():
            frequency[token] = frequency.get(token, 0) + weight * n
        words += [f"{code}:{token}" for token in _cut(counts)]
        pairs.update([pair(a, b) for a, b in pairwise(tokens) if a != GAP != b])
    own = marks(row)
    beside = pairs if len(pairs) <= _MOST_PAIRS else (MANY_PAIRS,)
    dates = date_marks(day_of(row.date))
    # Of what is too long the end is cut: words, never marks.
    lexemes = [*_cut(dict.fromkeys(own[: own.index(MARK)])), *dates, *beside, *_cut(frequency), *words]
    return Indexed(_vector(lexemes), "\n".join(lines), weights_of(frequency), frozenset(frequency), length + len(own))


def _cut(tokens: Iterable[str]) -> Iterable[str]:
    """The lexemes of tokens, which hardly ever are so long that they have to be cut."""
    return tokens if max(map(len, tokens), default=0) * 4 <= LONG else map(lexeme, tokens)


def pair(first: str, second: str) -> str:
    """Return the lexeme of two tokens next to each other. Others have it too."""
    code = zlib.crc32(f"{first} {second}".encode("utf-8", "replace"))
    return f"{_PAIR}{code & (1 << _PAIR_BITS) - 1:x}"


def month_of(day: int) -> int:
    """Return the number of a day's month: twelve times the year and the month from 0; 0 for no date."""
    if not day:
        return 0
    then = date.fromordinal(day)
    return then.year * 12 + then.month - 1


def date_marks(day: int) -> tuple[str, str]:
    """Return the lexemes of a row's month and year: month 0 and year 0 for no date."""
    month = month_of(day)
    return f"{MONTH}{month}", f"{YEAR}{month // 12}"


def weights_of(frequency: dict[str, int]) -> bytes:
    """Return weighted frequencies by token, so that one is found by its :func:`weight_key`: two bytes after it."""
    parts = [
        b"\x00%b\x01%b" % (token.encode("utf-8", "replace"), _BYTES[min(f, _TOP)]) for token, f in frequency.items()
    ]
    return b"".join(parts)


def beginning_weights(blob: bytes, rows: int, prefix: str) -> Frequencies:
    """Return the frequencies, together, of all tokens that begin with ``prefix``, for each of the first so many rows. Of a row with
    one such token ``blob`` has its frequency, of another a zero and, after their length, its weights from the first one on."""
    single = np.frombuffer(blob, ">u2", min(rows, len(blob) // 2))
    others = np.flatnonzero(single == 0)
    if not len(others):
        return single.astype(np.float64)
    begins = re.escape(prefix.encode("utf-8", "replace"))
    pattern = re.compile(b"\x00%b[^\x01]*\x01(..)" % begins, re.DOTALL)
    found: list[int] = single[: others[0]].tolist()
    at = 2 * len(found)
    while len(found) < rows:
        frequency = int.from_bytes(blob[at : at + 2])
        at += 2
        if not frequency:
            end = at + 4 + int.from_bytes(blob[at : at + 4])
            frequency = sum(map(int.from_bytes, pattern.findall(blob, at + 4, end)))
            at = end
        found.append(frequency)
    return np.array(found, np.float64)


def weight_key(token: str) -> bytes:
    """Return what stands before a token's frequency. No token has these two bytes in it."""
    return b"\x00" + token.encode("utf-8", "replace") + b"\x01"


def lexeme(token: str) -> str:
    """Return the lexeme of a token: itself, cut when it is very long."""
    if len(token) * 4 <= LONG:
        return token
    raw = token.encode("utf-8", "replace")
    return token if len(raw) <= LONG else beginning(token) + "…"


def beginning(token: str) -> str:
    """Return as much of a token as a lexeme holds of a very long one."""
    return token.encode("utf-8", "replace")[:LONG].decode("utf-8", "ignore")


def term(token: str) -> str:
    """Return the word that a token is counted under."""
    return token[:LONG]


def field_lexeme(field: str, text: str) -> str:
    """Return the lexeme of a token in a field (``""`` for any)."""
    return f"{_CODES[field]}:{text}" if field else text


def _vector(lexemes: list[str]) -> str:
    """The text form of a tsvector. Tokens hold letters and digits, so that nothing in them needs to be escaped."""
    whole = "' '".join(lexemes)
    if len(whole) * 4 > _MOST:
        sizes = accumulate(len(one.encode("utf-8", "replace")) + 8 for one in lexemes)
        whole = "' '".join(one for one, size in zip(lexemes, sizes, strict=True) if size < _MOST)
    return f"'{whole}'"


def packed(numbers: Iterable[int]) -> bytes:
    """Return numbers below 2**32 as bytes."""
    return array("I", numbers).tobytes()
