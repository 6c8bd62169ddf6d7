"""Captions in plain text: found by form, echo and place; spans exact; hostile text harmless."""

from __future__ import annotations

import pytest

from catalog.captions.plaintext import MOST_BLOCKS, read
from catalog.captions.textkind import is_story
from catalog.captions.textlabels import is_labelled
from catalog.captions.textlines import blocks
from catalog.captions.textmasthead import headline
from catalog.captions.textviews import View, view
from catalog.model import Extraction
from catalog.sources.base import Document

TITLE = "Ferry crews return to work after harbour strike ends"
LEAD = (
    "Ferry crews in the port of Lindvik went back to work on Friday after the harbour authority agreed to pay the "
    "overtime that had been in dispute since the spring, ending a strike that kept islanders from the mainland for nine days."
)
CAPTION = (
    "Passengers wave from the deck of the ferry Solveig (left) during its first crossing in Lindvik on May 7, 2024"
)
SECOND = (
    "Harbour master Ingrid Dahl (right), pictured with crew members outside the ticket office in Lindvik in April 2024"
)
BODY = (
    "The authority said it would pay the full sum by the end of June. “We should have done this weeks ago,” its director "
    "said after the vote, adding that the timetable would be back to normal on Sunday.",
    "Islanders had relied on fishing boats to reach doctors and shops. Many said they supported the crews, but that the "
    "strike had lasted too long and had cost the islands a part of their early season.",
    "The union called the agreement a victory. It had asked for more, its chairman said, but the crews were tired and the "
    "islands needed their ferries. He did not rule out another strike in the autumn.",
)


def story(*lines: str, newline: str = "\n", blank: bool = True) -> str:
    return (newline * (2 if blank else 1)).join(lines) + newline


def extraction(text: str) -> Extraction:
    return read(Document("story.txt", "plaintext", text, "utf-8", "0" * 64))


def lines_of(text: str) -> list[str]:
    found = extraction(text)
    assert all(text[c.start : c.end] == c.printed for c in found.captions)
    return [c.printed for c in found.captions]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("blank", [True, False])
@pytest.mark.parametrize("twice", [True, False])
def test_unmarked_captions_are_found_in_every_layout(newline: str, blank: bool, twice: bool) -> None:
    """Captions stand out with or without blank lines, a repeated headline and any line end; spans slice the source."""
    head = (TITLE, TITLE) if twice else (TITLE,)
    text = story(*head, LEAD, CAPTION, SECOND, *BODY, newline=newline, blank=blank)
    assert lines_of(text) == [CAPTION, SECOND]
    assert extraction(text).article.title == TITLE


def test_lines_are_counted_from_one_with_blank_lines() -> None:
    """``line`` is the number an editor shows."""
    text = story(TITLE, TITLE, LEAD, CAPTION, *BODY)
    (found,) = extraction(text).captions
    assert text.split("\n")[found.line - 1] == CAPTION


def test_headline_paragraphs_and_quotes_are_no_captions() -> None:
    """A story without pictures gives no caption at all."""
    assert lines_of(story(TITLE, TITLE, LEAD, *BODY)) == []


def test_a_credit_is_cut_and_both_spans_are_kept() -> None:
    """The printed line stays whole; its credit has a span of its own in the source."""
    printed = "Passengers board the ferry Solveig in Lindvik (Photo: Nordic Press/Eva Lund)"
    text = story(TITLE, LEAD, printed, *BODY)
    (found,) = extraction(text).captions
    assert found.printed == printed
    assert found.text == "Passengers board the ferry Solveig in Lindvik"
    assert "Eva Lund" in text[found.credit_start : found.credit_end]
    assert found.credit in printed


def test_reasons_sum_to_the_confidence() -> None:
    """The named reasons and the prior add up to the log-odds of the confidence given."""
    from math import exp

    (found,) = extraction(story(TITLE, LEAD, CAPTION, *BODY)).captions
    judged = [r for r in found.reasons if not r.name.startswith("credit-")]
    assert 1 / (1 + exp(-sum(r.weight for r in judged))) == pytest.approx(found.confidence, abs=0.1)
    assert {"how the line ends", "prior of any line"} <= {r.name for r in judged}


def test_reading_again_gives_the_same_ids() -> None:
    """Ids depend on the source and the words only, and differ between captions."""
    text = story(TITLE, LEAD, CAPTION, SECOND, *BODY)
    first, second = extraction(text), extraction(text)
    assert first == second
    assert len({c.id for c in first.captions}) == 2


def test_author_and_date_lines_are_told_and_are_no_captions() -> None:
    """A byline and a date below the headline become the article's."""
    article = extraction(story(TITLE, "By Eva Lund", "7 May 2024", LEAD, *BODY)).article
    assert (article.byline, article.published, article.language) == ("Eva Lund", "2024-05-07", "en")


def test_wrapped_paragraphs_are_joined() -> None:
    """Text wrapped at a column is read by paragraphs; a caption's span covers its lines."""
    from textwrap import fill

    text = "\n\n".join(fill(p, 72) for p in (TITLE, LEAD, CAPTION, *BODY)) + "\n"
    assert [" ".join(c.split()) for c in lines_of(text)] == [CAPTION]


@pytest.mark.parametrize("indent", ["", "   "])
def test_wrapped_paragraphs_are_told_without_blank_lines(indent: str) -> None:
    """Where no blank line parts them, a paragraph ends at an indented line or at one that had room for the next word."""
    from textwrap import fill

    wrapped = [fill(p, 72, initial_indent=indent) for p in (TITLE, LEAD, CAPTION, SECOND, *BODY)]
    text = "\n".join(wrapped) + "\n"
    assert [" ".join(c.split()) for c in lines_of(text)] == [CAPTION, SECOND]
    assert [b.text for b in blocks(text)] == [w.strip() for w in wrapped]


def test_short_lines_are_no_wrapped_text() -> None:
    """Verses and lists stand line by line: their lines end where there was room for more."""
    verses = "\n".join(f"{'A bell is rung ' * (1 + n % 3)}\nand all is quiet" for n in range(12))
    assert len(blocks(verses)) == 24


LABELLED = (
    "He said that it had been agreed in the spring. Nobody, he added, had asked for more than that, and it was late"
)


@pytest.mark.parametrize(
    "form", ["Photo: {}", "[Image: {}]", "**Caption:** {}", "Bildunterschrift: {}", "![{}](crane.jpg)"]
)
def test_a_line_that_says_it_is_a_caption_is_one(form: str) -> None:
    """A label or Markdown's picture makes a caption of words that nothing else tells from a paragraph; the reason is named."""
    assert lines_of(story(TITLE, LEAD, LABELLED + ".", *BODY)) == []
    (found,) = extraction(story(TITLE, LEAD, form.format(LABELLED + "."), *BODY)).captions
    assert found.printed == form.format(LABELLED + ".")
    assert "labelled as a caption" in {r.name for r in found.reasons}


def test_a_label_before_a_credit_or_another_word_makes_no_caption() -> None:
    """A photographer's name alone is no caption, and neither is what some other word announces."""
    for line in ("Photo: Eva Lund/NTB", "Correction: " + LABELLED, "Bild: dpa"):
        (of,) = [v for v in kinds(line) if v.text == line]
        assert not is_labelled(of)


def kinds(*lines: str) -> list[View]:
    return [view(b) for b in blocks("\n\n".join(lines))]


NO_STORIES = {
    "log": [
        f"2024-05-{n} 12:{n}:11 INFO Job {n} of Lindvik Harbour (left) ended in {n * 13} ms" for n in range(10, 30)
    ],
    "code": [
        "import os",
        "def walk(path: str) -> None:",
        "for name in os.listdir(path):",
        "print(name, path)",
        "return;",
    ],
    "addresses": [line for n in range(1, 9) for line in ("John Smith", f"{n} Mill Lane", "Leeds", "United Kingdom")],
    "poem": ["At dawn the ferry leaves the stony quay", "And gulls are rising white above the foam"] * 8,
    "table": ["| ship | port |", "| --- | --- |", *["| Solveig, pictured left | Lindvik on May 7, 2024 |"] * 9],
    "list": ["- milk", "- bread", "- light bulbs", "- a birthday present for Eva Lund (left)", "- a map of Lindvik"],
    "mail": ["From: anna@example.org", "To: eva@example.org", "Hi Eva,", "are you free for lunch?", "Best,", "Anna"],
}


@pytest.mark.parametrize("kind", NO_STORIES)
def test_what_is_no_story_has_no_captions(kind: str) -> None:
    """Logs, code, lists and tables give nothing, whatever their lines look like."""
    assert lines_of(story("Lindvik", *NO_STORIES[kind])) == []


def test_a_text_that_is_no_story_says_so() -> None:
    """The reader of the result learns why nothing was found; a story in any script is not called a list."""
    assert any("not like a story" in w for w in extraction(story("Shopping", *NO_STORIES["list"])).article.warnings)
    assert not extraction(story(TITLE, LEAD, *BODY)).article.warnings
    thai = "เจ้าหน้าที่กู้ภัยเร่งอพยพชาวบ้านกว่าหนึ่งพันคนออกจากพื้นที่น้ำท่วมในจังหวัดเชียงรายหลังฝนตกหนักต่อเนื่องสามวัน"
    assert is_story(kinds(thai, thai, thai, thai))


def test_scripts_without_spaces_are_read() -> None:
    """A Japanese story gives its caption, judged by characters."""
    paragraph = (
        "港の当局は金曜日、春から争われていた残業代を支払うことで合意した。島の住民は九日間、本土に渡れなかった。"
    )
    caption = "運航を再開したフェリーの甲板から手を振る乗客＝7日、リンドビク港（写真：北欧通信）"
    text = story(
        "フェリーの運航再開", paragraph, caption, *[paragraph[n:] + "組合は勝利だと述べた。" for n in (3, 9, 12)]
    )
    assert lines_of(text) == [caption]
    assert extraction(text).article.language == "ja"


def test_a_headline_is_one_line_or_two_or_none() -> None:
    """A repeated first line is one headline; a text that begins with a paragraph has none."""
    assert headline(blocks(story(TITLE, TITLE, LEAD))) == (TITLE, 2)
    assert headline(blocks(story(TITLE, LEAD))) == (TITLE, 1)
    assert headline(blocks(story(BODY[0], BODY[1]))) == ("", 0)
    assert headline([]) == ("", 0)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "Title\n" + "word " * 200_000,
        "Title\n" + "(" * 50_000 + "\n" + "A B " * 30_000 + "\n" + "1.1.1." * 20_000,
        "\n".join(["line"] * 20_000),
        "Title\n" + "“" * 30_000 + "\n\u202e\u200b\n" + ". " * 40_000,
        "By " + "Aa " * 60,
    ],
)
def test_hostile_text_is_read_to_its_end(text: str) -> None:
    """Endless lines, endless lists of lines and unbalanced marks give an answer."""
    found = extraction(text)
    assert all(text[c.start : c.end] == c.printed for c in found.captions)


def test_a_text_of_too_many_paragraphs_says_so() -> None:
    """Beyond the limit a text is still an article, with a warning."""
    article = extraction("\n".join(f"Line {n}" for n in range(MOST_BLOCKS + 5))).article
    assert any(str(MOST_BLOCKS) in w for w in article.warnings)
