"""The words of credits, and tests on short texts: is this a credit, a house, a name?

The words are compiled in :mod:`.credittables`. Form does the rest, so that languages outside the lists are served too.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .credittables import tables

#: Longer texts are no credits; tests look no further.
MAX_CREDIT = 160
#: Words of the longest credit that no marker begins.
MOST_WORDS = 8
#: Letters of the shortest house in small letters that no list knows.
LEAST_HOUSE = 5
OPEN, CLOSE = "([（［【〔<＜〈", ")]）］】〕>＞〉"
LOOSE = " \t\n\r\u00a0|/–—-:;,=·•：／＝፦"
_SPLIT = re.compile(
    r"\s*(?:/|／|\||,|;|、|：|:|＝|=|\(|\)|（|）|\+{1,3}|\s[-–—•·]\s|\b(?:via|for|by|für|and|und|y|et|e)\b)\s*"
)
#: Ends of sentences: signs that may also end an abbreviation, and signs that do not.
_STOP = re.compile(r"[.!?]\s+(?=\S)")
ENDS = "。！？।۔؟։።။៖។"
#: Where the last part of a text is set off: a bracket, bar or label.
_SET_OFF = re.compile(r"\s[(\[（【]|\s[-–—|]\s|\s\S{1,20}[:：]\s")
#: The e-mail address that Korean papers print after a reporter's name.
_ADDRESS = re.compile(r"(?<=[\uac00-\ud7af])\s{1,3}[\w.+-]{1,40}@[\w.-]{1,60}\s{0,3}$")
#: What German papers print before the houses whose pictures were put together.
_MONTAGE = re.compile(r"\[M\]\s{1,2}")
_HALVES = re.compile(r"\s?[/／]\s?")
_WORD = re.compile(r"(?:^|(?<=[\s(\[«“\"'/]))[^\s(\[«“\"'/]{1,20}$")
_DATE = re.compile(r"[\d.,:/\s-]*\d[\d.,:/\s-]*(?:년|월|일|年|月|日|時|时|分)?")
_CASELESS = re.compile(r"[\u0590-\u08ff\u0900-\u109f\u10d0-\u10ff\u1200-\u139f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af]")
_INDIC = re.compile(r"[\u0900-\u0dff]{1,8}")
#: Brackets that part a caption from its credit: square ones, and any after letters of a script without capitals.
_BRACKETED = re.compile(r"[\[［【〔（]|(?<=[\u0590-\u08ff\u0900-\u109f\u2e80-\u9fff\uac00-\ud7af])\s?\(")
#: Japanese prose: a particle or verb ending after a word's sign, or a date.
_KANA = re.compile(
    r"[\u30a0-\u30ff\u4e00-\u9fff](?:[をでがはに]|する|した|され|[すくるむぐ](?![\u3041-\u309f]))|\d[年月日時]"
)
_PICTURE_WORD = re.compile(r"\s(?:pic|pics|pix|photo|photos|foto)[.\s]{0,3}$", re.I)
PARTICLES = frozenset(
    [
        "van",
        "von",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "das",
        "do",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "y",
        "e",
        "und",
        "and",
        "et",
        "&",
        "the",
        "of",
        "for",
        "via",
        "by",
        "zu",
        "zum",
        "ten",
        "ter",
        "d",
        "c/o",
        "at",
        "in",
        "na",
        "pour",
        "para",
        "per",
        "für",
        "under",
        "unter",
    ]
)
#: A joining word between a marker and the names.
JOINS = re.compile(r"(?<=\s)(?:by|via|von|oleh|door|par|por|av|af|nga|od|[-–—])(?=\s)", re.I)


@lru_cache(maxsize=4096)
def has_agency(text: str) -> bool:
    """Tell whether a text names an agency or picture house in its first 400 characters."""
    return bool(tables().agency.search(text[:400]))


@lru_cache(maxsize=4096)
def is_agency(text: str) -> bool:
    """Tell whether a text is the name of an agency or picture house: words of captions are asked again and again."""
    return bool(tables().agency.fullmatch(text))


def is_rights(part: str) -> bool:
    """Tell whether a text is a mark of rights kept or unknown, such as French "DR": part of names it may be anything."""
    part = part.strip(" /|")
    return part in tables().rights or part.removesuffix(".") in tables().rights


def marker(text: str, start: int = 0, end: int | None = None) -> tuple[int, bool] | None:
    """Return where the marker that begins ``text[start:end]`` ends, and whether it is a strong one; ``None`` without one."""
    stop = len(text) if end is None else end
    known = tables()
    for pattern, strong in ((known.alone, True), (known.strong, True), (known.weak, False)):
        if (match := pattern.match(text, start, stop)) and match.end() < stop:
            return match.end(), strong
    return None


def may_end_in_marker(text: str) -> bool:
    """Tell whether a text ends in a marker, so that a name right after it would be a credit. Cheap."""
    low, known, marked = max(0, len(text) - tables().reach), tables(), f"{text} X"
    ways = (known.alone, known.strong, known.weak, known.core)
    return any(match.end() > len(text) for way in ways for match in way.finditer(marked, low))


def is_balanced(text: str) -> bool:
    """Tell whether each bracket that opens in ``text`` closes, and the other way round."""
    depth = 0
    for letter in text:
        depth += (letter in OPEN) - (letter in CLOSE)
        if depth < 0:
            return False
    return depth == 0


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without loose separators, a lone bracket and the full stop that ends a sentence."""
    while start < end and text[start] in LOOSE:
        start += 1
    while end > start and text[end - 1] in LOOSE:
        end -= 1
    if (
        end - start > 3
        and text[end - 1] in ".。"
        and text[end - 3] not in " ."
        and not text[max(start, end - 4) : end - 1].isupper()
    ):
        end -= 1
    if end - start > 1 and text[end - 1] in CLOSE and not is_balanced(text[start:end]):
        end -= 1
    if end - start > 1 and text[start] in OPEN and not is_balanced(text[start:end]):
        start += 1
    return start, end


def strip_marker(text: str) -> tuple[int, int]:
    """Return the span of the agencies and persons in a text that is only a credit: markers and outer brackets left out.

    A marker glued to a name by a slash ("Photo/Jane Doe", "Ljósmynd/Aðsend") is part of the name as printed, where a
    script has capitals; elsewhere the slash is a colon ("图/王芳", "사진/뉴시스").
    """
    start, end = trimmed(text, 0, len(text))
    if montage := _MONTAGE.match(text, start, end):
        start = montage.end()
    for number in range(4):
        while (
            end - start > 2
            and text[start] in OPEN
            and text[end - 1] in CLOSE
            and is_balanced(text[start + 1 : end - 1])
        ):
            start, end = trimmed(text, start + 1, end - 1)
        found = marker(text, start, end) or _bare_marker(text, start, end)
        is_glued = (
            found is not None and text[found[0] - 1] == "/" and text[found[0]] != " " and text[found[0] - 2] != " "
        )
        if found is None or (is_glued and not _CASELESS.match(text, start)):
            break
        if text[start : found[0]].rstrip()[-1:] in "/／" and is_agency(text[start : found[0]].strip(LOOSE)):
            # "HANDOUT / AFP": how the picture came is part of the credit where a slash goes on.
            break
        if number and found[1] and text[start : found[0]].rstrip().endswith(".") and len(text[start : found[0]]) < 6:
            # "Foto: Dok. Pemkot": the abbreviation is part of the name once a marker went before it.
            break
        start, end = trimmed(text, found[0], end)
    if (address := _ADDRESS.search(text, start, end)) and address.start() > start:
        start, end = trimmed(text, start, address.start())
    after = tables().after.search(text, max(start, end - 60), end)
    # "HT Photo", "Submitted photo": part of the name
    is_own = after is not None and (after.group().strip()[:1].isupper() or _is_kind(text[start : after.start()]))
    least = 0 if _CASELESS.match(text, start) else 1  # "県提供"
    if after and not is_own and after.start() - start > least and text[max(start, after.start() - 1)] != "/":
        start, end = trimmed(text, start, after.start())
    return start, end


def _is_kind(before: str) -> bool:
    """Tell whether a single word before "photo" says of what kind it is, not whose: "Submitted photo", "Staff photo"."""
    return before.isascii() and before.isalpha() and not tables().agency.fullmatch(before)


def is_house(head: str) -> bool:
    """Tell whether words before "photo by" may name whose it is: few, all capitalised, no agency ("U.S. Navy")."""
    words = head.split()
    return 0 < len(words) <= 4 and all(w[:1].isupper() for w in words) and not tables().agency.match(head)


def _bare_marker(text: str, start: int, end: int) -> tuple[int, bool] | None:
    """A word for photograph right before a name ("Foto Jean Rival/SIPA"), or a marker after one capitalised word."""
    if match := tables().label.match(text, start, end):
        # What only a screen reader says: "Image source, X", "Credit...X"
        return match.end(), True
    match, house = tables().core.match(text, start, end), tables().agency.match(text, start, end)
    if match is not None and (house is None or house.end() < match.end()):
        names = text[match.end() : end]
        share = 0.7 if names[:1].isupper() else 0.0
        return (match.end(), False) if is_names(names, share) or is_agency(names.strip(LOOSE)) else None
    by = tables().alone.search(text, start, min(end, start + 60))
    if (
        by is not None
        and by.start() > start
        and by.group().rstrip()[-2:].lower() == "by"
        and is_house(text[start : by.start()])
    ):
        return by.end(), True
    space = text.find(" ", start, end)
    if 0 < space - start < 12 and text[start].isupper() and text[start:space].isalpha():
        # "Express Photo by X", "Staff photo: X"
        match = tables().weak.match(text, space + 1, end)
        if match is None and not tables().agency.match(text, start, end):
            match = tables().strong.match(text, space + 1, end)
        if match and match.end() < end:
            return match.end(), True
    return None


def small_words(words: list[str]) -> int:
    """Return how many words are neither capitalised, nor particles, nor signs: names have none."""
    return sum(
        1
        for w in words
        if w[:1].islower()
        and not _CASELESS.match(w)
        and w.casefold() not in PARTICLES
        and "." not in w
        and "@" not in w
    )


def is_name(part: str) -> bool:
    """Tell whether a text may be a person's or a house's name: few words, capitalised or in a script without capitals."""
    part = part.strip("()[] .'\"")
    if not part:
        return False
    if len(part) < 200 and is_agency(part):
        return True
    words = part.split()
    if _CASELESS.search(part):
        is_prose = _KANA.search(part) or _DATE.fullmatch(part)
        return len(words) <= 5 and len(part) <= 30 and not is_prose
    if len(words) > 6 or len(part) > 60:
        return False
    return small_words([w for w in words if not is_agency(w)]) == 0


def is_person(text: str) -> bool:
    """Tell whether a text is two or three capitalised words, as persons' names are, and nothing else."""
    return 2 <= len(text.split()) <= 3 and text.istitle() and text[-1].isalpha() and "," not in text and is_name(text)


def parts_of(text: str) -> list[str]:
    """Return a credit's parts between slashes, commas, bars, brackets and joining words."""
    return [p for p in _SPLIT.split(text[: 2 * MAX_CREDIT]) if p.strip(" .")]


def _is_number(part: str) -> bool:
    """Tell whether a part ends in a number of its own, as dates do ("May 13", "2024")."""
    return part.strip(" .").rsplit(None, 1)[-1:] != [] and part.strip(" .").rsplit(None, 1)[-1].isdigit()


def is_slashed(text: str) -> bool:
    """Tell whether a text is a person and a house of any name, parted by a slash ("Jane Doe/Larkmouth Courier")."""
    text = text.strip(LOOSE + ".")
    halves = _HALVES.split(text)
    if not 2 <= len(halves) <= 4 or len(text) > 80 or reads_on(text):
        return False
    if any(any(w.strip("().,").isdigit() for w in h.split()) or not is_name(h) or "," in h for h in halves):
        return False
    return any(len(h.split()) > 1 for h in halves) and all(h[:1].isalpha() and h[:1] == h[:1].upper() for h in halves)


def is_capitals(text: str) -> bool:
    """Tell whether a text is a name in capitals, two words at least ("MARTA PUJOL", "LOU PERRIN POUR « LA GAZETTE »")."""
    text = text.strip(LOOSE + ".")
    words = [w for w in text.split() if any(c.isalpha() for c in w)]
    return (
        2 <= len(words) <= 8
        and len(text) <= 70
        and text.isupper()
        and not any(c.isdigit() for c in text)
        and sum(len(w) > 2 for w in words) >= 2
        and not _CASELESS.search(text)
    )


def is_agency_clause(text: str, known: tuple[str, ...] = ()) -> bool:
    """Tell whether a text is names, an agency or known house among them, and nothing else."""
    text = text.strip(LOOSE + ".")
    if not text or len(text) > 110 or reads_on(text) or _BRACKETED.search(text[1:]):
        return False
    # "Reuters pic"
    text = _PICTURE_WORD.sub("", text)
    parts = parts_of(text)
    if sum(map(_is_number, parts)) > 1:
        return False
    houses = {k.casefold() for k in known}
    if (
        not any(p.casefold().strip(" .") in houses or "@" in p or has_agency(p) or is_rights(p) for p in parts)
        and text.casefold() not in houses
    ):
        return False
    return all(is_name(p) or p.casefold() in houses or is_rights(p) for p in parts)


def may_name_house(text: str, known: tuple[str, ...]) -> bool:
    """Tell whether a clause of a text may be an agency's (:func:`is_agency_clause`): all that it holds is looked at once."""
    if "@" in text or has_agency(text) or any(sign in text for sign in tables().rights):
        return True
    folded = text.casefold() if known else ""
    return any(k.casefold() in folded for k in known)


def is_abbreviation(before: str) -> bool:
    """Tell whether the full stop that follows ``before`` belongs to an abbreviation or initial ("Gov", "J", "U.S")."""
    found = _WORD.search(before[-24:])
    if found is None:
        return False
    word = found.group().rstrip(".").casefold()
    return (len(word) == 1 and word.isalpha()) or "." in word or word in tables().abbreviations


def reads_on(text: str) -> bool:
    """Tell whether a text holds the end of a sentence and more after it."""
    text = text.strip(LOOSE)[:-1]
    if any(sign in text[:-1] for sign in ENDS):
        return True
    return any(
        text[m.start()] != "." or not (is_abbreviation(text[: m.start()]) or _is_short(text[: m.start()]))
        for m in _STOP.finditer(text)
    )


def _is_short(before: str) -> bool:
    """Tell whether a text ends in a word of one or two letters, small ones among them, as unlisted abbreviations do."""
    word = before.rsplit(None, 1)[-1] if before.strip() else ""
    if _INDIC.fullmatch(word):
        # A letter or two with their vowel signs, as initials are written: "எஸ். குமார்".
        return sum(map(str.isalpha, word)) < 3
    return len(word) < 3 and not word.isupper() and not _CASELESS.search(word) and not word.isdigit()


def is_described(text: str) -> bool:
    """Tell whether a text begins with an article and goes on: words of a caption that names a house ("The CEO of Google").

    The same is told of one whose last part is set off by a bracket, bar or label.
    """
    words = text.split()
    if len(words) > 4 and words[0].casefold() in tables().determiners and not tables().agency.match(text):
        return True
    head = _SET_OFF.split(text, maxsplit=1)[0]
    return (
        head != text and len(head.split()) > (2 if _CASELESS.search(head) else 3) and not tables().agency.search(head)
    )


def is_names(rest: str, share: float) -> bool:
    """Tell whether what follows a marker is names: short, no sentence, at most ``share`` of its words small."""
    rest = rest.strip(LOOSE)
    words = rest.split()
    if not words or len(rest) > MAX_CREDIT or len(words) > 16 or reads_on(rest):
        return False
    return len(words) == 1 or small_words(words) <= share * len(words)


def _is_with_small_house(text: str) -> bool:
    """Tell whether a text is a person and a house that writes itself in small letters: "Ari Saputra/detikcom"."""
    person, slash, house = text.partition("/")
    house = house.strip()
    is_small = slash != "" and house.isalpha() and house.islower() and len(house) >= LEAST_HOUSE
    return is_small and is_person(person.strip()) and house not in tables().brackets


def is_credit(text: str, known: tuple[str, ...] = (), *, apart: bool = False, bracketed: bool = False) -> bool:
    """Tell whether a short text is a credit and nothing else.

    ``apart``: it stands in an element or line of its own, so a bare name is enough. ``bracketed``: it stands in brackets,
    so a marker needs no sign ("(Foto Meier)").
    """
    text = text.strip()
    while len(text) > 2 and text[0] in OPEN and text[-1] in CLOSE and is_balanced(text[1:-1]):
        text, bracketed = text[1:-1].strip(), True
    if not text or len(text) > MAX_CREDIT or text.strip(" .").casefold() in tables().brackets:
        return False
    if found := marker(text):
        return is_names(text[found[0] :], 0.5 if found[1] else 0.0) or marker(text[found[0] :]) is not None
    if label := tables().label.match(text):
        # What only a screen reader says: "Image source, X"
        return is_names(text[label.end() :], 0.0)
    if is_agency_clause(text, known):
        return True
    if bracketed and _is_with_small_house(text):
        return True
    if bracketed and (by := _bare_marker(text, 0, len(text))) and by[1]:
        return is_names(text[by[0] :], 0.0)
    if bracketed and (bare := tables().bare.match(text)):
        # After a capital a house may go on in small letters: "(foto Archivio storico comunale)".
        share = 0.7 if text[bare.end()].isupper() and tables().core.match(text) else 0.0
        if is_names(text[bare.end() :], share) or is_agency(text[bare.end() :]):
            return True
    if after := tables().after.search(text, max(0, len(text) - tables().reach)):
        return (
            after.start() > 0
            and len(text) <= 80
            and not reads_on(text)
            and all(is_name(p) for p in parts_of(text[: after.start()]))
        )
    return (
        apart
        and not reads_on(text)
        and len(text) <= 60
        and text[-1] not in ".!?。"
        and all(is_name(p) for p in parts_of(text))
    )
