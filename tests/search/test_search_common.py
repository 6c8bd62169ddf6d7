"""How common words are, and how many pictures are found: known across changes, the same as counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.search import base, common, facade, paging, parse, reading
from catalog.search.index import Index
from catalog.search.row import Row


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
