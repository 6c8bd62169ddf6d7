"""The ``srcset`` attribute, read by the algorithm of the HTML standard.

https://html.spec.whatwg.org/multipage/images.html#parsing-a-srcset-attribute: addresses may hold commas; a comma ends
a candidate only after white space or at an address's very end, and parentheses in descriptors are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

_SPACE = " \t\n\f\r"
_SKIP = re.compile(r"[ \t\n\f\r,]*")
_URL = re.compile(r"[^ \t\n\f\r]+")
_NUMBER = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)([wxh])")
MAX_CANDIDATES = 200


class Candidate(NamedTuple):
    """One address of a ``srcset``; ``width`` in pixels and ``density`` are 0 when not given."""

    url: str
    width: int = 0
    density: float = 0.0


def parse(value: str) -> list[Candidate]:
    """Return the candidates of a ``srcset`` in the order written (at most 200)."""
    if "(" not in value:
        return list(islice(_plainly(value), MAX_CANDIDATES))
    found: list[Candidate] = []
    position = 0
    while len(found) < MAX_CANDIDATES:
        skipped = _SKIP.match(value, position)
        position = skipped.end() if skipped else position
        url = _URL.match(value, position)
        if url is None:
            break
        position = url.end()
        address, descriptors = url.group(), ""
        if address.endswith(","):
            address = address.rstrip(",")
        else:
            descriptors, position = _descriptors(value, position)
        if address:
            found.append(_candidate(address, descriptors))
    return found


def _plainly(value: str) -> Iterator[Candidate]:
    """The candidates of a ``srcset`` without parentheses, word by word: as nearly all are written."""
    address, said = "", ""
    for word in _URL.findall(value):
        while word:
            if not address:
                word = word.lstrip(",")
                if word.endswith(","):
                    yield Candidate(word.rstrip(","))
                else:
                    address = word
                break
            descriptor, comma, word = word.partition(",")
            said = f"{said} {descriptor}" if said else descriptor
            if comma:
                yield _candidate(address, said)
                address = said = ""
    if address:
        yield _candidate(address, said)


def _descriptors(value: str, position: int) -> tuple[str, int]:
    """The text up to the comma that ends a candidate (not one in parentheses), and where the next begins."""
    comma = value.find(",", position)
    if value.find("(", position, comma if comma >= 0 else len(value)) < 0:
        return (value[position:comma], comma + 1) if comma >= 0 else (value[position:], len(value))
    depth, start = 0, position
    while position < len(value):
        letter = value[position]
        if letter == "(":
            depth += 1
        elif letter == ")" and depth:
            depth -= 1
        elif letter == "," and not depth:
            return value[start:position], position + 1
        position += 1
    return value[start:], position


def _candidate(url: str, descriptors: str) -> Candidate:
    width, density = 0, 0.0
    if descriptors[-1:] == "w" and descriptors.isascii() and descriptors[:-1].isdigit() and len(descriptors) <= 10:
        # As nearly all are written.
        return Candidate(url, int(descriptors[:-1]))
    for word in descriptors.split():
        if number := _NUMBER.fullmatch(word):
            if number.group(2) == "w":
                width = int(float(number.group(1)))
            elif number.group(2) == "x":
                density = float(number.group(1))
    return Candidate(url, width, density)
