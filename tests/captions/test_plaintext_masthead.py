"""The head of a plain text: headline, author and date are told from captions."""

from __future__ import annotations

import pytest

from catalog.captions.textlines import blocks
from catalog.captions.textmasthead import Layout, layout

SUMMARY = "Volunteers raised a million for the pool of the thirties"
BODY = (
    "Hundreds of people queued from dawn on Saturday to be the first into the water, which had been closed for years.",
    "The council will lease the site to a trust for a pound a year, and asks six pounds of every adult who swims.",
    "A café is planned for next spring if more money can be found, said the woman who led the campaign for the pool.",
    "It was built in 1934 and was the largest in the county until the war, when it stood empty for six long years.",
)


def read(*lines: str, title: str = "Swimmers celebrate as lido reopens") -> Layout:
    return layout(blocks("\n\n".join((title, *lines, *BODY)) + "\n"))


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Tessa Wynn, Community Reporter", "Tessa Wynn"),
        ("By Jamie Scholes at Mill Park", "Jamie Scholes"),
        ("Words: Hester Vaughan", "Hester Vaughan"),
        ("Interview: Benno Falk", "Benno Falk"),
        ("Par Hélène Vasseur, sociologue", "Hélène Vasseur"),
        ("Geschreven door Wouter Bakhuis", "Wouter Bakhuis"),
        ("Autor: Kamil Wrona", "Kamil Wrona"),
        ("Teksti: Outi Räsänen", "Outi Räsänen"),
        ("Luonut: Outi Räsänen", "Outi Räsänen"),
        ("Olivia Trent", "Olivia Trent"),
        ("Personal finance editor", "Personal finance editor"),
        ("Por Redação", "Por Redação"),
        ("박수진 기자", "박수진 기자"),
        ("By DANA WHITCOMB", "DANA WHITCOMB"),
        ("Του Γιώργου Μανή", "Γιώργου Μανή"),
        ("كتب: هاني عزام", "هاني عزام"),
        ("Local Democracy Reporter", "Local Democracy Reporter"),
        ("dpa/mel", "dpa/mel"),
        ("HABER MERKEZİ", "HABER MERKEZİ"),
    ],
)
def test_lines_that_name_an_author_are_no_part_of_the_story(line: str, author: str) -> None:
    """A word for the author, a place in a newsroom, or a bare name that the story does not speak of."""
    found = read(SUMMARY, line)
    assert found.byline == author
    assert line not in [block.text for block in found.body]


@pytest.mark.parametrize(
    "line",
    [
        "Pam Osgood with granddaughter Evie",
        "Photo: Olivia Trent",
        "Swimmers take the plunge at the restored pool",
        "By the river, swimmers wait for the gates to open",
        "From left: the old pool and the new one",
    ],
)
def test_other_lines_of_the_head_stay(line: str) -> None:
    """Captions and credits of the first picture are left to be judged."""
    assert line in [block.text for block in read(line).body]


def test_a_name_that_the_story_speaks_of_is_a_portrait() -> None:
    """Below a headline a bare name is the author's, unless headline or paragraphs tell of that person, in any case."""
    lines = ("Anna Novák", "Annu Nováka zná v městě každý, kdo chodí plavat, a mnozí ji zdraví i na ulici po ránu.")
    assert read(*lines).byline == ""
    assert read("Anna Novák", title="Anna Novák. Why I swim").byline == ""
    assert read("Anna Novák").byline == "Anna Novák"


def test_a_name_below_the_first_paragraph_is_a_portrait() -> None:
    """Authors stand above the story."""
    told = "The mayor opened it. He swam first. Nobody had expected that, least of all the guards who stood by."
    assert read(told, "Olivia Trent").byline == ""


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("Updated 14 March 2025, 18:42 GMT", "2025-03-14"),
        ("Publié le 6 août 2025 à 9h12, mis à jour à 14h30", "2025-08-06"),
        ("Stand: 3.4.2025, 11:20 Uhr", "2025-04-03"),
        ("Last updated at 16:20", ""),
    ],
)
def test_lines_that_say_when_a_story_was_published_are_no_part_of_it(line: str, date: str) -> None:
    """They may hold a day, an hour and the words for it, nothing else."""
    found = read(line)
    assert found.published == date
    assert line not in [block.text for block in found.body]


def test_a_dated_caption_is_no_line_of_the_head() -> None:
    """A day within a line that says more is left to be judged."""
    line = "Residents look at the bridge that collapsed on 14 March 2025"
    assert line in [block.text for block in read(line).body]


def test_an_author_who_took_the_pictures_is_the_author() -> None:
    """The name in a caption's credit speaks of nobody: the line below the headline still names who wrote the story."""
    found = read("Von Anke Röhm", BODY[0], "Der erste Sprung vom neuen Turm (Foto: Anke Röhm)")
    assert found.byline == "Anke Röhm"
    assert [b.text for b in found.body][:2] == [BODY[0], "Der erste Sprung vom neuen Turm (Foto: Anke Röhm)"]


def test_who_took_the_pictures_is_told_beside_who_wrote_the_words() -> None:
    """A credit alone, right below the author, belongs to no picture; further down it does."""
    told = [
        b.text
        for b in read("Words: Clem Hartley", "Photographs: Ines Roche", "The oven", "Photographs: Ines Roche").body
    ]
    assert told[:2] == ["The oven", "Photographs: Ines Roche"]


@pytest.mark.parametrize(
    "line", ["2025. július 2. 07:45", "4 min read", "Lesezeit: 3 Minuten", "阅读 5 分钟", "Temps de lecture : 4 min"]
)
def test_a_time_in_any_language_is_no_part_of_the_story(line: str) -> None:
    """When a text was published, or how long it takes to be read, is told by its figures."""
    assert line not in [b.text for b in read(line).body]


@pytest.mark.parametrize(
    "line", ["Privat", "The lido in 1934, 5 minutes before the rain", "SUMMER AT THE LIDO IN 1934"]
)
def test_short_captions_of_the_head_stay(line: str) -> None:
    """A house in one word, figures among words, and capitals that tell a year are left to be judged."""
    assert line in [b.text for b in read(line).body]
