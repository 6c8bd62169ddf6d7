"""Two credits of one photograph: the same names in another form, more names, or somebody else's."""

from __future__ import annotations

import re

from .tokens import fold

#: Agencies by the words they are known by: each set is one agency.
_AGENCIES = [
    ("ap", "associated press"),
    ("afp", "agence france presse", "agence france-presse"),
    ("reuters", "thomson reuters"),
    ("dpa", "deutsche presse agentur", "deutsche presse-agentur", "dpa images", "picture alliance", "picture-alliance"),
    ("getty", "getty images", "gettyimages", "gc images", "getty images europe"),
    ("epa", "european pressphoto agency", "epa-efe"),
    ("pa", "pa wire", "pa media", "press association", "pa images"),
    ("imago", "imago images"),
    ("keystone",),
    ("apa", "austria presse agentur"),
    ("anadolu", "aa", "anadolu agency"),
    ("efe",),
    ("ansa",),
    ("cp", "canadian press"),
    ("tass", "itar-tass"),
    ("xinhua",),
    ("kyodo", "kyodo news"),
    ("yonhap",),
    ("ntb",),
    ("tt", "tt nyhetsbyran"),
    ("anp",),
    ("belga",),
    ("zuma", "zuma press", "zumapress"),
    ("nyt", "new york times"),
    ("shutterstock",),
    ("unsplash",),
    ("alamy",),
]
_KNOWN = {name: names[0] for names in _AGENCIES for name in names}
_NOISE = re.compile(
    r"\b(?:photo|photograph|photos?|foto|fotos|bild|image|images|picture|credit|courtesy|of|by|via|von|the|and|und|for|copyright|handout|file|pool|archiv|stock|staff)\b|[©()\[\]|:·•]"
)
_SPLIT = re.compile(r"[/,;]|\bvia\b|\s-\s")
MAX_CREDIT = 300


def parties(credit: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return whom a credit names: photographers and other names (words of them), and agencies."""
    people: set[str] = set()
    agencies: set[str] = set()
    for part in _SPLIT.split(fold(credit[:MAX_CREDIT])):
        bare = " ".join(re.sub(r"[^\w\s-]", " ", re.sub(r"^\s*the\s", "", part.strip())).split())
        plain = " ".join(_NOISE.sub(" ", part).replace(".", " ").split())
        agency = _KNOWN.get(bare) or _KNOWN.get(plain)
        if agency:
            agencies.add(agency)
        elif plain:
            people.update(w for w in plain.split() if len(w) > 1 or plain == w)
    return frozenset(people), frozenset(agencies)


def conflict(a: str, b: str) -> bool:
    """Tell whether two credits name different people, or different agencies and no shared name."""
    people, agencies = parties(a)
    others, other_agencies = parties(b)
    if not (people or agencies) or not (others or other_agencies):
        return False
    if people and others:
        both = _parts(a) & _parts(
            b
        )  # "Jane Roe/Some House", "John Doe/Some House": the house is shared, the names are not
        mine, theirs = (parties("/".join(sorted(_parts(c) - both)))[0] for c in (a, b))
        if mine & theirs or not (mine and theirs):
            return False
        return not _joined(mine, theirs)
    return not agencies & other_agencies


def _parts(credit: str) -> frozenset[str]:
    """Return the parts of a credit between its separators."""
    return frozenset(x for part in _SPLIT.split(fold(credit[:MAX_CREDIT])) if (x := " ".join(part.split())))


def _joined(a: frozenset[str], b: frozenset[str]) -> bool:
    """Tell whether the same letters stand in both, spaced differently."""
    return "".join(sorted("".join(a))) == "".join(sorted("".join(b)))
