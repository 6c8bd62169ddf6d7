"""The query language: what parses, what is refused and how."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import QueryError
from catalog.search import parse
from catalog.search.nodes import And, Days, Flag, Not, Number, Or, Words
from catalog.search.parser import MAX_DEPTH, MAX_LENGTH, MAX_TERMS, MAX_WIDE_TERMS

TODAY = date(2017, 4, 12)


@pytest.mark.parametrize(
    "text",
    [
        "", "mosul", "mosul bridge", '"old city"', "old OR new", "(old OR new) city", "-city", "-(old city)", "gir*",
        "caption:mosul", 'caption:"old city"', "credit:AFP/Getty", "byline:x title:y article:z place:p person:q tag:t",
        "filename:IMG_1 note:n publisher:b", "format:JPG", "id:0123456789abcdef", "id:01*", "date:2017-03..2017-04",
        "date:>=2017", "date:..2017-02-03", "date:2016..", "imported:today", "imported:yesterday", "width:>=1600",
        "height:<800", "size:>2MB", "megapixels:>=12.5", "copies:1..3", "has:caption missing:gps", "is:linked -is:reviewed",
        "similar:0123456789abcdef", "similar:0123456789abcdef~4", "sort:-date", "a sort:relevance b", "orientation:portrait",
        "colour:red", "color:#00ff00", "kind:webpage", "東京", "a AND b", "NOT a", "--a", "don't", "1:1", "x:", "Photo: AFP",
        "http://example.org/a?b=c", "“old city”", "«old city»", "a&b", "& a", "a OR b OR c d", "a (b c)", "((a))", '"old ci"*',
    ],
)  # fmt: skip
def test_what_is_printed_parses_to_the_same_query(text: str) -> None:
    """Parsing what a query prints gives the query again, for every form of the language."""
    query = parse(text, TODAY)
    assert parse(str(query), TODAY) == query


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("a OR", 5, "side of OR"), ("OR a", 1, "side of OR"), ("a AND", 6, "after AND"), ("AND", 1, "before AND"),
        ("a )", 3, "no “("), ("(a", 1, "not closed"), ("a ()", 3, "between these brackets"), ('a "b', 3, "not closed"),
        ("captoin:x", 1, "did you mean caption:"), ("a foo:bar", 3, "expected one of caption"), 
        ("date:20177", 6, "“20177”: not a date. Expected"),
        ("date:2017-13", 6, "month must be"), ("date:2018..2017", 6, "ends before"), ("date:..", 6, "beginning or an end"),
        ("width:>wide", 7, "a number"), ("is:red", 4, "linked"), ("has:x", 5, "caption"), ("sort:size~", 6, "relevance"),
        ("sort:date sort:size", 11, "once"), ("-sort:date", 2, "once"), ("(sort:date a)", 2, "once"), ("x*", 1, "2 letters"),
        ("caption: a", 9, "right after caption:"), ("a -", 0, ""), ("***", 1, "nothing to search"), ("similar:%", 9, "id"),
        ("similar:ab~99", 9, "at most"), ("colour:loud", 8, "a colour"), ("format:jp*", 8, "without *"), ("NOT", 1, "leave out"),
        ("caption:&", 9, "letters or digits"), ('caption:"', 9, "not closed"), ("orientation:up", 13, "landscape"),
    ],
)  # fmt: skip
def test_an_error_names_the_column_and_what_was_expected(text: str, column: int, says: str) -> None:
    """What does not parse is refused at the column where it goes wrong, saying what was expected there."""
    if not column:
        assert parse(text) == parse("a")
        return
    with pytest.raises(QueryError, match="column") as caught:
        parse(text, TODAY)
    assert (caught.value.column, says in str(caught.value)) == (column, True), str(caught.value)


def test_the_tree_says_what_was_meant() -> None:
    """Words are joined by and, OR binds weaker, a minus leaves out, fields hold one term."""
    node = parse('credit:AFP -is:reviewed (mosul OR "old city")').node
    assert node == And((
        Words("credit", ("afp",), False, "AFP"),
        Not(Flag("is", "reviewed")),
        Or((Words("", ("mosul",), False, "mosul"), Words("", ("old", "city"), False, "old city"))),
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "low", "high"),
    [
        ("2017-03..2017-04", date(2017, 3, 1), date(2017, 4, 30)), ("2016", date(2016, 1, 1), date(2016, 12, 31)),
        (">=2017", date(2017, 1, 1), None), (">2017", date(2018, 1, 1), None), ("<2017-02", None, date(2017, 1, 31)),
        ("<=2017-02", None, date(2017, 2, 28)), ("today", TODAY, TODAY), ("yesterday..", date(2017, 4, 11), None),
    ],
)  # fmt: skip
def test_dates_mean_whole_periods(spec: str, low: date | None, high: date | None) -> None:
    """A year or a month stands for all of its days."""
    node = parse(f"date:{spec}", TODAY).node
    assert isinstance(node, Days)
    assert (node.low, node.high) == (low and low.toordinal(), high and high.toordinal())


def test_sizes_have_units() -> None:
    """Sizes can be given in kB, MB and GB, megapixels with a fraction."""
    small, large = parse("size:<2MB").node, parse("megapixels:>=1.5").node
    assert isinstance(small, Number) and small.high == 1_999_999
    assert isinstance(large, Number) and large.low == 1_500_000


def test_sort_is_taken_out_of_the_tree() -> None:
    """The order is no condition."""
    query = parse("mosul sort:-date")
    assert (query.sort, str(query.node)) == ("-date", "mosul")


def test_chips_say_each_term_and_the_query_without_it() -> None:
    """Every top-level term can be taken away alone."""
    chips = parse("mosul credit:AFP sort:date").chips()
    assert [(term, str(rest)) for term, rest in chips] == [
        ("mosul", "credit:AFP sort:date"),
        ("credit:AFP", "mosul sort:date"),
    ]


@pytest.mark.parametrize(
    "text",
    ["(" * 7_000, "-" * 7_000, '"' * 7_001, "(a " * 3_000, "a OR " * 2_000, "a " * 4_000, "a*" * 3_000, "-(" * 3_500],
)
def test_long_and_deep_queries_are_answered_or_refused(text: str) -> None:
    """Nothing that can be typed exhausts the parser."""
    try:
        parse(text[:MAX_LENGTH])
    except QueryError as error:
        assert error.column >= 1


def test_limits_are_stated() -> None:
    """Length, depth and number of terms are bounded, and the error says by what."""
    for text, limit in (
        ("a" * (MAX_LENGTH + 1), MAX_LENGTH),
        ("(" * 50 + "a" + ")" * 50, MAX_DEPTH),
        ("a " * 999, MAX_TERMS),
        ("ab* " * 50, MAX_WIDE_TERMS),
    ):
        with pytest.raises(QueryError, match=str(limit)):
            parse(text)


_PIECES = st.sampled_from(
    ["a", "mosul", " ", " ", '"', "(", ")", "-", "OR", " OR ", "NOT ", "AND", "*",
     ":", "caption:", "date:", "2017", "..", ">=",
     "width:", "is:", "has:", "missing:", "linked", "sort:", "similar:", "~", "8",
     "東京", "é", "\ud800", "\x00", "“", "»", "id:", "&"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=14).map("".join)))
def test_any_text_parses_or_is_refused(text: str) -> None:
    """Any text is either refused with a column inside it, or means a query that survives being printed."""
    try:
        query = parse(text, TODAY)
    except QueryError as error:
        assert 1 <= error.column <= len(text) + 1
        return
    assert parse(str(query), TODAY) == query
