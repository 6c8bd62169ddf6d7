"""Credits of lines of a plain text: none is made up, and one in a line of its own finds its caption."""

from __future__ import annotations

import pytest

from catalog.captions.plaintext import read
from catalog.captions.textcredits import credit_of
from catalog.captions.textkind import is_furniture
from catalog.model import Caption
from catalog.sources.base import Document

TITLE = "Late goal turns the match in the hall of Hagen"
LEAD = (
    "The home team beat the leaders of the league in front of a full hall on Saturday evening, after they had been six goals "
    "behind at half-time and had lost their captain to an injury in the first minutes of the match."
)
CAPTION = "Goalkeeper Jan Brehm (left) and winger Lasse Piontek celebrate with fans in Hagen on May 7, 2024"
BODY = (
    "“I told them that they had nothing left to lose,” the coach said later. His goalkeeper saved four throws in a row, and "
    "the hall was on its feet for the last ten minutes of a match that nobody there will forget.",
    "The visitors had won all of their games away from home this season. They protested against two late decisions, but the "
    "referees had seen both scenes again on the screen and stood by what they had decided.",
    "Next Friday the team travels north. The captain will not play again this season, the doctor of the club said, but he "
    "will be on the bench, where he says that he is of no use to anybody.",
)


def captions_of(*lines: str, gap: str = "\n\n") -> tuple[str, tuple[Caption, ...]]:
    text = gap.join(lines) + "\n"
    return text, read(Document("story.txt", "plaintext", text, "utf-8", "0" * 64)).captions


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize(
    ("line", "credit"),
    [
        ("Foto: Karsten Uhl", "Karsten Uhl"),
        ("© Emiel Hartgers", "Emiel Hartgers"),
        ("Jens Schlueter / Getty Images", "Jens Schlueter / Getty Images"),
        ("Johan Ben Azzouz / La Voix du Nord", "Johan Ben Azzouz / La Voix du Nord"),
    ],
)
def test_a_credit_in_the_next_line_is_the_captions(line: str, credit: str, gap: str) -> None:
    """The caption has the credit with its span in the source, keeps its own line and span, and the credit is no caption."""
    text, (found,) = captions_of(TITLE, LEAD, CAPTION, line, *BODY, gap=gap)
    assert (found.printed, found.text, found.credit) == (CAPTION, CAPTION, credit)
    assert text[found.start : found.end] == CAPTION
    assert text[found.credit_start : found.credit_end] == credit
    assert "credit-next-line" in {r.name for r in found.reasons}


def test_a_credit_in_the_next_line_speaks_for_a_caption() -> None:
    """A line that looks like a paragraph of one sentence is more likely a caption when a credit follows."""
    line = "The fans stayed in the hall for an hour."
    without, likely = (
        captions_of(TITLE, LEAD, CAPTION, BODY[0], line, *credit, *BODY[1:])[1]
        for credit in ((), ("Foto: Karsten Uhl",))
    )
    assert line not in [c.printed for c in without]
    assert line in [c.printed for c in likely]


def test_a_credit_after_a_paragraph_stands_alone() -> None:
    """It is of a picture without words: the paragraph before it is no caption."""
    _, found = captions_of(TITLE, LEAD, CAPTION, BODY[0], "Foto: Jens Schlueter / Getty Images", *BODY[1:])
    assert [(c.printed, c.credit) for c in found] == [
        (CAPTION, ""),
        ("Foto: Jens Schlueter / Getty Images", "Jens Schlueter / Getty Images"),
    ]


def test_a_name_and_a_house_after_a_paragraph_are_no_caption() -> None:
    """The credit of a picture that left no words is not taken for some."""
    _, found = captions_of(TITLE, LEAD, CAPTION, BODY[0], "Johan Ben Azzouz / La Voix du Nord", *BODY[1:])
    assert [(c.printed, c.credit) for c in found] == [(CAPTION, "")]


@pytest.mark.parametrize(
    "text",
    [
        "Mehr zum Thema",
        "Mehr Sport",
        "Google vs. OpenAI",
        "© RIPRODUZIONE RISERVATA",
        "当地还将修建一条公路。(完)",
        "All rights reserved",
    ],
)
def test_no_credit_is_made_up(text: str) -> None:
    """A word that is also an agency's, a notice of rights and a closing mark are no photographer."""
    assert credit_of(text).credit == ""
    assert credit_of(text).text == text


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("Foto: Karsten Uhl", "Karsten Uhl"),
        ("AFP", "AFP"),
        ("REUTERS/Hanna Brock", "REUTERS/Hanna Brock"),
        ("Privat", "Privat"),
    ],
)
def test_a_line_may_be_a_credit_alone(text: str, credit: str) -> None:
    """A sign or an agency's own name is enough."""
    assert (credit_of(text).text, credit_of(text).credit) == ("", credit)


@pytest.mark.parametrize(
    "text",
    [
        "Mehr zum Thema", "Read next: Is your pool at risk? See our map", "LÆS OGSÅ", "À lire aussi : les bains rouvrent",
        "あわせて読みたい", "(NTB)", "(©NTB)", "(完)", "© dpa-infocom, dpa:250310-99-112233/2", "© RIPRODUZIONE RISERVATA",
    ],
)  # fmt: skip
def test_furniture_is_told(text: str) -> None:
    """Offers of other texts, notices of rights and agencies' marks."""
    assert is_furniture(text)


@pytest.mark.parametrize(
    "text",
    [
        "Read more than a hundred books a year: Ann Lee in her library", "(Foto: Karsten Uhl)", "© Emiel Hartgers",
        "Related families meet in the village hall every year", "Zum Thema Wald sprach Ministerin Anna Blum in Hagen",
    ],
)  # fmt: skip
def test_captions_and_credits_are_no_furniture(text: str) -> None:
    """Lines that only begin like an offer go on as a sentence does."""
    assert not is_furniture(text)


@pytest.mark.parametrize(
    ("line", "credit"),
    [
        ("The bridge at night in Orme. Foto: AP Vis mer", "AP"),
        ("The bridge at night in Orme. Photograph: Ann Poe/Courier View image in fullscreen", "Ann Poe/Courier"),
        ("Foto: Ann Poe Mehr anzeigen", "Ann Poe"),
        ("The bridge at night in Orme. Photo: Ann Close", "Ann Close"),
        ("The bridge at night in Orme. Show more", ""),
    ],
)
def test_a_button_behind_a_credit_is_no_part_of_it(line: str, credit: str) -> None:
    """What was to be pressed beside the caption stands behind it in a text; names that are like single words of buttons stay."""
    found = credit_of(line)
    assert found.credit == credit == line[slice(*found.credit_span)]
    assert credit or found.text == line
