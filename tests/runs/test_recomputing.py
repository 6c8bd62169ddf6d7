"""Inferences computed anew: from originals and facts alone, from where a run was stopped, and without touching decisions."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from catalog.codec import from_dict, to_dict
from catalog.duplicates import Sample, verification
from catalog.duplicates.verification import verify as verify_pair
from catalog.inferences.inferring import image_doc
from catalog.library import Library
from catalog.model import Fingerprint, Image, ImportResult, ImportSummary, Match
from catalog.runs import recomputing, waiting
from catalog.runs.recomputing import Recomputing, What
from catalog.stores.base import Transaction
from catalog.views import Progress


def run(library: Library, what: What) -> tuple[ImportSummary, list[ImportResult]]:
    """Recompute here; return the summary and what was rejected."""
    steps = list(library.recompute(what, workers=0))
    summary = steps[-1]
    assert isinstance(summary, ImportSummary)
    return summary, [s for s in steps if isinstance(s, ImportResult)]


def everything(library: Library) -> list[str]:
    """The whole catalogue."""
    return sorted(json.dumps(json.loads(x), sort_keys=True) for x in library.export("jsonl", everything=True))


def test_rehash_mends_fingerprints(library: Library) -> None:
    """Fingerprints that are not those of the originals, and matches that came of them, are as they were; others are left."""
    before = everything(library)
    ident = next(m.a for m in library.matches())
    image = library.record(ident).image
    change = Transaction()
    wrong = replace(image, fingerprint=Fingerprint("0" * 16, "0" * 64))
    change.put("image", ident, image_doc(wrong))
    for match in library.cat.matches_of(ident):
        change.delete("match", match.id)
    library.store.commit(change)
    assert everything(library) != before
    summary, rejected = run(library, "rehash")
    assert summary.images == 1 and not rejected
    assert everything(library) == before
    assert run(library, "rehash")[0].images == 0


def test_rehash_names_originals_that_are_gone_or_changed(library: Library) -> None:
    """A missing original and one with other bytes are each a result; their records keep what was known."""
    gone, changed = library.store.ids("image")[:2]
    before = library.store.get("image", gone), library.store.get("image", changed)
    library.original(gone).unlink()
    library.original(changed).write_bytes(b"no picture")
    change = Transaction()
    change.put("image", gone, {**(before[0] or {}), "paths": ["/nowhere/a.jpg"]})
    library.store.commit(change)
    summary, rejected = run(library, "rehash")
    assert {r.id for r in rejected} == {gone, changed} and summary.counts["rejected"] == 2
    assert all(r.reason for r in rejected)
    after = library.store.get("image", gone), library.store.get("image", changed)
    assert [(d or {})["fingerprint"] for d in after] == [(d or {})["fingerprint"] for d in before]


def test_regroup_drops_what_does_not_hold(library: Library) -> None:
    """A match that comparing does not give again goes, one that is missing comes back, and decisions stand."""
    before = everything(library)
    decision = library.hide(f"image:{library.store.ids('image')[0]}")
    library.undo()
    said = [library.store.get("decision", i) for i in library.store.ids("decision")]
    real = from_dict(library.store.get("match", library.store.ids("match")[0]) or {}, Match)
    strangers = [i for i in library.store.ids("image") if not library.cat.matches_of(i)][:2]
    false = replace(real, id=":".join(strangers), a=strangers[0], b=strangers[1])
    change = Transaction()
    change.put("match", false.id, to_dict(false))
    change.delete("match", real.id)
    library.store.commit(change)
    run(library, "regroup")
    assert library.store.get("match", false.id) is None
    assert from_dict(library.store.get("match", real.id) or {}, Match) == real
    assert said == [library.store.get("decision", i) for i in library.store.ids("decision")]
    assert decision.id in library.store.ids("decision")
    assert [x for x in everything(library) if '"type": "decision"' not in x] == before


def test_a_large_catalogue_is_joined_too(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies that no list of candidates named are found by joining all fingerprints; nothing else changes."""
    before = everything(library)
    near = next(m for m in library.matches() if m.relation in ("re-encoded", "resized"))
    monkeypatch.setattr(recomputing, "JOIN_FROM", 1)
    monkeypatch.setattr(type(library.neighbours), "match_new", lambda *_: iter(()))
    run(library, "regroup")
    assert library.store.get("match", near.id) is not None
    monkeypatch.undo()
    run(library, "regroup")
    assert everything(library) == before


def test_relink_finds_the_same_links(library: Library) -> None:
    """Links that were lost come back, with their evidence."""
    before = everything(library)
    change = Transaction()
    for ident in library.store.ids("link"):
        change.delete("link", ident)
    library.store.commit(change)
    run(library, "relink")
    assert everything(library) == before


@pytest.mark.parametrize(
    ("what", "work", "kind"),
    [("rehash", "hash", "image"), ("relink", "article", "article"), ("regroup", "image", "image")],
)
def test_a_stopped_run_goes_on_where_it_was(
    library: Library, monkeypatch: pytest.MonkeyPatch, what: What, work: str, kind: str
) -> None:
    """What was done before the stop is not done again; when all is done, the next run starts anew. What people said stands."""
    monkeypatch.setattr(recomputing, "_STEP", 2)
    monkeypatch.setattr(waiting, "STEP", 2)
    library.edit(library.store.ids("image")[0], {"note": "keep"})
    finding = next(library.all_findings("duplicate"))
    library.decide(finding.id, finding.actions[0])
    before = everything(library)

    def totals(stop: bool) -> tuple[list[int], ImportSummary]:
        found = []
        for step in library.recompute(what, workers=0):
            if isinstance(step, Progress) and step.what == work:
                found.append(step.total)
                if stop:
                    library.stop_import()
        assert isinstance(step, ImportSummary)
        return found, step

    whole = library.store.count(kind)
    steps, summary = totals(stop=True)
    assert steps == [whole] and summary.interrupted
    steps, summary = totals(stop=False)
    assert set(steps) == {whole - 2} and not summary.interrupted
    assert not [i for i in library.store.ids("meta") if i.startswith(("pending:", "recomputing:"))]
    assert everything(library) == before
    assert set(totals(stop=False)[0]) == {whole}


def test_a_stopped_join_goes_on_where_it_was(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """No pair that was compared before the stop is compared again, also one that is no match; none is left out."""
    monkeypatch.setattr(recomputing, "JOIN_FROM", 1)
    monkeypatch.setattr(recomputing, "_PAIRS", 3)
    monkeypatch.setattr(type(library.neighbours), "match_new", lambda *_: iter(()))
    compared: list[tuple[str, str]] = []
    compare = Recomputing._compare

    def noted(run_: Recomputing, pairs: list[tuple[str, str]]) -> None:
        compared.extend(pairs)
        compare(run_, pairs)

    monkeypatch.setattr(Recomputing, "_compare", noted)
    for step in library.recompute("regroup", workers=0):
        if isinstance(step, Progress) and step.what == "join":
            total = step.total
            library.stop_import()
    assert len(compared) == 3 < total
    run(library, "regroup")
    assert len(compared) == len(set(compared)) == total and all(a < b for a, b in compared)
    run(library, "regroup")
    assert len(compared) == 2 * total


def test_a_run_that_was_killed_while_marking_marks_again(library: Library) -> None:
    """Only when everything is marked does a later run go on; a part of the marks is not taken for all."""
    run_ = Recomputing(library.store, library.media, library.neighbours, library._workers())
    run_.waiting.mark("image", library.store.ids("image")[:1])
    totals = [s.total for s in library.recompute("regroup", workers=0) if isinstance(s, Progress) and s.what == "image"]
    assert totals[-1] == library.store.count("image")


def test_images_keep_their_facts(library: Library) -> None:
    """Rehashing changes no fact but fingerprints: paths, metadata and captions stay."""
    before = {i: from_dict(d, Image) for i, d in library.store.iter("image")}
    run(library, "rehash")
    assert {i: from_dict(d, Image) for i, d in library.store.iter("image")} == before


def _spoil(library: Library, ident: str) -> None:
    """Let the features of a picture be of another version, as an index of long ago has them."""
    held = library.neighbours.sample(ident)
    table = library.neighbours._table  # type: ignore[attr-defined]
    table.append([replace(held, features=b"F0" + held.features[2:])])


def test_damaged_features_are_named_and_taken_again(library: Library) -> None:
    """What one picture is recognised by was damaged: a warning names it, no match is dropped, and the next run reads it anew."""
    before = everything(library)
    ident = next(m.a for m in library.matches() if m.a != m.b)
    whole = library.neighbours.sample(ident)
    _spoil(library, ident)
    summary, _ = run(library, "regroup")
    [warning] = summary.warnings
    assert library.record(ident).image.paths[0] in warning and "damaged" in warning
    assert library.neighbours.missing([ident]) == [ident]
    summary, _ = run(library, "relink")
    assert summary.warnings == ()
    assert library.neighbours.sample(ident) == whole
    assert everything(library) == before


def test_a_pair_that_cannot_be_compared_is_named(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pair is a warning of the run, its earlier match stands, and all other pairs are found."""
    before = everything(library)
    culprit = next(m for m in library.matches() if m.a != m.b)

    def verify(a: Sample, b: Sample) -> Match | None:
        if {a.id, b.id} == {culprit.a, culprit.b}:
            raise MemoryError
        return verify_pair(a, b)

    monkeypatch.setattr(verification, "verify", verify)
    summary, _ = run(library, "regroup")
    [warning] = summary.warnings
    assert all(library.record(i).image.paths[0] in warning for i in (culprit.a, culprit.b)) and "MemoryError" in warning
    assert everything(library) == before
