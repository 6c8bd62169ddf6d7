"""The names of the months in the languages of many papers, and words that are a day and nothing else."""

from __future__ import annotations

import re

#: The number of each month by its name, case-folded.
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier enero gennaio januari janeiro stycznia января",
            "february feb februar février febrero febbraio februari fevereiro lutego февраля",
            "march mar märz mars marzo maart março marca марта",
            "april apr avril abril aprile kwietnia апреля",
            "may mai mayo maggio maj mei maio maja мая",
            "june jun juni juin junio giugno junho czerwca июня",
            "july jul juli juillet julio luglio julho lipca июля",
            "august aug août agosto augusti augustus sierpnia августа",
            "september sep sept septembre septiembre settembre setembro września сентября",
            "october oct oktober okt octobre octubre ottobre outubro października октября",
            "november nov novembre noviembre listopada ноября",
            "december dec dezember dez décembre diciembre dicembre desember dezembro grudnia декабря",
        ),
        1,
    )
    for name in names.split()
}
#: At most so many characters, and words ("Tuesday, 3 de mayo de 2024").
LONGEST, MOST_WORDS, MOST_NUMBERS = 40, 4, 3
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")


def is_day(text: str) -> bool:
    """Tell whether a text is a day, month or year and nothing else: "March 3, 2024", "Freitag, 3. Mai 2024", "16.08.2020"."""
    if len(text) > LONGEST or not _YEAR.search(text):
        return False
    words = _WORD.findall(text)
    named = sum(w.casefold() in MONTHS for w in words)
    return len(_NUMBER.findall(text)) <= MOST_NUMBERS and (not words or (named == 1 and len(words) <= MOST_WORDS))
