"""The parts that judge captions: dates, numbers, names, opposites and credits."""

from __future__ import annotations

from datetime import date

import pytest

from catalog.conflicts import credits as crediting
from catalog.conflicts import names, numbers, roles
from catalog.conflicts.dates import Day, conflict, settle
from catalog.conflicts.reading import read


@pytest.mark.parametrize(
    "text",
    [
        "on May 7, 2025", "am 7. Mai 2025", "le 7 mai 2025", "el 7 de mayo de 2025", "7.5.2025", "2025-05-07", "2025年5月7日",
        "13/7/2025", "7 мая 2025", "7 maja 2025",
    ],
)  # fmt: skip
def test_dates_are_read_in_many_forms_and_languages(text: str) -> None:
    """Each form gives one date with year, month and day."""
    found = [i.value for i in read(f"A {text}").items if isinstance(i.value, Day)]
    assert len(found) == 1
    exact = found[0].exact()
    assert exact == (date(2025, 7, 13) if "13/" in text else date(2025, 5, 7))


def test_words_that_only_look_like_dates_are_none() -> None:
    """ "May" as a verb or name, "March" as a verb and counted people are no dates."""
    for text in ("Theresa May speaks", "They march on", "About 2000 people", "Jan Smit sings"):
        assert not [i for i in read(text).items if i.kind == "date"], text


def test_a_full_date_settles_its_weekday() -> None:
    """7 May 2025 was a Wednesday, so it contradicts Monday and agrees with Wednesday."""
    day = settle(Day(2025, frozenset({5}), 7), None)
    assert conflict(day, Day(weekdays=frozenset({0})))
    assert not conflict(day, Day(weekdays=frozenset({2})))


def test_impossible_days_are_no_error() -> None:
    """31 February gives fields but no calendar day."""
    assert Day(2025, frozenset({2}), 31).exact() is None
    assert read("on 31 February 2025").items


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,234,567", 1234567.0), ("15.000", 15000.0), ("32.7", 32.7), ("3,5", 3.5), ("50th", 50.0), ("7", 7.0)],
)
def test_digits_with_either_mark(text: str, value: float) -> None:
    """Thousands and decimals are told apart by the digits after the mark."""
    assert numbers.value_of(text) == value


def test_places_have_one_name_in_all_languages() -> None:
    """Exonyms, transliterations and abbreviations lead to one place."""
    table = names.gazetteer()
    for forms in (
        ("rom", "rome", "roma"),
        ("kiew", "kyiv", "kiev"),
        ("deutschland", "germany"),
        ("mailand", "milan"),
        ("東京", "tokyo"),
    ):
        assert len({table[f] for f in forms}) == 1, forms
    assert table["iran"] != table["iraq"]
    assert table["austria"] != table["australia"]


def test_persons_agree_by_initials_and_spelling_only() -> None:
    """An initial and another spelling are one person; another first name is another."""

    def person(text: str) -> list[object]:
        return [*read(f"x {text}").items[1:]]

    assert names.same_person(person("J. Smith"), person("John Smith"))  # type: ignore[arg-type]
    assert names.same_person(person("Nebenzya"), person("Wassili Nebenzia"))  # type: ignore[arg-type]
    assert not names.same_person(person("Jane Smith"), person("Bob Smith"))  # type: ignore[arg-type]


def test_opposites_hold_between_members_of_a_set_only() -> None:
    """Forms of one member do not oppose each other; words of no common set do not either."""
    assert roles.opposed("arrives", "leaves")
    assert roles.opposed("legal", "illegal")
    assert not roles.opposed("arrives", "arrived")
    assert not roles.opposed("arrives", "sings")


def test_credits_know_agencies_by_all_their_names() -> None:
    """AP is The Associated Press; a photographer stays himself with another agency."""
    assert not crediting.conflict("AP", "The Associated Press")
    assert not crediting.conflict("Jane Roe/AFP", "Jane Roe/Getty Images")
    assert crediting.conflict("Jane Roe/AP", "John Doe/AP")
    assert crediting.conflict("Reuters", "dpa")
    assert not crediting.conflict("", "dpa")


def test_nations_are_told_by_adjective_and_people() -> None:
    """German endings lead to the same country as English words."""
    assert names.nation("franzosische") == names.nation("french") == "FR"
    assert names.nation("table") == ""
