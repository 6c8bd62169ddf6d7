"""How common words are, and how many pictures are found: known across changes, the same as counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.search import base, common, facade, paging, parse, reading
from catalog.search.index import Index
from catalog.search.ranking import Ranking
from catalog.search.row import Row
from catalog.search.sql import Plan


def test_what_is_common_is_known_across_changes(own_file: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words need not be counted again for every change, and yet rank or not as if they were."""
    monkeypatch.setattr(common, "COMMON", 20)
    rows = [Row(f"r{n:02}", captions=("harbour" if n < 14 else "quay",), date="2020-01-01") for n in range(40)]
    own_file.apply(rows, [], 1)
    connection, counts = own_file._database.connection(), common.Counts()
    asked: list[str] = []
    connection.set_trace_callback(asked.append)

    def is_common(word: str) -> tuple[bool, bool]:
        """Whether it is common, and whether that was counted."""
        asked.clear()
        told = counts.view(connection).is_common(f'"{word}"')
        ((pictures,),) = connection.execute(f"SELECT count(*) FROM words WHERE words MATCH '{word}'")
        assert told == (pictures >= 20)
        return told, any("SELECT 1 FROM words" in text for text in asked)

    assert (is_common("harbour"), is_common("quay")) == ((False, True), (True, True))
    own_file.apply([replace(row, note="seen") for row in rows[:2]], [], 2)
    assert (is_common("harbour"), is_common("quay")) == ((False, False), (True, False))
    own_file.apply([replace(row, captions=("harbour",)) for row in rows[14:22]], ["r23", "r24"], 3)
    assert (is_common("harbour"), is_common("quay")) == ((True, True), (False, True))


def test_totals_are_told_without_counting_again(own_file: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many pictures have a word, or are there, is the same whether it was known or is counted, and capped the same."""
    monkeypatch.setattr(paging, "RANKED", 3)
    monkeypatch.setattr(reading, "RANKED", 3)
    for module in (base, facade, reading):
        monkeypatch.setattr(module, "CAP", 12)
    rows = [
        Row(f"r{n:02}", captions=("harbour" + " quay" * (n % 4 == 0) + " pier" * (n < 13),), date="2020-01-01")
        for n in range(30)
    ]
    own_file.apply(rows, [], 1)
    for _ in range(2):
        for query, total in (
            ("harbour", 12),
            ("quay", 8),
            ("pier", 12),
            ("", 12),
            ("sort:date", 12),
            ("harbour quay", 8),
        ):
            page = own_file.search(parse(query))
            assert (page.total, page.capped) == (total, total == 12), query
    own_file.apply([replace(row, flags=frozenset({"hidden"})) for row in rows[:20]], [], 2)
    for query, total in (("harbour", 10), ("quay", 3), ("pier", 0), ("", 10), ("is:hidden", 12)):
        page = own_file.search(parse(query))
        assert (page.total, page.capped) == (total, total == 12), query
    own_file.apply([replace(row, note="back") for row in rows[:20]], [], 3)
    assert own_file.search(parse("harbour")).capped


def test_a_common_word_is_counted_once(own_file: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known of a word of a whole query spares counting its pictures at every search."""
    monkeypatch.setattr(common, "COMMON", 5)
    monkeypatch.setattr(reading, "CAP", 4)
    own_file.apply([Row(f"r{n:02}", captions=("harbour",), date="2020-01-01") for n in range(20)], [], 1)
    first = own_file.search(parse("harbour"), limit=3)
    asked: list[str] = []
    own_file._database.connection().set_trace_callback(asked.append)
    again = own_file.search(parse("harbour"), limit=3)
    assert (again.ids, again.total, again.capped) == (first.ids, 4, True)
    assert not [text for text in asked if "count(*)" in text and "MATCH" in text]


@pytest.mark.parametrize(
    "query",
    ["harbour is:conflict", "harbour -is:conflict", "harbour quay -is:conflict", "harbour -quay", "harbour format:png",
     "harbour -pier is:conflict date:2020-01-02..2020-02-01"],
)  # fmt: skip
def test_what_is_weighed_along_weighs_nothing(own_file: Index, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    """Rows are in the same order, page for page, whether words are weighed with what else is asked for or alone."""
    rows = [
        Row(
            f"r{n:02}",
            captions=("harbour " * (n * 7 % 5 + 1) + "quay " * (n * 5 % 4) + "pier" * (n % 6 == 0),),
            titles=("harbour",) * (n % 3),
            date=f"2020-01-{n % 28 + 1:02}",
            format="png" if n % 4 else "jpeg",
            flags=frozenset({"conflict"} if n % 3 else ()),
        )
        for n in range(60)
    ]
    own_file.apply(rows, [], 1)

    def pages() -> list[tuple[str, ...]]:
        page = own_file.search(parse(query), limit=9)
        found = [page.ids]
        while page.next:
            page = own_file.search(parse(query), limit=9, cursor=page.next)
            found.append(page.ids)
        return found

    ways: list[bool] = []
    scored = Ranking.scored

    def told(self: Ranking, plan: Plan, most: int) -> object:
        found = scored(self, plan, most)
        ways.append(found is not None)
        return found

    monkeypatch.setattr(Ranking, "scored", told)
    together = pages()
    assert len(together) > 1 and all(ways)
    monkeypatch.setattr(Ranking, "_is_rare", lambda self, node: False)
    ways.clear()
    assert pages() == together
    assert not any(ways)


def test_a_mark_among_alternatives_does_not_say_which_words_weigh(own_file: Index) -> None:
    """A word weighs the same in a picture that was found by another alternative."""
    rows = [
        Row("a", captions=("harbour harbour harbour quay",), date="2020-01-01"),
        Row("b", captions=("pier quay of the town now",), date="2020-01-02", flags=frozenset({"conflict"})),
        *(Row(f"c{n}", captions=("nothing else",), date="2020-01-03") for n in range(9)),
    ]
    own_file.apply(rows, [], 1)
    assert own_file.search(parse("(harbour is:conflict) OR quay")).ids == ("a", "b")
