"""What agencies wrap around a caption comes off; the caption stays."""

from __future__ import annotations

import pytest

from catalog.linking.boilerplate import core
from catalog.linking.tokens import fold, key, name_words, words

CAPTION = "Firefighters carry a boat through the old town after the river burst its banks"


@pytest.mark.parametrize(
    "printed",
    [
        f"{CAPTION}.",
        f"FILE - {CAPTION}. (AP Photo/Jane Doe, File)",
        f"PASSAU, GERMANY - JUNE 03: {CAPTION}. (Photo by Jane Doe/Getty Images)",
        f"PASSAU, Germany (Reuters) - {CAPTION}.",
        f"FILE PHOTO: {CAPTION}. Passau, June 3, 2024. REUTERS/Jane Doe/File Photo",
        f"03.06.2024, Bayern, Passau: {CAPTION}. Foto: Jane Doe/dpa +++ dpa-Bildfunk +++",
        f"ARCHIV - 03.06.2024, Passau: {CAPTION}. (zu dpa: «Hochwasser») Foto: Jane Doe",
        f"{CAPTION}. *** Local Caption *** Passau 3/6/2024 Jane Doe",
        f"{CAPTION}. (© Jane Doe) - Honorarpflichtig, nur redaktionelle Nutzung",
        f"Passau, June 3, 2024 (Handout) -- {CAPTION}. Editorial use only. No sales. Mandatory credit: Jane Doe",
        f"In this photo taken on 3 June 2024, {CAPTION}.",
    ],
)
def test_agency_forms_come_off(printed: str) -> None:
    """The core of every wrapped form is the caption."""
    assert key(core(printed)) == key(CAPTION)


@pytest.mark.parametrize(
    "printed",
    [
        "Paris: a city of light (and rain)",
        "President Biden (left) meets Chancellor Scholz (right)",
        "Photo: Reuters",
        "A woman holds a sign reading 'No sales' in Berlin",
        "BERLIN",
        "",
    ],
)
def test_ordinary_captions_keep_their_words(printed: str) -> None:
    """What is no agency form stays, and nothing is ever emptied."""
    assert len(words(core(printed))) >= min(len(words(printed)), 2)
    assert bool(core(printed)) == bool(printed)


def test_spellings_of_one_word_fold_together() -> None:
    """Umlauts, digraphs, marks and romanisation meet in one form."""
    assert fold("Präsident") == fold("praesident") == fold("Prasident")
    assert fold("Łódź") == fold("lodz")
    assert fold("Одесса") == fold("odessa")
    assert fold("Αθήνα") == fold("athina")


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("Grossbrand_Nussdorf-Debant-07", ["grossbrand", "nussdorf", "debant"]),
        ("391a53123a5d7a8ceeb70564", []),
        ("DSC_5279", ["dsc"]),
        ("LulaDaSilva-1200x800", ["lula", "silva"]),
    ],
)
def test_names_of_files_give_their_words(stem: str, expected: list[str]) -> None:
    """Separators and camel case part words; numbers, sizes and hashes are none."""
    assert name_words(stem) == expected
