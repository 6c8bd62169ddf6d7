"""The ways to run a query: on rows in memory, on an SQLite index, on PostgreSQL. They must select the same pictures."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.search import parse
from catalog.search import reading as file_reading
from catalog.search.facade import SearchIndex
from catalog.search.facets import FACETS
from catalog.search.memory import Context, matches
from catalog.search.nodes import SORTS, Flag, Node, Query, conjunction, disjunction, negation
from catalog.search.parser import MAX_DEPTH
from catalog.search.postgres import reading
from catalog.search.row import Row
from catalog.search.values import day_of

TODAY = date(2026, 11, 22)
_TERMS = [
    "mosul", "MOSUL", "old", '"old city"', '"city of"', '"city second"', "łódź", "lodz*", "walesa", "東京", "都", "都庁で", "庁 会",
    "احمد", "الكويت", "елка", "ประเทศ", "ไท", "angstrom", "nguyen*", "stadte", "zz*", "nothing", "caption:old", "title:battle",
    '"battle day"', "article:old", "credit:afp", '"afp getty"', "credit:o'brien", "byline:muller", "place:mosul", "place:krakow",
    "person:Ångström", "tag:war", "filename:img", "filename:img_1*", "note:desk", "publisher:example", "format:png", "kind:webpage",
    "orientation:portrait", "orientation:square", "colour:red", "colour:black", "date:2017", "date:2017-03..2017-04", "date:>=2017",
    "date:<2017", "date:..2016", "imported:today", "imported:yesterday", "width:>=1600", "width:<1000", "height:900", "size:>500kb",
    "megapixels:>=1.4", "copies:>0", "has:caption", "has:credit", "has:gps", "has:article", "has:duplicate", "missing:caption",
    "missing:date", "is:linked", "is:duplicate", "is:conflict", "is:reviewed", "is:rejected", "is:hidden", "id:0000000000000000",
    "id:9*", "id:nope", "similar:0000000000000000~0", "similar:9e3779b97f4a7c15~8", "similar:9e3779b97f4a7c15~16", "similar:nope",
]  # fmt: skip
_LEAVES = st.sampled_from([parse(term, TODAY).node for term in _TERMS])
_TREES: st.SearchStrategy[Node] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        inner.map(negation),
        st.lists(inner, min_size=2, max_size=4).map(conjunction),
        st.lists(inner, min_size=2, max_size=4).map(disjunction),
    ),
    max_leaves=8,
)
_CALM = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.mark.parametrize("term", _TERMS)
def test_each_term_means_the_same_in_both(term: str, index: SearchIndex, rows: list[Row], context: Context) -> None:
    """One term selects the same pictures in the index as in memory."""
    query = parse(term, TODAY)
    assert set(index.ids(query)) == {row.id for row in rows if matches(query, row, context)}


@_CALM
@given(node=_TREES)
def test_trees_mean_the_same_in_both(node: Node, index: SearchIndex, rows: list[Row], context: Context) -> None:
    """Whatever is combined, both ways give the same ids, and the count is theirs."""
    query = Query(node)
    wanted = {row.id for row in rows if matches(query, row, context)}
    assert set(index.ids(query)) == wanted
    assert index.count(query) == (len(wanted), False)


def articles(index: SearchIndex, query: Query, sort: str = "-date") -> list[str]:
    """The ids of all articles that a query selects, page by page; the totals told are theirs."""
    ids: list[str] = []
    cursor: str | None = None
    while True:
        page = index.articles(query, sort=sort, limit=50, cursor=cursor)
        ids += [hit.row.id for hit in page.hits]
        cursor = page.next
        if cursor is None:
            assert (page.total, page.capped) == (len(ids), False)
            return ids


@pytest.mark.parametrize("term", _TERMS)
def test_each_term_means_the_same_of_articles(
    term: str, index: SearchIndex, stories: list[Row], context: Context
) -> None:
    """One term selects the articles that it holds of, newest first or oldest first, each once."""
    query = parse(term, TODAY)
    found = articles(index, query)
    assert sorted(found) == sorted(row.id for row in stories if matches(query, row, context))
    assert articles(index, query, "date") == found[::-1]
    days = {row.id: day_of(row.date) for row in stories}
    assert [days[i] for i in found] == sorted((days[i] for i in found), reverse=True)


@_CALM
@given(node=_TREES)
def test_trees_mean_the_same_of_articles(node: Node, index: SearchIndex, stories: list[Row], context: Context) -> None:
    """Whatever is combined, the index finds the articles that the plain meaning of the query selects."""
    query = Query(node)
    assert set(articles(index, query)) == {row.id for row in stories if matches(query, row, context)}


@_CALM
@given(node=_TREES)
def test_not_is_the_complement(node: Node, index: SearchIndex, rows: list[Row]) -> None:
    """What a query selects and what its negation selects are together everything, and share nothing."""
    either = disjunction([Flag("is", "hidden"), negation(Flag("is", "hidden"))])
    yes, no = (set(index.ids(Query(conjunction([n, either])))) for n in (node, negation(node)))
    assert not yes & no
    assert yes | no == {row.id for row in rows}


@_CALM
@given(node=_TREES)
def test_printed_trees_parse_back(node: Node) -> None:
    """Every tree prints as a query that parses to it."""
    printed = str(Query(node))
    again = parse(printed, TODAY)
    assert str(again) == printed
    assert again.node == node


@_CALM
@given(
    node=_TREES,
    sort=st.sampled_from(["relevance", "date", "-date", "-width", "filename", "size"]),
    limit=st.integers(1, 30),
)
def test_pages_give_every_picture_once(node: Node, sort: str, limit: int, index: SearchIndex) -> None:
    """Going through the pages of any order meets each picture of the result exactly once."""
    query, cursor, met = Query(node), None, list[str]()
    while True:
        page = index.search(query, sort=sort, limit=limit, cursor=cursor)
        met += page.ids
        cursor = page.next
        if cursor is None:
            break
    assert sorted(met) == sorted(index.ids(query))
    assert page.total == len(met)


@settings(_CALM, max_examples=60)
@given(node=_TREES, sort=st.sampled_from([None, *SORTS]), limit=st.integers(1, 130))
def test_engines_give_the_same_pages(
    node: Node, sort: str | None, limit: int, file_index: SearchIndex, shared_index: SearchIndex
) -> None:
    """Every engine gives the same pictures in the same order, the same counts, facets, marks and cursors, page by page."""
    query, cursor = Query(node), None
    while True:
        one, other = (
            index.search(query, sort=sort, limit=limit, cursor=cursor, facets=FACETS)
            for index in (file_index, shared_index)
        )
        assert one == other
        cursor = one.next
        if cursor is None:
            return


@pytest.mark.parametrize("term", ["mosul", "old", "mos*", "ci*", "city", "nothing", "hidd*"])
@pytest.mark.parametrize("limit", [1, 3])
def test_row_after_row_and_month_by_month_give_the_same(
    term: str, limit: int, shared_index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where very many have a word, looking at each row for it finds what asking the index of words does."""
    query, pages = parse(term), []
    monkeypatch.setattr(reading, "_RARE", 0)
    for most in (0, 1_000_000):
        monkeypatch.setattr(reading, "_WALK", most)
        pages.append([shared_index.search(query, sort=sort, limit=limit) for sort in ("-date", "relevance", None)])
    assert pages[0] == pages[1]


@pytest.mark.parametrize("term", ["mos*", "old", '"old city"', "caption:ci*", "old ci*", "mosul OR old"])
@pytest.mark.parametrize("ranked", [1, 3])
def test_what_is_ranked_and_what_follows_is_the_same(
    term: str, ranked: int, file_index: SearchIndex, shared_index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only some of the newest are ranked, every engine ranks the same ones, and counts the facets of all."""
    for module in (reading, file_reading):
        monkeypatch.setattr(module, "RANKED", ranked)
    query, cursor = parse(term), None
    while True:
        one, other = (i.search(query, limit=2, cursor=cursor, facets=FACETS) for i in (file_index, shared_index))
        assert one == other
        cursor = one.next
        if cursor is None:
            return


@pytest.mark.parametrize(
    "level", ["-({} OR ", "-({} OR width:500 OR ", "-(old {} -caption:city OR ", "({} -width:500 OR -"]
)
def test_the_deepest_trees_run(level: str, index: SearchIndex, rows: list[Row], context: Context) -> None:
    """Whatever the parser lets through, the index can run."""
    words = ["mosul", "bridge", "kuwait", "battle", "lodzi", "desk", "war", "muller"]
    query = parse("".join(map(level.format, words[:MAX_DEPTH])) + "city" + ")" * MAX_DEPTH)
    assert set(index.ids(query)) == {row.id for row in rows if matches(query, row, context)}


def test_hidden_pictures_are_left_out_unless_asked_for(index: SearchIndex, rows: list[Row]) -> None:
    """A hidden picture is found by ``is:hidden`` only."""
    hidden = {row.id for row in rows if "hidden" in row.flags}
    assert hidden
    assert set(index.ids(parse("is:hidden"))) == hidden
    assert not hidden & set(index.ids(parse("")))
    assert not hidden & set(index.ids(parse("-mosul")))
