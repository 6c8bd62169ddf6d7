"""Several people and machines on one shared catalogue: nothing is lost, nobody waits in a circle, a broken line is survived."""

from __future__ import annotations

import random
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from psycopg import Connection, errors

from catalog.catalogue import Catalogue
from catalog.codec import to_dict
from catalog.decisions import deciding
from catalog.errors import CatalogueUnusable, NotAllowed, NotFound, Stale
from catalog.inferences import components, inferring
from catalog.library import open_library
from catalog.model import Finding, ImportResult, ImportSummary, Match, Metadata
from catalog.model import Image as Photo
from catalog.runs import waiting
from catalog.stores import open_store
from catalog.stores.base import Store, Transaction
from catalog.stores.postgres import section
from catalog.stores.postgres.connection import Database, Rows
from catalog.stores.postgres.store import PostgresStore
from catalog.stores.postgres.together import Statement, forget, together
from tests.postgres_server import Server


@pytest.fixture
def shared(imported: Path, postgres: str, tmp_path: Path) -> Iterator[str]:
    """The address of a shared catalogue of the example stories."""
    folder = tmp_path / "catalogue"
    shutil.copytree(imported, folder)
    with open_library(folder) as source, open_library(postgres, media=str(tmp_path / "media")) as target:
        list(source.copy_to(target))
    yield postgres


def at_once(*works: Callable[[], None]) -> None:
    """Run all at the same time; raise what one of them raised."""
    wrong: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]


def drop_connections(url: str) -> None:
    """End every other connection, as a failing network would."""
    database = Database(url)
    with database.connection() as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = 'cutline' AND pid <> pg_backend_pid()"
        )
    database.close()


def put(store: Store, kind: str, ident: str, **fields: object) -> int:
    change = Transaction()
    change.put(kind, ident, dict(fields))
    return store.commit(change)


def drawn(folder: Path, seed: int, n: int = 6) -> Path:
    """A folder of small pictures that no other seed draws."""
    rng = random.Random(seed)
    folder.mkdir()
    for i in range(n):
        noise = Image.frombytes("RGB", (8, 8), rng.randbytes(192))
        noise.resize((160, 120), Image.Resampling.BICUBIC).save(folder / f"{i}.jpg")
    return folder


def test_people_and_importers_at_once_lose_nothing(shared: str, tmp_path: Path) -> None:
    """Twelve people decide on the same findings while two import: each decision is kept once, and all is as if computed anew."""
    made: list[str] = []
    refused: list[str] = []
    with open_library(shared) as library:
        before = library.store.count("image")
    lock = threading.Lock()

    def decide(seed: int) -> None:
        rng = random.Random(seed)
        with open_library(shared) as library:
            findings = list(library.all_findings(status="all"))
            rng.shuffle(findings)
            for finding in findings[:6]:
                action = rng.choice([a for a in finding.actions if a not in ("choose", "link")])
                try:
                    ident = library.decide(finding.id, action, seen=finding.seen, who=f"p{seed}").id
                except (Stale, NotAllowed, NotFound):  # others were quicker
                    with lock:
                        refused.append(finding.id)
                    continue
                with lock:
                    made.append(ident)

    def bring(seed: int) -> None:
        with open_library(shared) as library:
            summary = list(library.import_([drawn(tmp_path / f"new{seed}", seed)], workers=1))[-1]
            assert isinstance(summary, ImportSummary)
            assert summary.counts["new"] == 6

    at_once(*(lambda n=n: decide(n) for n in range(12)), lambda: bring(1), lambda: bring(2))
    with open_library(shared) as library:
        assert sorted(made) == library.store.ids("decision")
        assert len(made) == len(set(made)) and len(made) + len(refused) == 12 * min(6, library.store.count("finding"))
        assert library.store.count("image") == before + 12
        found = dict(library.store.iter("finding"))
        again = waiting.Waiting(library.store, None, map, Counter())
        again.mark("finding", [*library.store.ids("image"), *library.store.ids("article")])
        list(again.work_off())
        assert dict(library.store.iter("finding")) == found
        assert list(library.verify()) == []


def test_one_finding_is_decided_once(shared: str) -> None:
    """Of many who send the same ``seen``, one is heard and the others are told that it changed."""
    with open_library(shared) as library:
        finding = next(library.all_findings("duplicate"))
        outcomes: list[str] = []

        def decide() -> None:
            try:
                library.decide(finding.id, "not-same", seen=finding.seen)
                outcomes.append("made")
            except Stale:
                outcomes.append("stale")

        at_once(*[decide] * 8)
        assert sorted(outcomes) == ["made"] + ["stale"] * 7


def test_a_decision_is_few_messages_to_the_server(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It begins with the first question and ends with its locks and all that is put; a plain commit is a single message."""
    store, messages = PostgresStore(postgres), list[int]()
    change = Transaction()
    photos = [letter * 16 for letter in "abcd"]
    for ident in photos:
        captioned = Metadata(caption="A bridge over a river")
        photo = Photo(ident, ident * 4, 1, 3000, 2000, "JPEG", (f"{ident}.jpg",), metadata=captioned)
        change.put("image", ident, inferring.image_doc(photo))
    for a, b in (photos[:2], photos[2:]):
        change.put("match", f"{a}:{b}", to_dict(Match(f"{a}:{b}", a, b, "edited", 0.8)))
    store.commit(change)
    again = waiting.Waiting(store, None, map, Counter())
    again.mark("finding", photos)
    list(again.work_off())
    finding, shown = (i for i, doc in store.iter("finding") if doc["kind"] == "duplicate")

    def counted(
        connection: Connection[Any], statements: Sequence[Statement], plans: frozenset[str], *, first: bool
    ) -> list[Rows]:
        messages.append(len(statements))
        return together(connection, statements, plans, first=first)

    monkeypatch.setattr(section, "together", counted)
    made = deciding.decide(store, finding, "not-same", seen=None, note="", who="", values={})
    assert len(messages) == 3
    messages.clear()
    seen = (store.get("finding", shown) or {})["seen"]  # what it speaks of need not be found out any more
    deciding.decide(store, shown, "not-same", seen=seen, note="", who="", values={})
    assert len(messages) == 2
    assert (store.get("decision", made.id) or {})["subject"] == finding and store.last_number("decisions") == 2
    messages.clear()
    before = store.position()
    assert put(store, "source", "a", run="r") == before + 1 and len(messages) == 1
    with store.writing(lambda: ["a"]):
        put(store, "source", "b", run="r")
        put(store, "source", "c", run="r")
        assert store.find("source", "run", "r") == ["a", "b", "c"]
    assert store.position() == before + 3 and store.count("source") == len(store.ids("source"))
    assert list(store.verify()) == []
    store.close()


def test_a_finding_that_has_changed_since_it_was_shown_is_decided_as_it_stands(postgres: str) -> None:
    """What a shown finding speaks of is asked for ahead, but never taken for what it speaks of now."""
    store, other = PostgresStore(postgres), PostgresStore(postgres)
    for ident in ("a" * 16, "b" * 16, "c" * 16):
        photo = Photo(ident, ident * 4, 1, 3000, 2000, "JPEG", (f"{ident}.jpg",))
        change = Transaction()
        change.put("image", ident, inferring.image_doc(photo))
        store.commit(change)

    def found(writer: Store, *pair: str) -> None:
        change, actions = Transaction(), ("same", "not-same")
        made = Finding("f" * 16, "duplicate", 40.0, pair, "0123", actions, detail={"best": pair[0]}, images=pair)
        change.put("finding", made.id, to_dict(made))
        writer.commit(change)

    found(store, "a" * 16, "b" * 16)
    assert (store.get("finding", "f" * 16) or {})["subjects"] == ["a" * 16, "b" * 16]
    found(other, "a" * 16, "c" * 16)
    with pytest.raises(Stale):
        deciding.decide(store, "f" * 16, "same", seen="4567", note="", who="", values={})
    made = deciding.decide(store, "f" * 16, "same", seen="0123", note="", who="", values={})
    assert made.subjects == ("a" * 16, "c" * 16)
    assert {m.id for m in Catalogue(store).matches_of("c" * 16)} == {f"{'a' * 16}:{'c' * 16}"}
    other.close()
    store.close()


@pytest.mark.parametrize(
    ("change", "times"),
    [
        (("put", "image", "other", {"sha256": "x"}), 1),
        (("put", "image", "read", {"sha256": "x"}), 2),
        (("put", "image", "absent", {"sha256": "x"}), 2),
        (("put", "match", "read:other", {"a": "read", "b": "other"}), 2),
        (("put", "match", "other:later", {"a": "other", "b": "later"}), 1),
        (("delete", "image", "read", None), 2),
        (("delete", "image", "other", None), 1),
    ],
)
@pytest.mark.parametrize("drops", [False, True])
def test_work_is_done_again_only_when_what_it_read_has_changed(
    postgres: str, change: tuple[str, str, str, dict[str, str] | None], times: int, drops: bool
) -> None:
    """Others are not held off while it is done, and what they change elsewhere does not matter; its locks come with its end."""
    store, other = PostgresStore(postgres), PostgresStore(postgres)
    for ident in ("read", "other"):
        put(other, "image", ident)
    put(other, "source", "dropped")
    what, kind, ident, doc = change
    runs: list[tuple[object, ...]] = []

    def work() -> int:
        runs.append((store.get("image", "read"), store.get("image", "absent"), store.find("match", "a", "read")))
        if len(runs) == 1:
            done = Transaction()
            if what == "put":
                done.put(kind, ident, {"id": ident, **(doc or {})})
            else:
                done.delete(kind, ident)
            other.commit(done)
        said = Transaction()
        said.put("source", "said", {"id": "said", "run": str(len(runs))})
        if drops:
            said.delete("source", "dropped")
        store.commit(said)
        return len(runs)

    before = store.position()
    assert store.working(work, lambda: {"read"}, "decisions") == times == len(runs)
    assert (other.get("source", "said") or {})["run"] == str(times) and bool(other.get("source", "dropped")) != drops
    assert runs[-1] == (other.get("image", "read"), other.get("image", "absent"), other.find("match", "a", "read"))
    assert store.position() == before + 5 and list(store.verify()) == []
    store.close()
    other.close()


def test_work_that_asks_for_everything_is_done_again_after_any_change(postgres: str) -> None:
    """What is told neither by ids nor by keys (all of a kind, how many there are) holds only while nobody commits at all."""
    store, other = PostgresStore(postgres), PostgresStore(postgres)
    counts: list[int] = []

    def work() -> None:
        counts.append(store.count("image"))
        if len(counts) == 1:
            put(other, "image", "a")
        put(store, "source", "s", run=str(store.count("image")))

    store.working(work, lambda: {"x"})
    assert counts == [0, 1] and (other.get("source", "s") or {})["run"] == "1"
    store.close()
    other.close()


def test_stories_of_many_pictures_are_asked_about_together(shared: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decision in a group of many copies asks once for the stories and sources of all, not for each picture."""
    store, messages = PostgresStore(shared), list[str]()
    wanted = (doc for _, doc in store.iter("finding") if doc["kind"] == "duplicate" and doc["status"] == "open")
    finding = max(wanted, key=lambda doc: len(components.component(Catalogue(store), doc["subjects"][0])[0]))

    def counted(
        connection: Connection[Any], statements: Sequence[Statement], plans: frozenset[str], *, first: bool
    ) -> list[Rows]:
        messages.append(statements[-1][0])
        return together(connection, statements, plans, first=first)

    monkeypatch.setattr(section, "together", counted)
    deciding.decide(store, finding["id"], "not-same", seen=finding["seen"], note="", who="", values={})
    assert len(components.component(Catalogue(store), finding["subjects"][0])[0]) > 5
    assert sum("keys @>" in text for text in messages) <= 2 and len(messages) <= 12
    store.close()


def test_sections_on_different_subjects_do_not_wait(postgres: str) -> None:
    """Two people on two findings work at the same time; two on the same one after the other."""
    store = PostgresStore(postgres)
    order: list[str] = []
    inside, go = threading.Event(), threading.Event()

    def first() -> None:
        with store.writing(lambda: ["a"]):
            inside.set()
            assert go.wait(20)
            order.append("first")

    def second() -> None:
        assert inside.wait(20)
        with store.writing(lambda: ["b"]):
            order.append("other")
        go.set()
        with store.writing(lambda: ["a"]):
            order.append("same")

    at_once(first, second)
    assert order == ["other", "first", "same"]
    store.close()


def test_what_is_touched_is_asked_again_when_it_is_held(postgres: str) -> None:
    """A section whose subjects grew while it waited takes those too before it goes on."""
    store = PostgresStore(postgres)
    asked: list[int] = []

    def touches() -> set[str]:
        asked.append(1)
        there = store.get("image", "x")
        if len(asked) == 1:
            put(other, "image", "x")
        return {"a", "b"} if there else {"a"}

    other = PostgresStore(postgres)
    with store.writing(touches):
        assert len(asked) == 3
    with store.writing(touches):
        assert len(asked) == 4
    other.close()
    store.close()


def test_positions_never_pass_one_that_is_still_to_come(postgres: str) -> None:
    """Whoever follows positions while many commit sees every document."""
    stores = [PostgresStore(postgres) for _ in range(4)]
    seen: set[str] = set()
    done = threading.Event()

    def follow() -> None:
        reader, at = PostgresStore(postgres), 0
        while True:
            last = done.is_set()
            reader.refresh()
            changes = reader.changes(at)
            assert changes is not None
            for change in changes:
                seen.add(change.id)
                at = max(at, change.position)
            if last:
                reader.close()
                return

    def write(n: int) -> None:
        for i in range(40):
            put(stores[n], "image", f"{n}-{i}")

    follower = threading.Thread(target=follow)
    follower.start()
    at_once(*(lambda n=n: write(n) for n in range(4)))
    done.set()
    follower.join()
    assert len(seen) == 160
    for store in stores:
        store.close()


def test_an_error_inside_a_section_undoes_all_of_it(postgres: str) -> None:
    """What was committed before the error is not there; the next section works."""
    store = PostgresStore(postgres)
    with pytest.raises(RuntimeError), store.writing():
        put(store, "image", "a", sha256="x")
        assert store.find("image", "sha256", "x") == ["a"] and store.count("image") == 1
        raise RuntimeError
    assert (store.get("image", "a"), store.count("image"), store.position()) == (None, 0, 0)
    assert put(store, "image", "a") == 1
    store.close()


def test_odd_characters_of_ids_and_values_survive(postgres: str) -> None:
    """NUL, lone surrogates and the largest character, in ids, looked-up values and anywhere else."""
    store = PostgresStore(postgres)
    for odd in ("nul\0", "\udc80", "\U0010ffff", "\U0010ffff00dc80", "1e400"):
        put(store, "image", odd, paths=[odd, "x" * 100_000], note={"deep": [odd]}, large=1e16, small=-0.0)
        doc = store.get("image", odd)
        assert doc == {"id": odd, "paths": [odd, "x" * 100_000], "note": {"deep": [odd]}, "large": 1e16, "small": -0.0}
        assert isinstance(doc["large"], float) and str(doc["small"]) == "-0.0"
        assert store.find("image", "paths", odd) == [odd]
    assert store.ids("image") == [ident for ident, _ in store.iter("image")] or len(store.ids("image")) == 5
    assert list(store.verify()) == []
    store.close()


def test_sections_go_on_when_what_was_prepared_is_gone(postgres: str) -> None:
    """The driver lets go of all prepared statements after a rollback: the next section works, and one it happened in goes on."""
    store = PostgresStore(postgres)
    for ident in "ab":
        put(store, "image", ident, sha256="x")
        with store.database.connection() as connection:
            connection.execute("DEALLOCATE ALL")
    with store.writing(lambda: ["a"]):
        put(store, "image", "c", sha256="x")
        with store.database.connection() as connection:
            connection.execute("DEALLOCATE ALL")
        put(store, "image", "d", sha256="x")
        assert store.find("image", "sha256", "x") == ["a", "b", "c", "d"]
    assert store.ids("image") == ["a", "b", "c", "d"] and list(store.verify()) == []
    store.close()


def test_a_section_finds_out_what_is_gone_before_it_begins(postgres: str) -> None:
    """What only a later message of a section needs is missed in time, though its first message needs nothing that was prepared."""
    plans = frozenset({"SELECT 1", "SELECT 2"})
    with PostgresStore(postgres).database.connection() as connection:
        assert together(connection, [("SELECT 1", ())], plans) == [[(1,)]]
        assert together(connection, [("SELECT 2", ())], plans, first=True) == [[(2,)]]
        connection.execute("DEALLOCATE ALL")
        with pytest.raises(errors.InvalidSqlStatementName):
            together(connection, [("SELECT 3", ())], plans, first=True)
        connection.rollback()
        forget(connection)
        assert together(connection, [("SELECT 2", ()), ("SELECT 1", ())], plans, first=True) == [[(2,)], [(1,)]]


def test_odd_documents_among_many_keep_their_places(postgres: str) -> None:
    """Of many put at once, those that need care and those without an id of their own come back each under its own id."""
    store = PostgresStore(postgres)
    odd: dict[int, dict[str, Any]] = {
        3: {"note": "nul\0"}, 60: {"note": "\udc80"}, 130: {"large": 1e16}, 190: {"text": "line\nand\u2028line\r"}, 270: {},
    }  # fmt: skip
    change, expected = Transaction(), {}
    for n in range(300):
        ident = f"{n:03d}"
        doc = {"sha256": f"x{n}", "paths": [ident, ident], **odd.get(n, {})}
        expected[ident] = {"id": ident, **doc}
        change.put("image", ident, doc if n == 270 else expected[ident])
    store.commit(change)
    assert dict(store.iter("image")) == expected
    assert store.find("image", "sha256", "x190") == ["190"] and store.find("image", "paths", "060") == ["060"]
    assert list(store.verify()) == []
    store.close()


def test_damage_of_lookups_is_found_and_repaired(postgres: str) -> None:
    """Values by which a document is not found, or that none has, and wrong counts, are said and made anew."""
    store = PostgresStore(postgres)
    put(store, "image", "a", sha256="x")
    put(store, "image", "b", sha256="y")
    store.database.execute("UPDATE document SET keys = '{}' WHERE id = 'a'")
    store.database.execute("UPDATE document SET keys = keys || gen_random_uuid() WHERE id = 'b'")
    store.database.execute("UPDATE tally SET value = 7 WHERE name = 'count:image'")
    assert len(list(store.verify())) == 3
    assert all(damage.repaired for damage in store.verify(repair=True))
    assert list(store.verify()) == []
    assert store.find("image", "sha256", "x") == ["a"] and store.count("image") == 2
    store.close()


def test_loading_an_empty_catalogue_makes_its_index_at_the_end(postgres: str) -> None:
    """What is put while loading is found, meanwhile and after; a loader that died leaves the index to who opens next."""
    store = PostgresStore(postgres)
    there = "SELECT count(*) FROM pg_indexes WHERE schemaname = current_schema() AND indexname = 'document_keys'"
    change = Transaction()
    for n in range(400):
        change.put("image", f"{n:04d}", {"sha256": f"s{n}", "paths": [f"p{n % 2}"]})
    with store.loading():
        store.commit(change)
        assert store.database.fetch(there) == [(0,)] and store.find("image", "sha256", "s7") == ["0007"]
    assert store.database.fetch(there) == [(1,)] and len(store.find("image", "paths", "p1")) == 200
    with store.loading():
        assert store.database.fetch(there) == [(1,)]
    change.put("image", "0007", {"sha256": "other"})
    change.put("image", "new", {"sha256": "s7"})
    store.commit(change)
    assert store.find("image", "sha256", "s7") == ["new"] and store.count("image") == 401
    store.database.execute("DROP INDEX document_keys")
    store.close()
    store = PostgresStore(postgres)
    assert store.database.fetch(there) == [(1,)] and list(store.verify()) == []
    store.close()


def test_a_line_lost_during_an_import_is_told_and_the_next_run_goes_on(
    postgres: str, imported: Path, stories: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import ends with one sentence; what it reported is there; importing again completes it."""
    with open_library(postgres, media=str(tmp_path / "media")) as library:
        results = library.import_([stories], workers=1)
        kept = [next(results)]

        drop_connections(postgres)  # between two transactions nobody notices

        def cut(cat: Catalogue, idents: list[str]) -> tuple[Transaction, set[str]]:
            drop_connections(postgres)
            return infer(cat, idents)

        infer = inferring.infer_links
        monkeypatch.setattr(inferring, "infer_links", cut)
        with pytest.raises(CatalogueUnusable, match="reached"):
            for result in results:
                kept.append(result)
    monkeypatch.undo()
    with open_library(postgres) as library:
        told = {r.id for r in kept if isinstance(r, ImportResult) and r.id}
        assert told and told <= {*library.store.ids("image"), *library.store.ids("article")}
        list(library.import_([stories], workers=1))
        assert library.store.ids("image") == open_store(str(imported), readonly=True).ids("image")
        assert [i for i in library.store.ids("meta") if i.startswith("pending:")] == []
        assert list(library.verify()) == []


def test_a_server_that_restarts_keeps_what_was_acknowledged(postgres: str, database_server: Server) -> None:
    """After a restart in the middle the same store goes on, with everything that it reported as done."""
    if not database_server.restartable:
        pytest.skip("the server is not the tests' own: it is not restarted")
    store, kept = PostgresStore(postgres), []
    for n in range(30):
        if n == 15:
            database_server.restart()
        put(store, "image", f"{n:02d}")
        kept.append(f"{n:02d}")
    assert store.ids("image") == kept and store.position() == 30
    store.close()


def test_a_server_that_restarts_while_people_decide_keeps_each_decision_whole(
    postgres: str, database_server: Server
) -> None:
    """What was acknowledged is there with all that follows from it; what was not can be decided again, or was made whole."""
    if not database_server.restartable:
        pytest.skip("the server is not the tests' own: it is not restarted")
    store = PostgresStore(postgres)
    findings = _pairs_to_decide(store, 40)
    tokens = {finding: str((store.get("finding", finding) or {})["seen"]) for finding in findings}
    acknowledged: list[str] = []
    halfway, gone_on = threading.Event(), threading.Event()

    def decide(mine: Sequence[str]) -> None:
        for finding in mine:
            for _ in range(20):
                try:
                    deciding.decide(store, finding, "not-same", seen=tokens[finding], note="", who="ann", values={})
                    acknowledged.append(finding)
                    break
                except CatalogueUnusable:
                    continue  # the line broke: whether it was made is not known
                except Stale:
                    break  # it was
            if len(acknowledged) >= 10:
                halfway.set()
                gone_on.wait(60)

    def restart() -> None:
        halfway.wait(60)
        gone_on.set()
        database_server.restart()

    at_once(restart, *(lambda mine=findings[n::2]: decide(mine) for n in range(2)))
    decided = [doc["subject"] for _, doc in store.iter("decision")]
    assert set(acknowledged) <= set(decided) and sorted(decided) == sorted(set(decided)) == findings
    assert {doc["status"] for _, doc in store.iter("finding")} == {"decided"} and not list(store.verify())
    store.close()


def _pairs_to_decide(store: Store, count: int) -> list[str]:
    """Pictures that match two by two, and the findings that follow from that."""
    change = Transaction()
    for n in range(count):
        a, b = f"{2 * n:016x}", f"{2 * n + 1:016x}"
        for ident in (a, b):
            change.put(
                "image", ident, inferring.image_doc(Photo(ident, ident * 4, 9, 30, 20, "JPEG", (f"{ident}.jpg",)))
            )
        change.put("match", f"{a}:{b}", to_dict(Match(f"{a}:{b}", a, b, "edited", 0.8)))
    store.commit(change)
    follows = waiting.Waiting(store, None, map, Counter())
    follows.mark("finding", [f"{n:016x}" for n in range(2 * count)])
    for _ in follows.work_off():
        pass
    return sorted(ident for ident, doc in store.iter("finding") if doc["kind"] == "duplicate")
