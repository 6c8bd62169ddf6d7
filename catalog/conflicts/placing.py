"""Whether a name is a place's or a person's: by how it is written, by what it is made of, and by the words around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from . import adjectives
from .data import words
from .names import first_names, listed
from .tokens import Item, fold

_LOCATIVE = re.compile(r"^[^\W\d_]{3,}['’]n?[dt][ae](?:n|ki)?$")  # "Bodrum'da", "Van'daki"


@cache
def _listed(name: str) -> frozenset[str]:
    """Return a list of the table "placing"."""
    return frozenset(words()["placing"][name].split())


def after_place_word(items: Sequence[Item], i: int) -> bool:
    """Tell whether a noun stands behind a preposition of place without an article, as names do."""
    return (
        i > 0
        and items[i - 1].key in listed("place_before")
        and items[i - 1].key not in ("im", "am", "beim", "zum", "zur", "the")
    )


def within(items: Sequence[Item], i: int) -> bool:
    """Tell whether a noun stands behind a word for being within a place, with an article or without."""
    i -= i > 1 and items[i - 1].key in listed("articles")
    return i > 0 and items[i - 1].key in (_listed("within") | _listed("inside"))


def of_place(items: Sequence[Item], i: int) -> bool:
    """Tell whether a noun stands as a place does: behind its preposition, or behind "harbour of" or "Landkreis"."""
    belongs = i > 1 and items[i - 1].key in _listed("of") and is_place_word(items[i - 2].key)
    named = i > 0 and items[i].glued and is_place_word(items[i - 1].key)
    return belongs or named or after_place_word(items, i)


def are_places(items: Sequence[Item], i: int, other: Item, *, german: bool) -> bool:
    """Tell whether a noun, and another one in its place, name places: rivers, or in German what stands as a place does."""
    x = items[i]
    if {x.key, other.key} <= listed("landscape") or all(_LOCATIVE.search(n.text) for n in (x, other)):
        return True
    if not (german and x.capital and other.capital):
        return False
    compound = [is_place_compound(key) or key.endswith(tuple(listed("place_ends"))) for key in (x.key, other.key)]
    joined = i > 0 and (items[i - 1].key in _listed("joined") or (i > 1 and items[i - 2].key in _listed("upon")))
    return (
        of_place(items, i) or all(compound) or (joined and any(compound)) or _between_places(items[max(0, i - 4) : i])
    )


@cache
def is_place_word(key: str) -> bool:
    """Tell whether a folded noun names a kind of place or a building, or is a compound of one: "hafen", "marktplatz"."""
    return key in listed("place_words") or key in listed("landmarks") or is_place_compound(key)


def is_place_compound(key: str) -> bool:
    """Tell whether a folded noun is the name of a lake, a square or their like: "schwielochsee", "breitscheidplatz", "gotgatan"."""
    return key.endswith(tuple(listed("place_heads"))) and key not in listed("place_heads")


def are_headed(*runs: Sequence[Item]) -> bool:
    """Tell whether each name ends or begins with a word for a sort of place: "Starnberger See", "Tegernsee"; "Fleet Street"."""
    return all(map(_is_headed, runs))


def _is_headed(run: Sequence[Item]) -> bool:
    if len(run) == 1 and run[0].key in listed("place_words") | listed("landmarks"):
        return False  # "Atomkraftwerk", "AKW": no name
    street = len(run) > 1 and run[-1].key == "saint"  # "Street" and "Saint" are both short "St"
    ends = is_place_compound(run[-1].key) or (len(run) == 1 and run[-1].key.endswith(tuple(listed("place_ends"))))
    return street or ends or any(is_place_word(run[end].key) or run[end].key in listed("streets") for end in (-1, 0))


#: The case that says in what place something is: its endings, which hardly another language has, and those by language.
_IN_PLACE = re.compile(r"(?:ss[aä]|llä|b[ae]n)$")
_IN_PLACE_OF = {
    "fi": re.compile(r"(?:ss|ll)[aä]$"),
    "hu": re.compile(r"(?:b[ae]n|[oeöáé]n)$"),
    "lt": re.compile(r"(?:uje|yje|oje|ėje)$"),
}


def _in_place(x: Sequence[Item], y: Sequence[Item], language: str) -> bool:
    """Tell whether both names end as what something is in, and are no first names: "Kalliossa", "Győrben"."""
    if language and language not in _IN_PLACE_OF:
        return False
    ending = _IN_PLACE_OF.get(language, _IN_PLACE)
    stems = [ending.subn("", run[-1].text) for run in (x, y)]
    named = first_names() & {i.key for i in (*x, *y)} | first_names() & {fold(stem) for stem, _ in stems}
    return not named and all(ended and len(stem) > 2 for stem, ended in stems)


#: Turkish for who is from a place, but for the ends of surnames: "Trabzonlu", not "Davutoğlu".
_FROM = re.compile(r"^(?!\w*oğlu$)[^\W\d_]{3,}l[ıiuü]$")


def _from_place(x: Sequence[Item], y: Sequence[Item], after: Sequence[Item]) -> bool:
    """Tell whether both say from what place somebody is who is named behind them: "Trabzonlu balıkçılar"."""
    whom = bool(after) and after[0].glued and not after[0].capital
    return whom and all(len(run) == 1 and _FROM.search(run[0].text) for run in (x, y))


def kind_of(
    x: Sequence[Item], y: Sequence[Item], before: Sequence[Item], after: Sequence[Item], language: str = ""
) -> str:
    """Return "place", "person" or "role" (an office) for two names in each other's place, by what they are and stand beside."""
    known = any(i.kind == "place" for i in (*x, *y))
    said = [i.key for i in before[-3:] if i.key not in ("the", "la", "l", "los", "las", "les")]
    if not known and len(said) > 1 and said[-1] in _listed("of") | {"for"} and said[-2] in listed("offices"):
        return "role"  # "Ministry of Defence", "ministre de la Santé"
    place = _made_as_places(x, y) + _placed_by(before) + _followed_as_places(after)
    place += 2.0 * (_in_place(x, y, language) or _from_place(x, y, after))
    person = _made_as_persons(x) + _made_as_persons(y)
    if before:
        person += 1.2 * (before[-1].key in listed("person_before"))
    if after:
        person += 0.8 * (after[0].key in listed("person_after") or (after[0].bracket and after[0].kind != "place"))
    if place == person == 0 and _opens(x, y) and after and after[0].glued:
        return "role"  # "Twin boys", "Triplet boys"
    return "place" if place >= person else "person"


def _opens(x: Sequence[Item], y: Sequence[Item]) -> bool:
    """Tell whether both are one word at the head of a sentence, which has a capital there be it a name or not."""
    return len(x) == len(y) == 1 and x[0].first and y[0].first


def _made_as_persons(run: Sequence[Item]) -> float:
    """What speaks for a person in a name itself: several words, a first name."""
    named = 0.5 * (run[0].key in first_names()) + 1.2 * (run[0].key in first_names() and len(run) > 1)
    several = len([i for i in run if i.capital]) > 1 and not any(i.kind == "place" for i in run)
    # Not "Landgericht Verden", and not "Bormes-les-Mimosas".
    headed = any(is_place_word(i.key) for i in run) or (len(run) > 1 and _is_headed(run))
    return named + (several and not headed and not _written_as_place(run))


def _made_as_places(x: Sequence[Item], y: Sequence[Item]) -> float:
    """What speaks for places in two names themselves: known ones, words for sorts of places, how they are written."""
    place = 0.0
    for run in (x, y):
        if any(i.kind == "place" for i in run):
            place += 2.0 if all(i.kind == "place" for i in run) else 0.6
        place += 1.5 * _written_as_place(run)
    # "St Mark's Square", "Trafalgar Square"; "Kraftwerk Isar", "Kraftwerk Emsland"; "Kölner Dom", "Ulmer Münster"
    headed = [_is_headed(run) if len(run) > 1 else is_place_word(run[0].key) for run in (x, y)]
    place += 2.0 if all(headed) else 0.8 * any(headed)
    place += 2.0 * all(len(run) > 1 and bool(adjectives.place_of(run[0].key)) for run in (x, y))  # "Lüneburger Heide"
    return place + 2.0 * all(any(_LOCATIVE.search(i.text) for i in run) for run in (x, y))


def _written_as_place(run: Sequence[Item]) -> bool:
    """Tell whether a name is written as places are: "Villeneuve-sur-Lot", "Saint-Malo", "Kralupy nad Vltavou"."""
    inner = run[1:-1]
    hyphened = any(item.hyphen and not item.capital and item.key in _listed("within_names") for item in inner)
    apart = any(item.key in _listed("always_within") and not item.capital for item in inner)
    saint = len(run) > 1 and run[0].key in _listed("saints") and run[1].hyphen
    return hyphened or apart or saint


def _placed_by(before: Sequence[Item]) -> float:
    """What speaks for a place in the words before a name."""
    if not before:
        return 0.0
    last = before[-1]
    lower = last.first or not last.capital
    place = 1.5 * (last.key in listed("place_before") and lower) + 0.5 * (
        last.key in _listed("within")
    )  # seldom within people
    place += 2.5 * (len(before) > 1 and last.key == "for" and before[-2].key in _listed("outside"))
    spot = before[:-1] if last.key in listed("articles") else before  # "la playa de la Malvarrosa", "dans le Var"
    place += 1.5 * (len(spot) > 1 and spot[-1].key in (_listed("of") | _listed("on")) and is_place_word(spot[-2].key))
    if spot is not before and spot and not spot[-1].capital:
        place += 2.0 * (spot[-1].key in (_listed("within") | _listed("inside"))) or 0.8 * (
            spot[-1].key in listed("place_before")
        )
    sure = last.key in listed("streets") or last.text.casefold() in _listed("marked")
    place += 4.0 if sure else 1.6 * is_place_word(last.key)  # "the village of", "в селе"
    place += 2.0 * (
        last.key in _listed("to_the") and not any(i.capital for i in before[-2:])
    )  # persons have no article
    return place + 2.0 * _between_places(before)


def _between_places(before: Sequence[Item]) -> bool:
    """Tell whether words say that what follows lies at the end of a road or line: "die Straße zwischen", "between Leeds and"."""
    for n, item in enumerate(before):
        if item.key in _listed("between"):
            known = any(i.kind == "place" for i in before[n + 1 :])
            return known or (n > 0 and (is_place_word(before[n - 1].key) or before[n - 1].key in listed("roads")))
    return False


def _followed_as_places(after: Sequence[Item]) -> float:
    """What speaks for a place in the words behind a name: a larger place, a word for a sort of place."""
    if not after:
        return 0.0
    larger = (
        len(after) > 1 and after[0].key in (_listed("within") | _listed("inside")) and is_place_word(after[1].key)
    )  # "Favara, in provincia di"
    return 1.0 * (after[0].kind == "place") + 1.2 * is_place_word(after[0].key) + 1.0 * larger
