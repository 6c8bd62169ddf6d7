"""Differences of captions by words, small plots, dates and sizes as people read them."""

from __future__ import annotations

import pytest

from catalog.model import Contradiction
from web import diff, plots, present, queue


def _states(pieces: tuple[diff.Piece, ...]) -> list[tuple[str, str]]:
    return [(p.text.strip(), p.state) for p in pieces if p.state != "same"]


def test_only_the_words_that_differ_are_marked() -> None:
    """Changed words are marked on both sides; the rest stays as it is."""
    old, new = diff.compare(
        "The bridge over the Tavel in Brenning was closed.", "The bridge over the Lark in Larchfield was closed."
    )
    assert _states(old) == [("Tavel", "removed"), ("Brenning", "removed")]
    assert _states(new) == [("Lark", "added"), ("Larchfield", "added")]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("", ""),
        ("a b", ""),
        ("", "a b"),
        ("مدينة الموصل", "مدينة أربيل"),
        ("東京の橋", "大阪の橋"),
        ("x" * 9000, "y z"),
        ("a, b", "a b"),
    ],
)
def test_marked_texts_are_still_the_texts(a: str, b: str) -> None:
    """Nothing is lost or added by marking."""
    old, new = diff.compare(a, b)
    assert "".join(p.text for p in old) == a and "".join(p.text for p in new) == b


def test_neighbouring_changes_are_one_mark() -> None:
    """Two changed words with a space between read as one change."""
    inline = diff.inline("on 3 March in Mosul", "on 14 April in Mosul")
    assert _states(inline) == [("3 March", "removed"), ("14 April", "added")]
    assert diff.tally(inline) == (2, 2)


def test_texts_with_nothing_in_common_are_not_marked_all_over() -> None:
    """Where nearly every word differs, marks would tell nothing."""
    old, new = diff.compare("A dog sleeps.", "Ministers meet at the lake on Sunday")
    assert {p.state for p in old + new} == {"same"}


def test_years_without_pictures_keep_their_place() -> None:
    """Distance on the histogram is distance in time, for years and for months."""
    years = plots.histogram([("2001", 3), ("2004", 1)])
    assert years and [b.count for b in years.bars] == [3, 0, 0, 1]
    months = plots.histogram([("2023-11", 1), ("2024-02", 2)])
    assert months and [b.label for b in months.bars] == ["2023-11", "2023-12", "2024-01", "2024-02"]
    assert plots.histogram([]) is None and plots.histogram([("", 5)]) is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [("2017-03-12", "12 Mar 2017"), ("2017-03", "Mar 2017"), ("2017", "2017"), ("2017-03-12T10:00:00Z", "12 Mar 2017"),
     ("2017-99", "2017-99"), ("long ago", "long ago")],
)  # fmt: skip
def test_dates_are_short(value: str, shown: str) -> None:
    """Dates are shown as precisely as they are known, and what is no date as it is."""
    assert present.short_date(value) == shown


def test_spans_are_marked_and_escaped() -> None:
    """Marks may touch or overlap; text between them is escaped."""
    assert present.marked("a <b> c", [(0, 1), (2, 5), (4, 5), (90, 99)]) == "<mark>a</mark> <mark>&lt;b&gt;</mark> c"


def test_only_web_addresses_become_links() -> None:
    """An address from a source is a link only when it is one of the web."""
    assert present.safe_link("https://news.example/a") and not present.safe_link("javascript:alert(1)")
    assert not present.safe_link("https://x.example/ onclick=1") and not present.safe_link("file:///etc/passwd")


def test_the_queue_address_holds_the_filter() -> None:
    """A finding's address within a filtered queue leads back into that queue."""
    assert queue.address("", "", "") == "/review"
    assert queue.address("a:b", "link", "credit:AFP x") == "/review/a%3Ab?q=credit%3AAFP+x&kind=link"


def test_contradictions_are_found_by_span_or_by_their_words() -> None:
    """What two captions say differently is marked in both, also where only its words are known."""
    found = [
        Contradiction("place", "Tavel", "Lark", (10, 15)),
        Contradiction("date", "", "Monday"),
        Contradiction("x", "A", "A"),
    ]
    assert present.contradicted("Bridge at Tavel", found, "a") == [(10, 15)]
    assert present.contradicted("Bridge at Lark on Monday", found, "b") == [(10, 14), (18, 24)]
