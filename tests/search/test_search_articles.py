"""Rows of articles in an index: put, changed and removed, shown, and what they add to the queue of findings. On every engine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.errors import UsageError
from catalog.model import Article, Caption, Finding
from catalog.search import parse
from catalog.search.articlefile import FileArticles
from catalog.search.articles import MOST_CHARS, from_article
from catalog.search.facade import SearchIndex
from catalog.search.index import Index
from catalog.search.row import Row


def found(index: SearchIndex, query: str) -> list[str]:
    """The ids of the first articles that a query selects."""
    return [hit.row.id for hit in index.articles(parse(query)).hits]


def finding(n: int, kind: str = "link", articles: tuple[str, ...] = (), images: tuple[str, ...] = ()) -> Finding:
    """A finding of worth ``n``."""
    made = Finding(f"f{n}", "link", float(n), (), "", ())
    return replace(made, kind=kind, articles=articles, images=images)  # type: ignore[arg-type]


def test_a_row_holds_what_an_article_says() -> None:
    """Words, credits and days of an article and its captions are in its row; a credit printed alone is no caption."""
    article = Article(
        "a1", "in/story.html", "ff", "webpage", title="The bridge", byline="Ana Ruiz", published="2017-03-04T10:00:00Z",
        language="en", publisher="Daily", text="x" * (MOST_CHARS + 5), imported="2026-11-22",
    )  # fmt: skip
    captions = [Caption("c1", "a1", 0, "A boat", credit="AFP"), Caption("c2", "a1", 1, "", credit="EPA")]
    row = from_article(article, captions, hidden=True)
    assert (row.id, row.captions, row.credits, row.titles, row.bylines) == (
        "a1", ("A boat",), ("AFP", "EPA"), ("The bridge",), ("Ana Ruiz",),
    )  # fmt: skip
    assert (row.date, row.publishers, row.filenames) == ("2017-03-04", ("Daily",), ("story.html",))
    assert row.flags == {"hidden"}
    assert len(row.article) == MOST_CHARS
    assert from_article(replace(article, published="spring"), []).date == ""


def test_articles_come_go_and_change(own: SearchIndex) -> None:
    """An article is found by what it says now, stands where its day is, and is gone when it is removed; pictures stay out."""
    own.apply([Row("p1", captions=("the old bridge",), articles=("a1",))], [], 1)
    own.apply_articles([Row("a1", article="the old bridge", date="2017-03-01"), Row("a2", article="a new bridge")], [])
    assert found(own, "bridge") == ["a1", "a2"]
    assert (found(own, "old"), own.search(parse("bridge")).ids) == (["a1"], ("p1",))
    own.apply_articles(
        [Row("a2", article="a new ferry", date="2018-01-01"), Row("a1", article="the old bridge", date="2017-03-01")],
        [],
    )
    assert (found(own, "bridge"), found(own, "ferry"), found(own, "")) == (["a1"], ["a2"], ["a2", "a1"])
    assert found(own, "date:2018") == ["a2"]
    own.apply_articles([], ["a1", "nobody"])
    assert (found(own, "bridge"), found(own, "")) == ([], ["a2"])
    own.optimize()
    assert list(own.verify()) == []
    own.clear()
    assert found(own, "") == []


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("id:a7", ["a7"]), ("id:a7 bridge", ["a7"]), ("id:a7 ferry", []), ("id:a7 id:a8", []), ("id:b9", []),
        ("id:a1*", ["a12", "a11", "a10", "a1"]), ("id:a1* -id:a11", ["a12", "a10", "a1"]), ("id:a7 OR id:a3", ["a7", "a3"]),
        ("id:a7 date:2018", []), ("id:hidden", []),
    ],
)  # fmt: skip
def test_articles_are_named_by_their_ids(own: SearchIndex, query: str, ids: list[str]) -> None:
    """Ids and beginnings of ids select articles, alone and with anything else; hidden ones stay out."""
    rows = [Row(f"a{n}", article="the old bridge", date=f"2017-03-{n:02}") for n in range(1, 13)]
    own.apply_articles([*rows, Row("hidden", article="the old bridge", flags=frozenset({"hidden"}))], [])
    own.apply([], [], 1)
    found = own.articles(parse(query))
    assert ([hit.row.id for hit in found.hits], found.total) == (ids, len(ids))


def test_an_article_is_named_without_a_walk_through_all(own_file: Index) -> None:
    """The id of a picture or an article is looked up: however many articles there are, the engine takes as many steps."""
    taken: dict[tuple[str, int], int] = {}
    for count in (20, 400):
        own_file.apply_articles([Row(f"a{n}", article="the old bridge") for n in range(count)], [])
        own_file.apply([], [], 1)
        for query in ("id:a7", "id:p1"):
            steps: list[int] = []
            connection = own_file._database.connection()
            connection.set_progress_handler(lambda steps=steps: steps.append(1), 1)  # type: ignore[misc]
            FileArticles().numbers(connection, parse(query), 10)
            connection.set_progress_handler(None, 0)
            taken[query, count] = len(steps)
    assert all(0 < taken[query, 400] <= taken[query, 20] + 100 for query in ("id:a7", "id:p1"))


def test_an_article_is_shown_where_the_words_stand(own: SearchIndex) -> None:
    """Each hit carries the words around what was looked for, the caption's before the text's."""
    own.apply_articles([Row("a1", captions=("A bridge in May",), article="Once there was a bridge.")], [])
    hit = own.articles(parse("bridge")).hits[0]
    assert hit.snippets == (
        ("caption", (("A ", False), ("bridge", True), (" in May", False))),
        ("article", (("Once there was a ", False), ("bridge", True), (".", False))),
    )


def test_pages_of_articles_follow_each_other_while_others_write(own: SearchIndex) -> None:
    """A cursor goes on behind the last article shown, also when newer ones came; the total is what was told at first."""
    own.apply_articles([Row(f"a{n}", article="bridge", date=f"2017-01-{n:02}") for n in range(1, 10)], [])
    first = own.articles(parse("bridge"), limit=4)
    assert ([h.row.id for h in first.hits], first.total) == (["a9", "a8", "a7", "a6"], 9)
    own.apply_articles([Row("a99", article="bridge", date="2017-02-01")], ["a6", "a5"])
    second = own.articles(parse("bridge"), limit=4, cursor=first.next)
    assert ([h.row.id for h in second.hits], second.total, second.next) == (["a4", "a3", "a2", "a1"], 9, None)
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("bridge", {"sort": "width"}), ("bridge sort:size", {}), ("bridge", {"limit": 0}), ("ferry", {"cursor": first.next}),
        ("bridge", {"cursor": "nonsense"}),
    ]  # fmt: skip
    for query, asked in wrong:
        with pytest.raises(UsageError):
            own.articles(parse(query), **asked)


def test_a_search_finds_findings_about_articles_without_pictures(own: SearchIndex) -> None:
    """What is about an article and no picture belongs to a query by the article's words; what has a picture, by its picture."""
    own.apply([Row("p1", credit="AFP", articles=("a1",)), Row("p2", credit="EPA")], [], 1)
    own.apply_articles(
        [Row("a1", article="bridge"), Row("a2", article="bridge", credits=("AFP",)), Row("a3", article="ferry")], []
    )
    own.apply_findings(
        [
            finding(1, articles=("a2",)),
            finding(2, articles=("a3",)),
            finding(3, articles=("a1",)),
            finding(4, articles=("a2",), images=("p2",)),
        ],
        [],
    )
    assert own.findings(query=parse("bridge")).ids == ("f3", "f1")
    assert own.findings(query=parse("ferry")).ids == ("f2",)
    assert own.findings(query=parse("credit:AFP")).ids == ("f3", "f1")
    assert own.findings(query=parse("credit:EPA")).ids == ("f4",)
    assert own.findings(query=parse("bridge"), kind="conflict").ids == ()
    assert own.findings(query=parse("similar:p1~4")).ids == ()


def test_a_broad_search_finds_them_too(own: SearchIndex) -> None:
    """With thousands of articles and of pictures selected the queue is the same as with few."""
    own.apply([Row(f"p{n}", credit="AFP" if n % 3 else "EPA") for n in range(4_000)], [], 1)
    own.apply_articles([Row(f"a{n}", article="one", credits=("AFP" if n % 5 else "EPA",)) for n in range(4_000)], [])
    own.apply_findings([finding(n, images=(f"p{n}",) if n % 2 else (), articles=(f"a{n}",)) for n in range(300)], [])
    page = own.findings(query=parse("credit:AFP"), limit=300)
    assert page.ids == tuple(f"f{n}" for n in range(299, -1, -1) if (n % 3 if n % 2 else n % 5))
    narrow = own.findings(query=parse("credit:AFP date:>=2017 OR one"), limit=300)
    assert narrow.ids == tuple(f"f{n}" for n in range(298, -1, -2))
