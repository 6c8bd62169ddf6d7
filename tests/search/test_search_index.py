"""The index: kept level with what it is given, by several processes, and replaced when lost."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import Damaged, UsageError
from catalog.model import Finding
from catalog.screens import searching
from catalog.search import common, parse
from catalog.search.facade import SearchIndex
from catalog.search.index import Index
from catalog.search.postgres import ranking, reading
from catalog.search.row import Row
from catalog.search.schema import Database
from catalog.search.snippets import marked, snippets
from tests.search.search_rows import make_rows


def ids(index: SearchIndex, text: str) -> set[str]:
    """The ids that a query selects."""
    return set(index.ids(parse(text)))


def test_a_new_index_has_to_be_filled(own_file: Index) -> None:
    """An index that nobody filled has no position, and one that was has it after reopening."""
    assert own_file.fresh
    own_file.apply([Row("1", captions=("mosul",))], [], 7)
    again = Index.open(own_file.path)
    assert (again.position(), ids(again, "mosul")) == (7, {"1"})
    again.close()


def test_an_unfinished_filling_is_told(own: SearchIndex) -> None:
    """A negative position says that the index is not filled yet."""
    own.apply([Row("1")], [], -1)
    assert own.position() is None


def test_changes_replace_what_was_there(own: SearchIndex) -> None:
    """Putting a row again changes everything about it: its words, its date, its facets."""
    own.apply([Row("1", captions=("mosul",), credit="AFP", date="2017-01-01"), Row("2", captions=("erbil",))], [], 1)
    own.apply([Row("1", captions=("baghdad",), credit="EPA", date="2018-01-01")], [], 2)
    assert not ids(own, "mosul") | ids(own, "credit:afp") | ids(own, "date:2017")
    assert ids(own, "baghdad credit:epa date:2018") == {"1"}
    assert [c.value for c in own.search(parse(""), facets=["credit"]).facets["credit"]] == ["EPA"]
    assert own.complete("af", "credit") == []
    assert list(own.verify()) == []


def test_removed_rows_are_gone(own: SearchIndex) -> None:
    """A removed row is found no more; removing what is not there does nothing."""
    own.apply([Row("1", captions=("mosul",)), Row("2", captions=("mosul",))], [], 1)
    own.apply([], ["1", "nobody"], 2)
    assert ids(own, "mosul") == {"2"}
    assert own.numbers().images == 1
    assert list(own.verify()) == []


def test_many_changes_leave_a_sound_index(own: SearchIndex) -> None:
    """After rounds of changes the index equals one made anew."""
    rows = make_rows(60)
    own.apply(rows, [], 1)
    for n in range(8):
        changed = [replace(r, captions=(f"round {n} of {r.id}",), date=f"20{n + 10}-01-01") for r in rows[n::5]]
        own.apply(changed, [rows[n].id], n + 2)
        own.apply([rows[n]], [], n + 2)
    assert list(own.verify()) == []
    own.apply(rows, [], 20)
    assert ids(own, "round") == set()
    assert ids(own, "-is:hidden") == {r.id for r in rows if "hidden" not in r.flags}


def test_names_that_are_not_unicode_are_kept(own: SearchIndex) -> None:
    """A file name with undecodable bytes neither stops the filling nor hides the picture."""
    own.apply([Row("1", filenames=("br\udcfccke.jpg",), credit="A\udcfc", captions=("mosul",))], [], 1)
    assert ids(own, "filename:jpg mosul") == {"1"}


def test_another_process_sees_whole_transactions(own_file: Index) -> None:
    """What one process puts, another finds at once."""
    own_file.apply([Row("1", captions=("mosul",))], [], 1)
    code = (
        "import sys; from catalog.search.index import Index; from catalog.search.row import Row;"
        "Index.open(sys.argv[1]).apply([Row('2', captions=('mosul',))], [], 2)"
    )
    subprocess.run([sys.executable, "-c", code, str(own_file.path)], check=True, cwd=Path(__file__).parents[2])
    assert own_file.position() == 2
    assert ids(own_file, "mosul") == {"1", "2"}


def test_threads_read_while_one_writes(own: SearchIndex) -> None:
    """Readers in other threads get answers throughout, each of one state."""
    own.apply(make_rows(40), [], 1)
    problems: list[object] = []

    def read() -> None:
        for _ in range(30):
            page = own.search(parse("mosul"), limit=100, facets=["credit"])
            if page.total != len(page.hits):
                problems.append(page)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in readers:
        thread.start()
    for n in range(20):
        own.apply([Row(f"new{n}", captions=("mosul",))], [f"new{n - 3}"], n + 2)
    for thread in readers:
        thread.join()
    assert not problems


def test_a_deleted_file_is_made_again(own_file: Index) -> None:
    """When the file is deleted under an open index, it is empty again and says so."""
    own_file.apply([Row("1")], [], 1)
    own_file.path.unlink()
    assert own_file.position() is None
    own_file.apply([Row("1", captions=("mosul",))], [], 1)
    assert ids(own_file, "mosul") == {"1"}


@pytest.mark.parametrize("damage", ["garbage", "empty", "cut"])
def test_a_damaged_file_is_replaced(tmp_path: Path, damage: str) -> None:
    """A file that is not a sound index is replaced by an empty one, at opening or at the next question."""
    path = tmp_path / "index.sqlite"
    index = Index.open(path)
    index.apply(make_rows(100), [], 1)
    index.close()
    data = path.read_bytes()
    path.write_bytes({"garbage": b"no database at all" * 400, "empty": b"", "cut": data[: len(data) // 2]}[damage])
    index = Index.open(path)
    try:
        found = list(index.ids(parse("mosul OR old")))
    except Damaged:
        found = []
    assert damage == "cut" or not found
    if index.position() == 1:
        assert list(index.verify())
        index.clear()
    assert index.position() is None
    index.apply(make_rows(10), [], 1)
    assert list(index.verify()) == []
    index.close()


def test_an_index_of_another_version_is_emptied(own_file: Index) -> None:
    """Tables of another version of the program are not read."""
    own_file.apply([Row("1")], [], 1)
    own_file.close()
    with sqlite3.connect(own_file.path) as connection:
        connection.execute("UPDATE meta SET value = 'other' WHERE key = 'version'")
    connection.close()
    again = Index.open(own_file.path)
    assert again.fresh
    again.close()


def test_verify_notices_what_is_missing(own_file: Index) -> None:
    """Rows that vanished from a table are noticed."""
    own_file.apply(make_rows(10), [], 1)
    with sqlite3.connect(own_file.path) as connection:
        connection.execute("DELETE FROM page WHERE rowid IN (SELECT rowid FROM page LIMIT 1)")
    connection.close()
    assert list(own_file.verify())


def test_a_question_that_takes_too_long_is_given_up(own_file: Index) -> None:
    """A search is stopped after its time, with advice, and the index goes on answering."""
    database = Database(own_file.path)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(UsageError, match="too long"), database.reading(seconds=0) as connection:
        connection.execute(endless).fetchone()
    assert database.position() is None
    database.close()


# ---- pages


def test_best_matches_come_first(own: SearchIndex) -> None:
    """A word in the caption counts more than one in the article, and more of the words' rarity more."""
    own.apply(
        [
            Row("article", article="the bridge", captions=("people in a street today",), date="2020"),
            Row("caption", captions=("people on a bridge today",), date="2010"),
            Row("other", captions=("people in a street today",), date="2021"),
        ],
        [],
        1,
    )
    assert own.search(parse("bridge")).ids == ("caption", "article")
    assert own.search(parse("bridge sort:-date")).ids == ("article", "caption")
    assert own.search(parse("people")).sort == "relevance"
    assert own.search(parse("credit:x")).sort == "-date"


def test_pages_stay_stable_while_others_write(own: SearchIndex) -> None:
    """Pictures that come or go between two pages neither repeat nor hide others."""
    for order in ("-date", "relevance", "filename", "width"):
        own.clear()
        rows = [
            Row(f"r{n:02}", captions=("mosul",), date=f"2017-01-{n + 1:02}", width=n, filenames=(f"{n:02}",))
            for n in range(20)
        ]
        own.apply(rows, [], 1)
        first = own.search(parse("mosul"), sort=order, limit=8)
        new = [
            Row(f"n{n}", captions=("mosul",), date=f"2017-01-{n + 1:02}", width=n, filenames=(f"{n:02}",))
            for n in range(20)
        ]
        own.apply(new, [first.ids[-1], first.ids[2]], 2)
        met, cursor = list(first.ids), first.next
        while cursor:
            page = own.search(parse("mosul"), sort=order, limit=8, cursor=cursor)
            met, cursor = met + list(page.ids), page.next
        assert len(set(met)) == len(met)
        assert {r.id for r in rows} <= set(met), order


@pytest.mark.parametrize(
    "cursor", ["", "x", "AAAA", "W10", "é" * 10, "A" * 5000, "WyJhIiwxLDIsMywwXQ", "bnVsbA", "e30"]
)
def test_a_made_up_cursor_is_refused(cursor: str, index: SearchIndex) -> None:
    """Whatever is not a cursor of this list is a usage error."""
    with pytest.raises(UsageError) as caught:
        index.search(parse("mosul"), cursor=cursor)
    assert caught.value.field == "cursor"


def test_a_cursor_of_another_query_is_refused(index: SearchIndex) -> None:
    """A cursor continues the query and order that it came from, no other."""
    cursor = index.search(parse("old"), limit=1).next
    assert cursor is not None
    for query, sort in (("mosul", None), ("old", "-date")):
        with pytest.raises(UsageError):
            index.search(parse(query), sort=sort, cursor=cursor)


def test_bad_arguments_are_named(index: SearchIndex) -> None:
    """Orders, limits and facets that do not exist are refused by name."""
    for arguments, field in (({"sort": "__class__"}, "sort"), ({"limit": 0}, "limit"), ({"facets": ["x"]}, "facets")):
        with pytest.raises(UsageError) as caught:
            index.search(parse(""), **arguments)
        assert caught.value.field == field


# ---- facets


def test_facets_count_under_the_query(index: SearchIndex, rows: list[Row]) -> None:
    """Facets count the pictures of the result, and each names the term that selects its pictures."""
    page = index.search(parse("old"), facets=["credit", "year", "state", "place"])
    shown = index.search(parse("old"), limit=1000).hits
    for count in page.facets["credit"]:
        assert count.count == sum(hit.row.credit == count.value for hit in shown)
    for name, counts in page.facets.items():
        for count in counts:
            assert index.count(parse(f"old {count.term}"))[0] == count.count, (name, count)
    assert sum(n for _, n in page.histogram) == index.count(parse("old has:date"))[0]
    assert (page.sampled, page.capped) == (1, False)
    assert {c.value for c in page.facets["year"]} == {"2016", "2017"}
    assert rows


def test_large_results_are_counted_to_a_cap_and_sampled(own: SearchIndex) -> None:
    """Above the cap the total says "at least", the whole catalogue's facets are exact and others estimated in proportion."""
    rows = [
        Row(
            f"{n:016x}",
            captions=("mosul",),
            credit="AFP" if n % 4 else "EPA",
            date=f"{2000 + n % 20}-01-01",
            format="jpeg",
        )
        for n in range(24_000)
    ]
    own.apply(rows, [], 1)
    whole = own.search(parse(""), limit=1, facets=["credit"])
    assert (whole.total, whole.capped, whole.sampled) == (10_000, True, 1)
    assert [(c.value, c.count) for c in whole.facets["credit"]] == [("AFP", 18_000), ("EPA", 6_000)]
    assert whole.histogram == tuple((str(year), 1_200) for year in range(2000, 2020))
    page = own.search(parse("mosul"), limit=5, facets=["credit", "year"])
    assert page.capped and page.sampled > 1
    estimated = {c.value: c.count for c in page.facets["credit"]}
    assert abs(estimated["AFP"] - 18_000) < 1_800 and abs(estimated["EPA"] - 6_000) < 1_800
    assert len(page.facets["year"]) == len(page.histogram) == 20
    met, cursor = set(page.ids), page.next
    for _ in range(3):
        page = own.search(parse("mosul"), limit=5, cursor=cursor)
        assert not met & set(page.ids)
        met, cursor = met | set(page.ids), page.next
    for order in ("date", "-date", "-width", "filename"):
        first = own.search(parse("mosul"), sort=order, limit=30)
        second = own.search(parse("mosul"), sort=order, limit=30, cursor=first.next)
        assert not set(first.ids) & set(second.ids)
        dates = [hit.row.date for hit in (*first.hits, *second.hits)]
        assert "date" not in order or dates == sorted(dates, reverse=order == "-date")


def test_of_what_very_many_have_few_are_read(own_shared: SearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first page for a common word, or the beginning of one, looks at some of the newest pictures and says "at least"."""
    own_shared.apply(
        [Row(f"{n:016x}", captions=("mosul",), date="2020-01-01", format="jpeg") for n in range(12_000)], [], 1
    )
    asked: list[tuple[str, int]] = []
    head = reading._head

    def noted(connection: Any, plan: Any, limit: int, columns: Any) -> Any:
        asked.append((plan.words, limit))
        return head(connection, plan, limit, columns)

    monkeypatch.setattr(reading, "_head", noted)
    monkeypatch.setattr(reading, "_RARE", 0)
    monkeypatch.setattr(ranking, "COMMON", 11_000)
    for text in ("mosul", "mos*"):
        page = own_shared.search(parse(text), limit=50)
        assert (page.total, page.capped, len(page.hits)) == (10_000, True, 50)
        assert own_shared.count(parse(text)) == (10_000, True)
        assert own_shared.count(parse(text), 20_000) == (12_000, False)
    assert asked[:2] == [("", 51)] * 2


# ---- words


def test_misspelt_words_are_corrected(index: SearchIndex) -> None:
    """A word that finds nothing is offered as one that does; words that find something are left alone."""
    assert index.suggest_words("mosol")[0] == "mosul"
    assert index.suggest_words("brigde")[0] == "bridge"
    assert str(index.did_you_mean(parse("credit:AFP mosol -is:reviewed"))) == "credit:AFP mosul -is:reviewed"
    assert index.did_you_mean(parse("mosul old")) is None
    assert index.did_you_mean(parse("xqzzwv")) is None


def test_values_are_completed(index: SearchIndex) -> None:
    """Beginnings of a value or of one of its words are completed, accents aside; signs are no wildcards."""
    assert index.complete("afp", "credit")[0][0] == "AFP/Getty Images"
    assert index.complete("krak", "place")[0][0] == "Kraków"
    assert index.complete("ngu", "person")[0][0] == "Ångström Nguyễn"
    assert index.complete("%", "credit") == index.complete("x", "caption") == []


# ---- similar


def test_similar_follows_changes(own: SearchIndex) -> None:
    """Fingerprints that come, change and go are seen by the next search."""
    own.apply([Row("a", phash="0" * 16), Row("b", phash="0" * 15 + "3"), Row("c", phash="f" * 16)], [], 1)
    assert ids(own, "similar:a~2") == {"a", "b"}
    own.apply([Row("c", phash="8" + "0" * 15), Row("b", phash="f" * 16)], ["x"], 2)
    assert ids(own, "similar:a~2") == {"a", "c"}
    own.apply([], ["c"], 3)
    assert ids(own, "similar:a~2") == {"a"}
    assert ids(own, "similar:c~2") == set()


# ---- findings


def finding(n: int, **fields: Any) -> Finding:
    """A finding of worth ``n``."""
    return replace(Finding(f"f{n}", "link", float(n), (), "", ()), **fields)


def test_the_queue_is_in_order_of_worth(own: SearchIndex) -> None:
    """Findings come highest worth first, page by page, each once; decided ones leave the queue."""
    own.apply_findings([finding(n, kind="link" if n % 2 else "conflict") for n in range(10)], [])
    first = own.findings(limit=4)
    assert (first.ids, first.total) == (("f9", "f8", "f7", "f6"), 10)
    own.apply_findings([finding(9, status="decided")], ["f6"])
    second = own.findings(limit=4, cursor=first.next)
    assert second.ids == ("f5", "f4", "f3", "f2")
    assert own.findings("conflict", limit=3).ids == ("f8", "f4", "f2")
    assert own.findings(status="decided").ids == ("f9",)
    assert own.finding_kinds() == {"link": 4, "conflict": 4}
    assert (second.total, own.findings("conflict").total, own.findings("metadata").total) == (8, 4, 0)
    own.apply_findings([], [f"f{n}" for n in range(10)])
    assert own.finding_kinds() == own.finding_kinds("decided") == {}


def test_a_search_scopes_the_queue(own: SearchIndex) -> None:
    """A query selects findings by their pictures, or by pictures that ran in their articles."""
    own.apply(
        [Row("p1", credit="AFP", articles=("a1",)), Row("p2", credit="EPA"), Row("p3", credit="EPA", articles=("a1",))],
        [],
        1,
    )
    own.apply_findings([finding(1, images=("p1",)), finding(2, images=("p2", "p3")), finding(3, articles=("a1",))], [])
    assert own.findings(query=parse("credit:AFP")).ids == ("f3", "f1")
    assert own.findings(query=parse("credit:EPA")).ids == ("f3", "f2")
    assert own.findings(query=parse("credit:Reuters")).ids == ()


def test_a_broad_search_scopes_the_queue_too(own: SearchIndex) -> None:
    """With thousands of pictures selected, the queue is the same as with few."""
    own.apply([Row(f"p{n}", credit="AFP" if n % 3 else "EPA", articles=(f"a{n}",)) for n in range(4_000)], [], 1)
    own.apply_findings([finding(n, images=(f"p{n}",) if n % 2 else (), articles=(f"a{n}",)) for n in range(300)], [])
    found = own.findings(query=parse("credit:AFP"), limit=100)
    assert found.ids == tuple(f"f{n}" for n in range(299, -1, -1) if n % 3)[:100]
    assert (found.total, found.capped) == (200, False)


# ---- tallies


def test_labelled_documents_are_counted(own: SearchIndex) -> None:
    """Documents are counted under each of their words once; what changes or goes is counted anew."""
    own.apply_labels("conflict", {"a": ["place", "date"], "b": ["place", "place"], "c": []})
    own.apply_labels("match", {"a": ["cropped"]})
    assert own.tallies("conflict") == {"place": 2, "date": 1}
    own.apply_labels("conflict", {"a": ["number"], "b": [], "z": []})
    assert own.tallies("conflict") == {"number": 1}
    assert own.tallies("match") == {"cropped": 1}
    own.clear()
    assert own.tallies("match") == {}


# ---- odd texts


def test_endless_words_and_odd_signs_are_found(own: SearchIndex) -> None:
    """Words of thousands of letters, quotation marks, backslashes and zero bytes are kept and found as others are."""
    own.apply(
        [
            Row("1", captions=("a" * 5000, "x\x00y 'quoted' \\back"), format="f" * 3000, credit="A\x00B"),
            Row("2", captions=("ü" * 4000,), filenames=("f\x00.jpg",)),
            Row("3", captions=(" ".join(["again"] * 20_000),)),
        ],
        [],
        1,
    )
    for text in ("a" * 5000, "caption:" + "a" * 4000 + "*", "format:" + "f" * 3000, '"x y"', "quoted back", "credit:b"):
        assert ids(own, text) == {"1"}, text[:20]
    assert ids(own, "caption:" + "a" * 4999) == set()
    assert ids(own, "caption:" + "ü" * 3999 + "*") == ids(own, "ü" * 4000) == {"2"}
    assert own.search(parse('"again again"')).ids == ("3",)
    assert list(own.verify()) == []


def test_a_number_and_a_word_select_what_has_both(own: SearchIndex) -> None:
    """A number that more than a few pictures have, with a word, selects the pictures that have both, hidden ones left out."""
    rows = [
        Row(f"r{n:03}", captions=("mosul",) if n % 3 else ("erbil",), width=500 if n % 2 else 900,
            date="2017-01-01", flags=frozenset({"hidden"} if n % 7 == 0 else ()))
        for n in range(300)
    ]  # fmt: skip
    own.apply(rows, [], 1)
    wanted = {f"r{n:03}" for n in range(300) if n % 3 and n % 2 and n % 7}
    assert ids(own, "mosul width:500") == wanted
    assert ids(own, "-mosul width:500") == {f"r{n:03}" for n in range(300) if not n % 3 and n % 2 and n % 7}
    assert set(own.search(parse("mosul width:500"), limit=1000, sort="-size").ids) == wanted


def test_marks_in_a_snippet_are_the_words_asked_for() -> None:
    """Words are marked whole, phrases across signs, beginnings to the end of the word; parts of other words are not."""
    row = Row("1", captions=("The old, old city of Oldham: the old-city wall",))
    shown = {
        text: [t for t, on in snippets(row, parse(text).words)[0][1] if on]
        for text in ("old", '"old city"', '"old old"', "city*", "oldh*", "old city")
    }
    assert shown == {
        "old": ["old", "old", "old"], '"old city"': ["old city", "old-city"], '"old old"': ["old, old"],
        "city*": ["city", "city"], "oldh*": ["Oldham"], "old city": ["old", "old", "city", "old", "city"],
    }  # fmt: skip
    assert snippets(row, parse("ham").words) == ()


def test_the_place_in_a_long_queue_is_exact(own: SearchIndex) -> None:
    """A finding's place is told however far down the queue it stands, with what comes before and after."""
    own.apply_findings([finding(n, kind="link" if n % 2 else "conflict") for n in range(5_200)], [])
    for n in (5_199, 4_200, 4_199, 0):
        place = searching.place(own, f"f{n}", "", "")
        wanted = (5_200 - n, 5_200, f"f{n + 1}" if n < 5_199 else "", f"f{n - 1}" if n else "")
        assert (place.n, place.total, place.previous, place.next) == wanted
    assert searching.place(own, "f1", "link", "").n == 2_600
    assert (searching.place(own, "nobody", "link", "").n, searching.place(own, "", "link", "").next) == (0, "f5199")


@pytest.mark.parametrize(
    "text",
    ["old", "Old Town, old", "gold old goldold old", "an Old", "bold older old-", "(old)old old", "nothing here"],
)
def test_one_word_is_marked_in_short_texts_as_in_long_ones(text: str) -> None:
    """The short way, for one word in a text that is shown whole, marks the same pieces as the way for all queries."""
    words = parse("old").words
    found = [segments for _, segments in snippets(Row("1", captions=(text,)), words)]
    assert found == [segments for segments in [marked(text, words)] if segments]


@pytest.mark.parametrize("word", ["old", "town", "zürich", "nowhere"])
def test_one_word_is_found_in_the_fields_in_which_several_are(word: str) -> None:
    """The way for one word shows the same fields and pieces as the way for several, in texts of any letters and length."""
    row = Row(
        "1", captions=("Old Zürich", "The old town", "Oldham"), credit="Old Town", bylines=("Ann Old",),
        titles=("A town " + "and more " * 60 + "old",), article="Zürich is old. " * 40, places=("Old Town",), tags=("old",),
    )  # fmt: skip
    words = parse(word).words
    assert snippets(row, words) == snippets(row, (*words, *words))
    assert bool(snippets(row, words)) is (word != "nowhere")


@pytest.mark.parametrize("text", ['"old city"', "caption:old", "ol*"])
def test_a_phrase_is_looked_for_once(own_shared: SearchIndex, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What was read of a query tells how common its words are, in the order that counting them gives, unless some are hidden."""
    captions = ["the old city"] + ["the old city, old city"] * 3 + ["the city"] * 20
    rows = [Row(f"r{n}", captions=(caption,), date=f"2017-01-{1 + n}") for n, caption in enumerate(captions)]
    counted: list[object] = []
    count = ranking._count

    def counting(connection: Any, node: Any) -> int:
        counted.append(node)
        return count(connection, node)

    monkeypatch.setattr(ranking, "_count", counting)
    own_shared.apply(rows, [], 1)
    found = own_shared.search(parse(text))
    assert (found.total, counted) == (4, [])
    own_shared.apply([Row("hidden", captions=("the old city",), flags=frozenset({"hidden"}))], [], 2)
    again = own_shared.search(parse(text))
    assert (again.ids, counted) == (found.ids, [parse(text).node])


def test_words_that_hidden_pictures_make_common_do_not_rank(own_file: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """How common a word is counts hidden pictures too, at the first question as at later ones."""
    monkeypatch.setattr(common, "COMMON", 5)
    rows = [
        Row(f"r{n}", captions=(" ".join(["harbour"] * (4 - n)),), date=f"2020-01-0{n + 1}", note="quay" * (n == 0))
        for n in range(4)
    ]
    hidden = [Row(f"h{n}", captions=("harbour",), flags=frozenset({"hidden"})) for n in range(2)]
    own_file.apply(rows, [], 1)
    assert own_file.search(parse("harbour")).ids == ("r0", "r1", "r2", "r3")
    own_file.apply(hidden, [], 2)
    for _ in range(2):
        assert own_file.search(parse("harbour")).ids == ("r3", "r2", "r1", "r0")


def test_small_changes_leave_what_was_filled_as_it_is(own_file: Index) -> None:
    """Hundreds of changes after a filling do not write its full text anew: whoever made the last of them would wait for that."""
    rows = [Row(f"r{n}", captions=(" ".join(f"w{n * k}" for k in range(60)),)) for n in range(3000)]
    own_file.apply(rows[:1500], [], -1)
    own_file.apply(rows[1500:], [], 1)
    own_file.optimize()
    own_file.apply([replace(rows[0], note="first")], [], 2)
    connection = own_file._database.connection()
    ((filled,),) = connection.execute("SELECT segid FROM words_idx GROUP BY segid ORDER BY count(*) DESC LIMIT 1")
    pages = "SELECT term, pgno FROM words_idx WHERE segid = ? ORDER BY pgno"
    before = connection.execute(pages, (filled,)).fetchall()
    assert len(before) > 200
    for n in range(400):
        own_file.apply([replace(rows[n], note=f"edition{n}")], [], n + 3)
    assert connection.execute(pages, (filled,)).fetchall() == before
    ((parts,),) = connection.execute("SELECT count(DISTINCT segid) FROM words_idx")
    assert parts <= 26  # every question looks into each of them
    assert own_file.search(parse("edition399")).ids == ("r399",)
    assert list(own_file.verify()) == []
