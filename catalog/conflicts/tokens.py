"""Caption text as items: words, numbers and signs with the place where they stand in the text as given."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from .data import words

#: No more of a caption is read than this: longer ones are stories.
MAX_CHARS = 6_000
MAX_ITEMS = 400

_VULGAR = {"½": ".5", "¼": ".25", "¾": ".75"}
_PIECE = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,31}\d{0,2});|[^\W\d_][\u0300-\u036f]{1,8}|.", re.S)
_CJK = "\u3005\u3040-\u30ff\u3400-\u9fff"
#: Scripts that part no words, beside Chinese and Japanese (Thai, Lao, Burmese, Khmer), and those whose words hold signs
#: that are no letters.
_UNPARTED = "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1780-\u17d3"
#: A letter of them with the vowels and tones written around it: less than that is no sound, and agrees by chance.
_CLUSTER = (
    "[\u0e40-\u0e44]?[\u0e01-\u0e2e][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]*[\u0e30\u0e32\u0e45]?"
    "|[\u0ec0-\u0ec4]?[\u0e81-\u0eae\u0edc-\u0edf][\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd]*[\u0eb0\u0eb2]?"
    "|[\u1000-\u102a][\u102b-\u103e]*|[\u1780-\u17b3](?:\u17d2[\u1780-\u17b3])*[\u17b6-\u17d1\u17d3]*"
)
_INDIC = "\u0900-\u0963\u0971-\u0dff"
_TOKEN = re.compile(
    rf"""
    (?P<date>\d{{4}}[年년](?:[ ]?\d{{1,2}}[月월])?(?:[ ]?\d{{1,2}}[日일])?
      |\d{{1,2}}[月월](?:[ ]?\d{{1,2}}[日일])?|\d{{4}}-\d{{2}}-\d{{2}}(?!\d)
      |(?:19|20)\d{{2}}(?:\.[ ]?\d{{1,2}}\.[ ]?\d{{1,2}}|/\d{{1,2}}/\d{{1,2}})(?!\d)
      |\d{{1,2}}\.[ ]?\d{{1,2}}\.[ ]?(?:\d{{4}}|\d{{2}})(?!\d)|\d{{1,2}}/\d{{1,2}}/(?:\d{{4}}|\d{{2}})(?!\d)
      |\d{{1,2}}-\d{{1,2}}-\d{{4}}(?!\d))
    |(?P<time>\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?!\d)|\d{{1,2}}[ ]?h[ ]?\d{{2}}(?!\w))
    |(?P<part>[1-9]/(?:[2-9]|10)(?![\d/]))
    |(?P<number>\d{{1,3}}(?:[.,'’]\d{{3}}){{1,6}}(?!\d)|\d{{1,3}}(?:[ ]000){{1,4}}(?!\d)|\d{{1,15}}(?:[.,]\d{{1,6}})?)
      (?P<suffix>(?:['’](?=s\b))?[^\W\d_{_CJK}]{{1,4}}(?!\w))?
    |(?P<letters>(?:[A-Za-z]\.(?:-(?=[A-Za-z]\.))?){{2,5}})
    |(?P<elided>(?<![\w'’])(?:[cdjlmnst]|qu|L|D|N|dell|nell|all|dall|sull|un)['’](?=[^\W\d_]{{2}}|[aàyoèé]\b))
    |(?P<cjk>{_CLUSTER}|[{_CJK}{_UNPARTED}])
    |(?P<currency>(?:US|AU|NZ|HK|[AC])\$)
    |(?P<word>[^\W\d_](?:[{_INDIC}]|(?![{_CJK}{_UNPARTED}])[^\W_]){{0,60}}(?:['’](?:[^\W\d_]){{1,12}})?)
    |(?P<sign>[&%$€£¥₹₽₺+])
    """,
    re.X,
)
#: What an elided word stands for; French "n'" takes a statement back.
_ELIDED = {
    "n": "ne",
    "d": "de",
    "l": "le",
    "qu": "que",
    "all": "alla",
    "dell": "della",
    "nell": "nella",
    "dall": "dalla",
    "sull": "sulla",
}
_POSSESSIVE = re.compile(r"['’]s?$")
#: What Turkish joins to a name with an apostrophe ("Ankara'da"), and Korean to a word of two syllables or more ("서울에서").
_JOINED = re.compile(
    r"(?:['’](?:[dt][ae]n?|y?[aeiu]|n?[iu]n|l[ae]r|y?l[ae]|nd[ae]n?)"
    r"|(?<=[가-힣]{2})(?:에서|으로|에게|부터|까지|에|의|은|는|이|가|을|를|와|과|도|로))$"
)
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "’": "'"})


@dataclass(frozen=True, slots=True)
class Item:
    """One word, number, date, place or sign of a caption.

    ``key`` is what is compared, ``skeleton`` what is left of it when spelling is forgiven. ``start``/``end`` slice the
    text as given. ``first`` opens a sentence; ``glued`` follows the item before it with nothing but a blank between;
    ``hyphen`` is joined to it by one; ``bracket`` follows an opening bracket, and ``closing`` stands before a closing one.
    ``dotted`` is a short word with a dot, ``stopped`` any word with one. ``named`` has a capital and is a small word in
    other languages only: "le Var".
    """

    key: str
    text: str
    start: int
    end: int
    kind: str = "word"
    skeleton: str = ""
    capital: bool = False
    first: bool = False
    glued: bool = False
    hyphen: bool = False
    bracket: bool = False
    closing: bool = False
    dotted: bool = False
    stopped: bool = False
    named: bool = False
    value: object = None


@lru_cache(maxsize=20_000)
def fold(word: str) -> str:
    """Return a word without case, accents and ligatures."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", plain.translate(_LETTERS))


#: Money beside a number: "£2.5m", "5m euros".
_OF_MONEY = re.compile(r"[$€£¥₹₽₺]|(?i:euro|dollar|pound|yen|usd|eur|chf)")


def of_money(text: str) -> bool:
    """Tell whether a sign or word beside a number says that money is counted."""
    return bool(_OF_MONEY.search(text))


@cache
def units() -> frozenset[str]:
    """Return the folded names of measures."""
    return frozenset(pair.split("=")[0] for text in words()["units"].values() for pair in text.split())


@cache
def same_word() -> dict[str, str]:
    """Return the word that stands for each abbreviation and spelling of it."""
    groups = words()["same"]["groups"].split(";")
    return {form: group.split()[0] for group in groups for form in group.split()}


def _same(key: str) -> str:
    """Return the word that stands for a form, or for the word of which it is the plural; "" when it is none of them."""
    known = same_word()
    if key in known:
        return known[key]
    one = key[:-1]
    return known[one] + "s" if key.endswith("s") and len(one) > 3 and one in known and known[one].isalpha() else ""


_SPELLINGS = [
    (re.compile(p), r)
    for p, r in (
        (r"is(e|ed|es|ing|ation|ations|er|ers)$", r"iz\1"),
        (r"our(s|ed|ing|able|ful|er|ers|less|ite|ites|ly)?$", r"or\1"),
        (r"ogue(s|d)?$", r"og\1"),
        (r"(ph)", "f"),
        (r"(sch|tsch|tch|sh|ch|cz)", "c"),
        (r"(kh|ck|q|gh)", "k"),
        (r"ue|oe|ae|ou|oo", lambda m: {"ue": "u", "oe": "o", "ae": "a", "ou": "u", "oo": "u"}[m.group()]),
        (r"(iy|yi|ij|ie|ii|y|j)", "i"),
        (r"w", "v"),
        (r"dh|dj|dsh", "d"),
        (r"z|ts|tz", "s"),
        (r"ia|iia|ya", "ia"),
        (r"(.)\1+", r"\1"),
        (r"ov$|of$|ew$|ev$", "v"),
    )
]


@lru_cache(maxsize=20_000)
def skeleton(key: str) -> str:
    """Return a folded word with its spelling forgiven: transliterations and British or American forms fall together."""
    if len(key) < 5 or not key.isalpha():
        return key
    for pattern, by in _SPELLINGS:
        key = pattern.sub(by, key)
    return key


def _clean(text: str) -> tuple[str, list[int]]:
    """Return the text with entities, Unicode forms and invisible signs settled, and where each of its letters stood."""
    out: list[str] = []
    origin: list[int] = []
    for match in _PIECE.finditer(text[:MAX_CHARS]):
        piece = match.group()
        if len(piece) > 1 or not piece.isascii():
            piece = _VULGAR.get(piece, piece) if out and out[-1].isdecimal() else piece  # "1½"
            piece = unicodedata.normalize("NFKC", html.unescape(piece) if piece[0] == "&" else piece)
            piece = "".join(
                str(unicodedata.decimal(c)) if c.isdecimal() else c  # "٢٠١٩", "२०२३"
                for c in piece
                if unicodedata.category(c) not in ("Cf", "Cc")
            )
            piece = piece.replace("\u2044", "/")
            # NFKC turns the ellipsis into three dots and widens some signs: all of them stand where the one stood.
        out.append(piece)
        origin += [match.start()] * len(piece)
    origin.append(min(len(text), MAX_CHARS))
    return "".join(out), origin


def tokenise(text: str) -> tuple[list[Item], str]:
    """Return the items of a caption, at most ``MAX_ITEMS``, and the text that they were read from."""
    clean, origin = _clean(text)
    items: list[Item] = []
    end = 0
    for match in _TOKEN.finditer(clean):
        between = clean[end : match.start()]
        first = not items or (any(c in ".!?:。！？" for c in between) and not items[-1].dotted)
        begin, stop = match.start(), match.end()
        item = Item("", match.group(), origin[begin], _origin_end(origin, stop), first=first)
        item = replace(
            item,
            glued=bool(items) and between in ("", " ", "-", ". ", "."),
            hyphen=bool(items) and between == "-",
            bracket=clean[begin - 1 : begin] == "(",
            closing=clean[stop : stop + 2].lstrip(".")[:1] == ")",
        )
        items += _named(item, match, clean[stop : stop + 1], clean[max(0, begin - 3) : begin] + clean[stop : stop + 9])
        end = stop
        if len(items) >= MAX_ITEMS:
            break
    return items, clean


def _origin_end(origin: list[int], stop: int) -> int:
    """Where the piece that gave the last letter ends."""
    last = origin[stop - 1]
    while stop < len(origin) - 1 and origin[stop] == last:
        stop += 1
    return origin[stop]


def _named(item: Item, match: re.Match[str], after: str, around: str) -> list[Item]:
    """Give the item its kind and key; "isn't" and "12km" become two items."""
    kind = match.lastgroup if match.lastgroup != "suffix" else "number"
    text = match.group()
    if kind in ("date", "time", "part", "cjk"):
        return [replace(item, kind={"cjk": "word"}.get(kind, kind), key=text, skeleton=text)]
    if kind == "number":
        text = re.sub(r"['’](?=s$)", "", text)  # "1960's"
        unit = match["suffix"] or ""
        if fold(unit) in units() and not (unit in ("m", "t") and of_money(around)):
            digits = replace(
                item, kind="number", key=text[: -len(unit)], skeleton=text[: -len(unit)], end=item.end - len(unit)
            )
            word = "meter" if unit == "m" else _same(fold(unit)) or fold(unit)  # "10,000m", "12km"
            return [
                replace(digits, text=text[: -len(unit)], closing=False),
                replace(
                    item, key=word, skeleton=word, text=unit, start=digits.end, first=False, glued=True, bracket=False
                ),
            ]
        return [replace(item, kind="number", key=text, skeleton=text, dotted=after == ".")]
    if kind == "letters":
        key = same_word().get(fold(text)) or re.sub(r"[.-]", "", fold(text))  # "N.Y.P.D.", "NYPD"
        return [replace(item, key=key, skeleton=key, capital=True, dotted=True)]
    if kind == "elided":
        key = _ELIDED.get(fold(text[:-1]), fold(text[:-1]))
        return [replace(item, key=key, skeleton=key)]
    if kind in ("sign", "currency"):
        key = same_word().get(text.lower(), text)
        return [replace(item, kind="word", key=key, skeleton=key)]
    key = fold(text)
    bare = replace(item, capital=text[0].isupper(), dotted=after == "." and len(text) <= 5, stopped=after == ".")
    if key.endswith("n't"):
        base = {"ca": "can", "wo": "will"}.get(key[:-3], key[:-3])
        return [replace(bare, key=base, skeleton=base), replace(bare, key="not", skeleton="not", capital=False)]
    key = _JOINED.sub("", _POSSESSIVE.sub("", unicodedata.normalize("NFC", key)))
    key = _same(key + "." if after == "." else key) or _same(key) or key
    if key.endswith("str") and len(key) > 5 and after == ".":
        key += "asse"  # "Lindenstr."
    return [replace(bare, key=key, skeleton=skeleton(key))]
