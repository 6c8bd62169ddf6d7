"""Words of captions, embedded texts and file names in one comparable form, whatever the script.

The form is for comparing only: it is never shown. Marks are dropped, and the digraphs by which umlauts are written in
file names (``ae``, ``oe``, ``ue``) fall together with the bare vowel, so that *Präsident*, *Praesident* and *President*'s
German cousin *Prasident* meet. Cyrillic and Greek are romanised as file names usually have them. Scripts without spaces
are cut into overlapping pairs of characters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

MAX_CHARS = 4000
"""Longer texts are compared by their beginning: nobody prints a caption of this length."""

_QUOTES = str.maketrans(dict.fromkeys("‘’‚‛`´′‹›", "'") | dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‐‑‒–—−―", "-"))
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_ROMAN = """
ß ss  æ ae  œ oe  ø o  đ d  ð d  ł l  ı i  þ th  ħ h
а a  б b  в v  г g  ґ g  д d  ђ dj  е e  є ye  ж zh  з z  и i  й i  і i  ї yi  ј j  к k  л l  љ lj  м m  н n  њ nj  о o  п p
р r  с s  т t  ћ c  у u  ф f  х kh  ц ts  ч ch  џ dz  ш sh  щ shch  ы y  э e  ю yu  я ya
α a  β v  γ g  δ d  ε e  ζ z  η i  θ th  ι i  κ k  λ l  μ m  ν n  ξ x  ο o  π p  ρ r  σ s  ς s  τ t  υ y  φ f  χ ch  ψ ps  ω o
"""
_PAIRS = _ROMAN.split()
_PLAIN = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)) | dict.fromkeys("ъь", ""))
_DIGRAPHS = re.compile("([aou])e")
_TOKEN = re.compile(r"[^\W_]+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")
_CAMEL = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")


def normal(text: str) -> str:
    """The text with compatibility forms, quotes, dashes and white space made one, invisible characters dropped."""
    flat = unicodedata.normalize("NFKC", text[:MAX_CHARS]).translate(_QUOTES)
    return " ".join(_INVISIBLE.sub("", flat).split())


def key(text: str) -> str:
    """What is left for *equal* texts: letters and digits only, folded."""
    return "".join(_TOKEN.findall(normal(text).casefold()))


@lru_cache(maxsize=20_000)
def fold(word: str) -> str:
    """One word in the comparable form (Latin letters without marks, umlaut digraphs as the bare vowel)."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    return _DIGRAPHS.sub(r"\1", unicodedata.normalize("NFKC", bare).translate(_PLAIN))


def words(text: str) -> list[str]:
    """The folded words in order; runs of scripts without spaces as overlapping pairs of characters."""
    out: list[str] = []
    for token in _TOKEN.findall(normal(text)):
        out.extend(_cut(token) if not token.isascii() and _UNSPACED.search(token) else [fold(token)])
    return [w for w in out if w]


def _cut(token: str) -> list[str]:
    out: list[str] = []
    at = 0
    for run in _UNSPACED.finditer(token):
        if run.start() > at:
            out.append(fold(token[at : run.start()]))
        part = run.group()
        out.extend([part] if len(part) == 1 else [part[i : i + 2] for i in range(len(part) - 1)])
        at = run.end()
    if at < len(token):
        out.append(fold(token[at:]))
    return out


def name_words(stem: str) -> list[str]:
    """The words of a file name: separators and camel case split, numbers, sizes and single letters left out."""
    spaced = _CAMEL.sub(" ", re.sub(r"[_\-+.%,()\[\]&=~@]+", " ", stem[:300]))
    out: list[str] = []
    for token in _TOKEN.findall(normal(spaced)):
        pieces = _cut(token) if _UNSPACED.search(token) else [fold(p) for p in re.findall(r"[^\W\d_]+|\d+", token)]
        if sum(p.isdigit() for p in pieces) and len(pieces) > 2:
            continue  # a hash or an id: letters and digits in turn
        out.extend(p for p in pieces if not p.isdigit() and (len(p) > 2 or _UNSPACED.search(p)))
    return list(dict.fromkeys(out))


def _read_list(name: str) -> frozenset[str]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return frozenset(fold(w) for line in lines if not line.startswith("#") for w in line.split())


STOP = _read_list("stopwords.txt")
"""Words that say nothing about a picture: function words of the common languages of news."""
NOISE = _read_list("filewords.txt")
"""Words that cameras and content systems put into file names."""
