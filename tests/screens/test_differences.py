"""What two pictures are shown to differ about."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from catalog.library import Library
from catalog.model import Metadata, Record
from catalog.screens.showing import differences
from catalog.views import Difference
from web import words

#: A value of each field of the metadata, and how it is told.
SAID: dict[str, tuple[Any, str]] = {
    "persons": (("Ana Ruiz", "Bo Lind"), "Ana Ruiz, Bo Lind"),
    "keywords": (("harbour",), "harbour"),
    "derived_from": (("xmp.did:1",), "xmp.did:1"),
    "gps": ((48.1, 11), "48.10000, 11.00000"),
    "rating": (3, "3"),
    "c2pa": (True, "yes"),
}
NAMES = [field.name for field in fields(Metadata) if field.name not in ("fields", "disagreements", "warnings")]


def _with(record: Record, **said: Any) -> Record:
    return replace(record, image=replace(record.image, metadata=Metadata(**said)))


@pytest.mark.parametrize("name", NAMES)
def test_what_only_one_of_them_says_is_a_difference(library: Library, name: str) -> None:
    """Every field of the metadata counts, on whichever side it is missing, and has a name on the page; others are not shown."""
    value, told = SAID.get(name, ("Ruiz/Agency", "Ruiz/Agency"))
    silent = _with(library.record(library.search(limit=1).items[0].id))
    speaking = _with(silent, **{name: value})
    assert differences(silent, speaking) == (Difference(name, "", told),)
    assert differences(speaking, silent) == (Difference(name, told, ""),)
    assert differences(speaking, speaking) == ()
    assert name in words.FIELDS
