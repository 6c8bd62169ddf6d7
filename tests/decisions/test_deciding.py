"""What people say: what fits each kind of finding, stale pages, and undo that brings everything back."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from catalog.decisions import undoing
from catalog.errors import NotAllowed, NotFound, Stale, UsageError
from catalog.findings import KINDS
from catalog.inferences.inferring import infer_findings
from catalog.library import Library, open_library
from catalog.model import Finding


def _state(library: Library) -> bytes:
    """Records, findings and groups, as they would be shown: everything but the log itself."""
    pieces = [b"".join(library.export("jsonl"))]
    kept = [json.loads(x) for x in b"".join(library.export("jsonl", everything=True)).splitlines()]
    pieces += [json.dumps(d, sort_keys=True).encode() for d in kept if d["type"] != "decision"]
    pieces += [repr(g).encode() for g in library.groups()]
    return b"\n".join(pieces)


def _asked(library: Library) -> list[object]:
    """What the index answers: pictures and articles (of one day in any order), the queue as a whole and of a search."""
    return [
        *(sorted(library.ids(query)) for query in ("", "bridge", "tag:all", "is:hidden")),
        *(
            sorted(hit.id for hit in library.search_articles(query, limit=100).items)
            for query in ("", "bridge", "is:hidden")
        ),
        *([f.id for f in library.all_findings("", query)] for query in ("", "bridge")),
        library.saved(),
    ]


def _action(library: Library, finding: Finding, verb: str) -> str:
    """``verb`` with the object that it needs."""
    if finding.kind == "image-without-caption" and verb == "link":
        return f"link:{min(library.cat.store.ids('caption'))}"
    if verb in ("choose", "link"):
        return f"{verb}:{min(library.ids())}"
    return verb


@pytest.mark.parametrize("kind", KINDS)
def test_every_action_of_a_kind_can_be_said_and_taken_back(library: Library, kind: str) -> None:
    """Each action settles its finding; undo opens it again with everything as it was."""
    finding = next(library.all_findings(kind))
    before = _state(library)
    for verb in finding.actions:
        made = library.decide(finding.id, _action(library, finding, verb), seen=finding.seen, who="Anna")
        assert (made.action, made.kind, made.who) == (verb, kind, "Anna")
        assert library.finding(finding.id).finding.status == "decided"
        assert finding.id not in {f.id for f in library.all_findings()}
        assert [d.id for d in library.undo()] == [made.id]
        assert _state(library) == before


@pytest.mark.parametrize("kind", KINDS)
def test_what_belongs_to_another_kind_is_refused(library: Library, kind: str) -> None:
    """A word that is no action of the finding is refused, naming those that are, and nothing is logged."""
    finding = next(library.all_findings(kind))
    for verb in ({a for _, _, actions in KINDS.values() for a in actions} | {"", "undo", "edit"}) - set(
        finding.actions
    ):
        with pytest.raises(NotAllowed, match="choose one of"):
            library.decide(finding.id, verb)
    assert library.log().items == ()


def test_objects_must_be_in_the_catalogue(library: Library) -> None:
    """choose, link and same take only pictures and captions that fit."""
    link, copies = next(library.all_findings("link")), next(library.all_findings("duplicate"))
    alone = next(library.all_findings("image-without-caption"))
    stranger = next(i for i in library.ids() if i not in copies.subjects)
    for ident, action in (
        (link.id, "choose"), (link.id, "choose:nothing"), (copies.id, f"same:{stranger}"), (alone.id, "link"),
        (alone.id, "link:nothing"),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            library.decide(ident, action)
    with pytest.raises(NotFound):
        library.decide("0" * 16, "accept")


def test_a_stale_seen_is_refused(library: Library) -> None:
    """What was seen before somebody else decided, edited or undid is no ground to decide on."""
    finding = next(library.all_findings("link"))
    library.decide(finding.id, "accept", seen=finding.seen)
    with pytest.raises(Stale):
        library.decide(finding.id, "none", seen=finding.seen)
    now = library.finding(finding.id).finding.seen
    library.decide(finding.id, "none", seen=now)
    record = library.record(next(iter(library.ids())))
    library.edit(record.id, {"note": "one"}, seen=record.seen)
    with pytest.raises(Stale):
        library.edit(record.id, {"note": "two"}, seen=record.seen)
    assert library.record(record.id).note == "one"


def test_what_is_said_is_one_transaction(library: Library) -> None:
    """A decision, an edit, one of many pictures, and taking it back are each kept whole or not at all, with all they change."""
    finding = next(library.all_findings("duplicate"))
    ident = library.store.ids("image")[0]
    for say in (
        lambda: library.decide(finding.id, finding.actions[0]),
        lambda: library.edit(ident, {"note": "x"}),
        lambda: library.bulk_edit("is:linked", {"tags": ["y"]}),
        lambda: library.hide(f"image:{ident}"),
        lambda: library.undo(4),
    ):
        before = library.store.position()
        say()
        assert library.store.position() == before + 1


def test_a_bulk_step_is_one_step(library: Library) -> None:
    """An edit of many pictures is taken back, and brought back, as one."""
    before = _state(library)
    assert library.bulk_edit("is:linked", {"tags": ["front page"]}) > 1
    after = _state(library)
    library.undo()
    assert _state(library) == before
    library.undo(idents=[library.log(limit=1).items[0].id])
    assert _state(library) == after


def test_own_steps_are_taken_back_whole_and_alone(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several people each takes back their own last step, all of it, however large; far back it is left to the log."""
    monkeypatch.setattr(undoing, "FAR", 2)
    idents = list(library.ids())[:5]
    library.bulk_edit(idents, {"tags": ["anna"]}, who="Anna")
    library.edit(idents[0], {"note": "ben"}, who="Ben")
    taken = library.undo(who="Anna", own=True)
    assert len(taken) == 5 and library.search("tag:anna").total == 0 and library.record(idents[0]).note == "ben"
    for n in range(2):
        library.edit(idents[n], {"credit": f"C{n}"}, who="Anna")
    with pytest.raises(NotAllowed, match="of yours"):
        library.undo(who="Ben", own=True)
    assert library.undo(who="Ben")[0].who == "Anna"


def test_undo_reaches_through_every_opening(imported: Path, library: Library) -> None:
    """Decisions of earlier sessions are taken back one by one, undos themselves too, down to the first."""
    folder = library.folder
    states = [_state(library)]
    findings = [next(library.all_findings(k)) for k in ("conflict", "link", "duplicate")]
    library.close()
    for finding in findings:
        with open_library(folder) as again:
            again.decide(finding.id, finding.actions[0])
            states.append(_state(again))
    for state in reversed(states[:-1]):
        with open_library(folder) as again:
            again.undo()
            assert _state(again) == state
    with open_library(folder) as again:
        with pytest.raises(NotAllowed, match="nothing to undo"):
            again.undo()
        again.undo(idents=[d.id for d in again.log().items if d.action == "undo"])
        assert _state(again) == states[-1]


def test_a_hidden_picture_is_asked_about_no_more(library: Library) -> None:
    """Whether it is a caption's is no question while it is hidden; shown again, and undone in either order, it is one again."""
    (asked,) = library.all_findings("link")
    before = _state(library)
    library.hide(f"image:{asked.images[0]}")
    assert not list(library.all_findings("link", status="all"))
    library.restore(f"image:{asked.images[0]}")
    assert list(library.all_findings("link")) == [asked]
    library.undo()
    assert not list(library.all_findings("link", status="all"))
    library.undo()
    assert _state(library) == before


#: What people can say, each as often as it stands here.
_SAID = ("decide",) * 5 + (
    "edit", "bulk", "tags", "hide", "restore", "hide-article", "restore-article", "group", "pair", "link", "mark", "dismiss",
    "save", "forget", "undo", "undo", "undo-one", "undo-undo",
)  # fmt: skip


def _say(library: Library, said: str, n: int, chance: random.Random) -> None:
    """Say something of this kind about something that is there. Raises NotAllowed, NotFound, UsageError where it does not fit."""
    image = chance.choice(list(library.ids()))
    article = chance.choice([a.id for a in library.articles()])
    match said:
        case "decide":
            finding = chance.choice(list(library.all_findings(status="all")))
            library.decide(finding.id, _action(library, finding, chance.choice(finding.actions)), note=f"note {n}")
        case "edit":
            library.edit(image, {chance.choice(("caption", "credit", "note")): f"words {n}"})
        case "tags":
            library.edit(image, {"tags": [f"tag {n}", "of all"]})
        case "bulk":
            library.bulk_edit(chance.choices(list(library.ids()), k=3), {"tags": [f"tag {n}"], "credit": f"credit {n}"})
        case "hide" | "restore":
            getattr(library, said)(f"image:{image}")
        case "hide-article" | "restore-article":
            getattr(library, said.partition("-")[0])(f"article:{article}")
        case "group":
            group = chance.choice(list(library.groups()))
            others = [i for i in group.images if i != group.best]
            verbs = ("same", "crop", "same-scene", "not-same")
            library.decide_group(group.best, group.best, {i: chance.choice(verbs) for i in others})
        case "pair":
            group = chance.choice([g for g in library.groups() if len(g.images) > 1])
            a, b = chance.sample(group.images, 2)
            library.decide_pair(a, b, chance.choice(("same", "crop", "same-scene", "not-same")))
        case "link":
            caption = chance.choice(sorted(library.cat.store.ids("caption")))
            action = chance.choice(("link", "reject", "none", "not-caption"))
            library.link(caption, action, image if action in ("link", "reject") else "")
        case "mark" | "dismiss":
            text = library.article(article).article.text.split("\n")
            getattr(library, said)(article, chance.choice([n for n, line in enumerate(text, 1) if line.strip()]))
        case "save" | "forget":
            library.save_search(f"search {n % 3}", f"bridge {n}" if said == "save" else "")
        case "undo":
            library.undo(chance.randint(1, 3))
        case "undo-one":
            library.undo(idents=[chance.choice(library.log(limit=30).items).id])
        case "undo-undo":
            library.undo(idents=[chance.choice([d for d in library.log(limit=60).items if d.action == "undo"]).id])


@pytest.mark.parametrize("seed", [1954, 7])
def test_two_hundred_decisions_leave_no_trace_when_undone(library: Library, seed: int) -> None:
    """After random decisions of every kind, undos of undos among them, undoing all gives the same catalogue, byte for byte."""
    chance = random.Random(seed)
    before, asked = _state(library), _asked(library)
    made: Counter[str] = Counter()
    while made.total() < 200:
        said = chance.choice(_SAID)
        try:
            _say(library, said, made.total(), chance)
        except (NotAllowed, NotFound, UsageError, IndexError):
            continue  # nothing is there of what it would be about, or it is said already
        made[said] += 1
        if made.total() % 20 == 0:  # what was worked out around one decision is what all facts and decisions give
            whole = infer_findings(library.cat, library.store.ids("article"), library.store.ids("image"))
            assert not whole, (made.total(), said, whole)
    assert set(made) == set(_SAID), made
    assert _state(library) != before
    library.undo(1000)
    assert _state(library) == before
    assert _asked(library) == asked
    assert not list(library.verify())


@pytest.mark.parametrize(
    "values",
    [{}, {"title": "x"}, {"caption": 3}, {"tags": "one"}, {"tags": [1]}, {"note": "x" * 20_001}, {"note": "\udcff"}],
    ids=str,
)
def test_edits_that_do_not_fit_are_refused(library: Library, values: dict[str, object]) -> None:
    """Unknown fields, wrong types, and texts beyond the limit or no Unicode are named, and nothing is logged."""
    with pytest.raises(NotAllowed):
        library.edit(next(iter(library.ids())), values)
    assert library.log().items == ()


def test_only_pictures_and_articles_can_be_hidden(library: Library) -> None:
    """Anything else is refused and not logged."""
    for subject in ("0", "finding:0", "saved:x", ""):
        with pytest.raises(NotAllowed):
            library.hide(subject)
    with pytest.raises(NotFound):
        library.hide("image:0")
    assert library.log().items == ()


def test_what_is_hidden_leaves_the_queue_and_comes_back(library: Library) -> None:
    """Hiding a picture or an article takes its findings out of the queue; undoing that gives the same queue again."""
    before = [f.id for f in library.all_findings()]
    duplicate = next(library.all_findings("duplicate"))
    library.hide(f"image:{duplicate.subjects[0]}")
    assert not any(duplicate.subjects[0] in f.images for f in library.all_findings())
    orphan = next(library.all_findings("caption-without-image"))
    library.hide(f"article:{orphan.articles[0]}")
    assert not any(orphan.articles[0] in f.articles for f in library.all_findings("caption-without-image"))
    library.undo(2)
    assert [f.id for f in library.all_findings()] == before


def test_ids_come_in_the_order_of_the_pages(library: Library) -> None:
    """`ids` and the pages of a search agree, for words as for fields."""
    for query in ("footbridge", "bridge crowd", "format:jpeg", "format:jpeg sort:width"):
        assert list(library.ids(query)) == [hit.id for hit in library.search(query, limit=100).items]


def test_a_field_at_odds_is_named_once(library: Library) -> None:
    """A file whose groups disagree twice about one field says so once."""
    finding = next(library.all_findings("metadata"))
    fields = finding.detail["fields"]
    assert len(fields) == len(set(fields)) and all(field in finding.summary for field in fields)
    image = library.record(finding.subjects[0]).image
    assert {d.field for d in image.metadata.disagreements} == set(fields)
    assert len(image.metadata.disagreements) > len(fields), "the example no longer shows a field twice"
