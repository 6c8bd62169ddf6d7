"""Folding and tokens: what people type finds what was printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.search import parse
from catalog.search.fold import fold, query_tokens, spans, tokens
from catalog.search.memory import matches
from catalog.search.row import Row
from catalog.search.snippets import marked, snippets


@pytest.mark.parametrize(
    ("printed", "typed"),
    [
        ("Łódź", "lodz"), ("STRASSE", "straße"), ("Øresund", "oresund"), ("İSTANBUL ısı", "istanbul isi"), ("đồng", "dong"),
        ("Æsir œuvre þing", "aesir oeuvre thing"), ("e\u0301cole", "école"), ("ﬁne", "fine"), ("ＡＢＣ１２３", "abc123"),
        ("٣٤", "34"), ("أحمد إلى آخر", "احمد الي اخر"), ("مُحَمَّد", "محمد"), ("کویت", "كويت"), ("مدرسة", "مدرسه"), ("كـــتاب", "كتاب"),
        ("Ёлка", "елка"), ("Қазақ", "қазақ"), ("Αθήνα", "αθηνα"), ("ΟΔΟΣ", "οδος"), ("שָׁלוֹם", "שלום"),
        ("ｶﾞｷﾞ", "ガギ"), ("soft\u00adhyphen", "softhyphen"),
    ],
)  # fmt: skip
def test_forms_of_one_word_are_one(printed: str, typed: str) -> None:
    """Case, accents, width and letter forms make no difference."""
    assert tokens(printed) == tokens(typed)


@pytest.mark.parametrize(("a", "b"), [("か", "が"), ("हिन्दी", "हिन्द"), ("мир", "мор"), ("ไทย", "ไท")])
def test_what_readers_tell_apart_stays_apart(a: str, b: str) -> None:
    """Marks that make another word of it are kept."""
    assert tokens(a) != tokens(b)


@pytest.mark.parametrize(
    "typed", ["東", "京", "庁", "東京", "京都庁", "都庁で", "東京都庁で会見", "tokyo", "見 tokyo", "京都 庁"]
)
def test_any_part_of_unspaced_text_is_found(typed: str) -> None:
    """A language without spaces is found by any stretch of its characters."""
    assert matches(parse(typed), Row("1", captions=("東京都庁で会見 Tokyo",)))


def test_unspaced_characters_must_stand_together() -> None:
    """The characters of one word are found next to each other only."""
    assert not matches(parse("東庁"), Row("1", captions=("東京都庁",)))


def test_phrases_do_not_reach_into_the_next_value() -> None:
    """The end of one caption and the beginning of the next are not a phrase."""
    row = Row("1", captions=("in the old", "city of"))
    assert not matches(parse('"old city"'), row)
    assert matches(parse("old city"), row)


@given(st.text(max_size=40))
def test_every_text_finds_itself(text: str) -> None:
    """Typing a text as a phrase finds it, whatever script it is in."""
    clean = text.replace('"', " ")
    if query_tokens(clean)[0]:
        assert matches(parse(f'"{clean}"'), Row("1", captions=(text,)))


@given(st.text(max_size=40))
def test_tokens_are_plain_and_stand_where_they_are_said_to(text: str) -> None:
    """Tokens hold nothing that a tokenizer of spaces and ASCII would cut, and their places lie in the text."""
    found = list(spans(text))
    assert [token for token, _, _ in found] == tokens(text)
    for token, start, end in found:
        assert token and all(c > "\x7f" or c in "0123456789abcdefghijklmnopqrstuvwxyz" for c in token)
        assert 0 <= start < end <= len(text)
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("The Old City fell", "city old", "The [Old] [City] fell"),
        ("The old city fell", '"old city"', "The [old city] fell"),
        ("Girls and girlfriends", "girl*", "[Girls] and [girlfriends]"),
        ("Café Łódź", "lodz cafe", "[Café] [Łódź]"),
        ("東京都庁で", "都庁", "東京[都庁]で"),
        ("nothing here", "absent", ""),
        ("AFP/Getty, said", '"afp getty"', "[AFP/Getty], said"),
    ],
)
def test_snippets_mark_the_words_as_printed(text: str, query: str, shown: str) -> None:
    """Marks stand in the text as it was written, with its accents and signs."""
    segments = marked(text, parse(query).words)
    assert "".join(f"[{t}]" if mark else t for t, mark in segments) == shown


def test_long_texts_are_shown_around_the_first_mark() -> None:
    """A long text is cut at blanks around what matched."""
    segments = marked("word " * 200 + "needle " + "word " * 200, parse("needle").words)
    text = "".join(t for t, _ in segments)
    assert len(text) < 300 and text.startswith("… word") and text.endswith("word …")
    assert ("needle", True) in segments


@pytest.mark.parametrize("accent", ["", "é"])
def test_a_word_is_shown_in_each_text_that_has_it(accent: str) -> None:
    """Captions first, each text as it would be alone, whether all of them are ASCII or one is not; parts of words do not count."""
    texts = ("A ferry", "warferry, " * 3, "Two ferries and the FERRY", "", "ferry ferry")
    row = Row("a", captions=texts, titles=("The ferries" + accent,), tags=("ferry",), note="No ferry today" + accent)
    words = parse("ferry").words
    wanted = [("caption", text) for text in texts[:1] + texts[2:3] + texts[4:]] + [("tag", "ferry")]
    assert snippets(row, words) == tuple((field, marked(text, words)) for field, text in wanted)
    few = Row("a", captions=texts[1:2], note=row.note)
    assert snippets(few, words) == (("note", marked(row.note, words)),)


def test_long_texts_are_shown_alike_however_often_the_word_stands_in_them() -> None:
    """Looking no further than what is shown changes nothing of it."""
    for often in (1, 2, 7):
        text = ("The harbour of the town, harbours apart. " + "Quay and pier " * often) * 40
        words = parse("harbour").words
        assert snippets(Row("a", article=text), words) == (("article", marked(text, words)),)
