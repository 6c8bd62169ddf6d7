"""Names in captions: places by the gazetteer, persons by capitals and first names, and which of both a name is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from . import unparted
from .data import lines, words
from .languages import function_words
from .tokens import Item, fold, skeleton

#: The longest name of a place, in words and ideographs, and in the syllables of Thai and its like.
LONGEST = 5
LONGEST_SYLLABLES = 12
_ADJECTIVE = re.compile(r"(?:er|ische[mnrs]?)$")
_COMMON_ENDS = re.compile(r"(?:ing|ed|ly|ers|ists|ants|ents|tions|ies|ches|sses|people|s)$")


@cache
def gazetteer() -> dict[str, str]:
    """Return the place that stands for each folded name of a place."""
    table: dict[str, str] = {}
    for name in ("places.txt", "countries.txt", "cities.txt"):
        for line in lines(name):
            names = [fold(n.strip()) for n in line.split(";")]
            if name == "countries.txt":
                names[0] = names[0].partition(" ")[2]
            known = next((table[n] for n in names[:3] if n in table), names[0])
            for form in names:
                table.setdefault(form, known)
                if "-" in form:  # captions are read in words: "Baden-Württemberg" is two
                    table.setdefault(" ".join(form.replace("-", " ").split()), known)
    return table


@cache
def cities() -> frozenset[str]:
    """Return the names under which :func:`gazetteer` knows cities: countries and regions may lie around what else is named."""
    return frozenset(gazetteer()[fold(line.split(";")[0].strip())] for line in lines("cities.txt"))


@cache
def first_names() -> frozenset[str]:
    """Return folded first names of many countries."""
    return frozenset(name for line in lines("firstnames.txt") for name in line.split())


@cache
def _demonyms() -> tuple[dict[str, str], dict[str, str]]:
    """Return the countries of whole words, and of stems."""
    whole: dict[str, str] = {}
    stems: dict[str, str] = {}
    for line in lines("demonyms.txt"):
        code, *forms = line.split()
        for form in forms:
            (stems if form.endswith("*") else whole).setdefault(form.rstrip("*"), code)
    return whole, stems


def nation(key: str) -> str:
    """Return the code of the country whose adjective or people a folded word names, or ""."""
    whole, stems = _demonyms()
    if key in whole:
        return whole[key]
    return next((stems[key[:-cut]] for cut in (1, 2, 3) if key[:-cut] in stems), "") or stems.get(key, "")


@cache
def listed(name: str) -> frozenset[str]:
    """Return a list of words of the table "kinds"."""
    return frozenset(words()["kinds"][name].split())


def find(items: list[Item], *, several: bool = False) -> list[Item]:
    """Return the items with the words of one place joined to one item of kind "place"; ``several``: of many words only."""
    out: list[Item] = []
    i = 0
    while i < len(items):
        stop, place = _place_at(items, i)
        if not place or (several and stop < i + 2) or _is_first_name(items, i, stop) or _is_building(items, i, stop):
            out.append(items[i])
            i += 1
            continue
        key = f"@{place}"
        if out and out[-1].key == key and items[i].glued | (items[i].start <= out[-1].end + 2):
            out[-1] = replace(out[-1], end=items[stop - 1].end)  # "New York, N.Y."
            i = stop
            continue
        out.append(
            replace(items[i], kind="place", key=key, skeleton=key, end=items[stop - 1].end, capital=True, value=place)
        )
        i = stop
    return out


def _is_first_name(items: Sequence[Item], i: int, stop: int) -> bool:
    """Tell whether a last name follows a place that is a first name too: "Milan Petrov", not "Jordan River"."""
    if stop != i + 1 or stop >= len(items) or items[i].key not in first_names():
        return False
    after = items[stop]
    named = after.glued and after.capital and after.kind == "word" and not after.first and not after.text.isupper()
    known = (listed("place_words"), listed("person_before"), listed("offices"), function_words(), gazetteer())
    return (
        named
        and not any(after.key in words for words in known)
        and items[i - 1 if i else 0].key not in listed("place_before")
    )


def _is_building(items: Sequence[Item], i: int, stop: int) -> bool:
    """Tell whether a place is a noun behind a German adjective of another place here: "Ulmer Münster", "Sächsische Schweiz"."""
    named = stop == i + 1 and i > 0 and items[i].glued and items[i].key in listed("landmarks")
    return named and items[i - 1].capital and bool(_ADJECTIVE.search(items[i - 1].key))


@cache
def _by_initial() -> dict[str, str]:
    """Return the places of several words by the first letter of the first and the others: "s. paulo"."""
    return {f"{name[0]}. {rest}": place for name, place in gazetteer().items() if (rest := name.partition(" ")[2])}


def _place_at(items: list[Item], i: int) -> tuple[int, str]:
    """Return where the place that begins at item ``i`` ends, and its name, the longest that fits."""
    table = gazetteer()
    if items[i].kind != "word" or not items[i].text:
        return i, ""
    first = items[i].text[0]
    syllables = unparted.is_syllable(items[i])
    eastern = syllables or "\u3040" <= first <= "\u9fff"
    if not items[i].capital and not eastern and first.lower() != first.upper():
        return i, ""
    for size in range(LONGEST_SYLLABLES if syllables else LONGEST, 0, -1):
        run = items[i : i + size]
        if len(run) < size or not all(x.glued and x.kind == "word" and not x.first for x in run[1:]):
            continue
        text = ("" if eastern else " ").join(fold(x.text).removesuffix("'s") for x in run)
        if run[-1].dotted and size == 1 and not text.endswith(".") and text + "." in table:
            return i + size, table[text + "."]
        if eastern and size == 1:
            continue
        if size > 1 and not eastern and run[0].key != fold(run[0].text) and (text in table or spelled(run) in table):
            return i + size, table.get(spelled(run), spelled(run))  # "Mt. Pleasant", "St. Paul"
        if size > 1 and len(run[0].text) == 1 and run[0].dotted:
            short = f"{text[0]}.{text[1:]}"
            if short in _by_initial():
                return i + size, _by_initial()[short]
        if text == "washington" and i + 1 < len(items) and items[i + 1].key in ("d.c.", "dc"):
            return i + 2, table[text]
        if size == 1 and text not in table and run[0].key in table:
            return i + 1, table[run[0].key]  # "Ankara'da", "서울에서"
        if size == 1 and text not in table and i and items[i - 1].key in _SLAVIC and (case := _declined(text)):
            return i + 1, case
        if size == 1 and text not in table and (joined := _behind_prefix(text) or _owner(items, i)):
            return i + 1, joined
        if text in table and (len(text) > 3 or run[-1].text.isupper() or not text.isascii() or text == "rom"):
            return i + size, table[text]
    return i, ""


#: What Hebrew and Arabic write together with the word behind it: "in", "to", "from", "and".
_PREFIXES = {"\u05d0": "בלמהוש", "\u0621": "بلو"}


def _behind_prefix(text: str) -> str:
    """Return the place behind a Hebrew or Arabic preposition that is one word with it ("באשקלון", "ببيروت"), or ""."""
    letters = next(
        (letters for first, letters in reversed(_PREFIXES.items()) if first <= text[0] <= chr(ord(first) + 42)), ""
    )
    return gazetteer().get(text[1:], "") if len(text) > 4 and text[0] in letters else ""


def _owner(items: Sequence[Item], i: int) -> str:
    """Return the place whose genitive without an apostrophe stands before what is its ("Schwedens Torhüterin"), or ""."""
    text = fold(items[i].text)
    named = i > 0 and items[i].glued and items[i - 1].capital and items[i - 1].key in first_names()
    owns = i + 1 < len(items) and items[i + 1].glued and items[i + 1].kind == "word"
    if len(text) < 5 or text[-1] != "s" or named or not owns or text in first_names():
        return ""
    return gazetteer().get(text[:-1], "")


#: Prepositions of languages that decline the names of places, and the endings of those cases with what stands in the first.
_SLAVIC = frozenset(
    (
        "w",
        "we",
        "do",
        "z",
        "ze",
        "na",
        "v",
        "ve",
        "u",
        "pod",
        "od",
        "в",
        "во",
        "на",
        "из",
        "под",
        "у",
        "до",
        "от",
        "із",
        "зі",
    )
)
_CASES = (
    ("owie", ("ow",)), ("iu", ("",)), ("ie", ("a", "")), ("u", ("", "o")), ("i", ("", "a")), ("a", ("",)), ("y", ("a", "")),
    ("ach", ("e", "y")), ("em", ("e",)), ("e", ("a", "o", "")), ("ego", ("e",)), ("е", ("а", "", "о")), ("и", ("ь", "а", "я")),
    ("у", ("а", "")), ("ы", ("а",)), ("а", ("",)), ("ом", ("",)), ("і", ("", "а", "ь")), ("ові", ("ів",)), ("єві", ("їв",)),
)  # fmt: skip


def _declined(text: str) -> str:
    """Return the place of which a folded Slavic word is a case ("krakowie", "москве"), or ""."""
    table = gazetteer()
    for ending, firsts in _CASES:
        stem = text.removesuffix(ending)
        if stem != text and len(stem) > 2:
            hit = next((table[stem + first] for first in firsts if len(stem + first) > 3 and stem + first in table), "")
            if hit:
                return hit
    return ""


def declined(x: Sequence[Item], y: Sequence[Item], language: str) -> bool:
    """Tell whether two names may be cases of one, in a language that declines them: "Тула", "в Туле"; "Turku", "Turussa"."""
    if len(x) != len(y) or any(" " in str(i.value) for i in (*x, *y) if i.kind == "place"):
        return False
    return all(p.key == q.key or _cases_of_one(p, q, language) for p, q in zip(x, y, strict=True))


def _cases_of_one(x: Item, y: Item, language: str) -> bool:
    one, other = fold(x.text), fold(y.text)
    endings = _endings("cyrillic" if one[:1] >= "\u0400" and one[:1] <= "\u04ff" else language)
    if (
        not endings
        or (one in first_names() and other in first_names())
        or (x.kind == y.kind == "place" and x.key != y.key)
    ):
        return False
    shared = next((n for n, (p, q) in enumerate(zip(one, other, strict=False)) if p != q), min(len(one), len(other)))
    return any(
        one[n:] in endings and other[n:] in endings
        for n in range(shared, max(2, shared - 3), -1)
        if 2 * n > min(len(one), len(other))
    )


@cache
def _endings(language: str) -> frozenset[str]:
    """Return the endings of the cases of names of a language, folded, the first case's too; none where names have no cases."""
    text = words()["cases"].get(language, "")
    return frozenset(("", *words()["cases"].get(text, text).split())) if text else frozenset()


def spelled(run: Sequence[Item]) -> str:
    """Return a name with its first word written out."""
    return " ".join((run[0].key, *(fold(x.text).removesuffix("'s") for x in run[1:])))


def is_name(run: Sequence[Item], german: bool) -> bool:
    """Tell whether capitals make this run a name: in German every noun has one, and so has the first word of a sentence."""
    real = [x for x in run if x.capital]
    if not real:
        return False
    if any(x.kind == "place" for x in run) or len(real) > 1:
        return True
    item = real[0]
    if item.key in first_names() or (item.text.isupper() and 1 < len(item.text) < 6):
        return True
    if german:
        return False
    return not item.first or not _COMMON_ENDS.search(item.key)


def same_person(x: Sequence[Item], y: Sequence[Item]) -> bool:
    """Tell whether two names can be one person's: initials, short forms, spellings, a name left out."""
    a, b = [i for i in x if i.key not in listed("particles")], [i for i in y if i.key not in listed("particles")]
    if not a or not b:
        return True
    short, long = sorted((a, b), key=len)
    if {i.skeleton for i in short} <= {i.skeleton for i in long}:
        return True
    if not near(a[-1].key, b[-1].key):
        return False
    return len(short) == 1 or all(_same_first(p, q) for p, q in zip(a[:-1], b[:-1], strict=False))


def _same_first(x: Item, y: Item) -> bool:
    a, b = sorted((x.key.rstrip("."), y.key.rstrip(".")), key=len)
    return near(a, b) or (len(a) <= 2 and a[:1] == b[:1]) or (len(a) >= 3 and b.startswith(a[:3]))


#: The ends of words for an office, which stand before a last name as a first name does.
_OFFICE = re.compile(
    r"(?:ministern?|kanzler|prasident|president|chef|sprecher|trainer|meister|leiter|senator|richter|anwalt|direktor|fuhrer"
    r"|vorsitzende|abgeordnete|autor|star|spieler|sieger|leder|ledare|mester|borgmester|premier|voorzitter|coach)(?:in|en)?$"
)


def titled(x: Sequence[Item], y: Sequence[Item], german: bool) -> bool:
    """Tell whether one last name stands after a first name and after a word that is none ("Altkanzlerin", "Außenministerin")."""
    if len(x) < 2 or len(y) < 2 or x[-1].skeleton != y[-1].skeleton:
        return False
    if bool(_OFFICE.search(x[0].key)) != bool(_OFFICE.search(y[0].key)):
        return True
    return german and (x[0].key in first_names()) != (y[0].key in first_names())


def described(x: Sequence[Item], y: Sequence[Item]) -> bool:
    """Tell whether two nouns stand before one whole name: "Der Zeuge Karl Brandt", "Der Angeklagte Karl Brandt"."""
    whole = [i.key for i in x[1:]] == [i.key for i in y[1:]] and len(x) > 2 and x[1].key in first_names()
    return whole and not {x[0].key, y[0].key} & first_names()


def initials_of(x: Sequence[Item], y: Sequence[Item]) -> bool:
    """Tell whether the one item of ``x`` is made of the first letters of ``y``: "EU", "European Union"; "SP", "São Paulo"."""
    if len(x) != 1 or not x[0].text.isupper():
        return False
    parts = [
        w for i in y for w in (str(i.value).split() if i.kind == "place" else [i.key if i.dotted else fold(i.text)])
    ]
    whole = (
        [w if i.dotted else w[:1] for i, w in zip(y, parts, strict=True)]
        if len(parts) == len(y)
        else [w[:1] for w in parts]
    )
    named = [w[:1] for w in parts if w not in function_words()]
    return len(parts) > 1 and fold(x[0].text) in ("".join(whole), "".join(named))


def near(a: str, b: str) -> bool:
    """Tell whether two folded names are spellings of one: equal when forgiven, or a letter apart in a long one."""
    one, other = skeleton(a), skeleton(b)
    if one == other:
        return True
    if one[0] == other[0] and len(one) == len(other) > 6 and _consonants(one) == _consonants(other):
        return True  # "Mohammed", "Muhammad"
    if min(len(one), len(other)) < 6 or abs(len(one) - len(other)) > 1 or one[0] != other[0]:
        return False
    head = next((n for n, (p, q) in enumerate(zip(one, other, strict=False)) if p != q), min(len(one), len(other)))
    one, other = one[head:], other[head:]
    return one[1:] == other[1:] or one[1:] == other or one == other[1:]


def _consonants(key: str) -> str:
    """Return a folded name with one sign for each of its vowels."""
    return re.sub(r"[aeiou]", "*", key)
