"""Purging: the one step without undo takes only what is hidden, all of it, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from catalog.errors import NotAllowed, NotFound
from catalog.library import Library


def _named(library: Library, name: str) -> str:
    return next(r.id for r in library.records() if any(p.endswith(f"/{name}") for p in r.image.paths))


def _everything(library: Library) -> list[dict[str, object]]:
    return [json.loads(x) for x in b"".join(library.export("jsonl", everything=True)).splitlines()]


def test_only_what_is_hidden_now_can_be_purged(library: Library) -> None:
    """A picture that is shown, was restored, or is not there, is not purged."""
    ident = _named(library, "street-1.jpg")
    with pytest.raises(NotAllowed, match="hidden"):
        library.purge(f"image:{ident}")
    library.hide(f"image:{ident}")
    library.restore(f"image:{ident}")
    with pytest.raises(NotAllowed):
        library.purge(f"image:{ident}")
    library.hide(f"image:{ident}")
    library.undo()
    with pytest.raises(NotAllowed):
        library.purge(f"image:{ident}")
    with pytest.raises(NotFound):
        library.purge("image:0000")
    with pytest.raises(NotAllowed):
        library.purge("decision:0000000001")
    assert library.record(ident)


def test_a_purged_picture_is_gone_from_everything(library: Library, stories: Path) -> None:
    """No record, original, thumbnail, match, link or finding names it; its source file stays; the rest verifies."""
    ident = _named(library, "river-bridge.jpg")
    thumb, original = library.thumbnail(ident).path, library.original(ident)
    assert thumb is not None
    library.hide(f"image:{ident}")
    assert library.purge(f"image:{ident}") > 0
    assert not thumb.exists() and not original.exists()
    with pytest.raises(NotFound):
        library.record(ident)
    facts = [d for d in _everything(library) if d["type"] not in ("decision", "article", "run")]
    assert ident not in json.dumps(facts)
    assert ident not in set(library.ids())
    source = stories / "market" / "market_files" / "river-bridge.jpg"
    assert ident not in {s.id for s in library.similar(source)}
    assert source.exists() and not list(library.verify())


def test_the_log_keeps_what_was_said(library: Library) -> None:
    """Decisions about a purged picture stay, and undoing them harms nothing."""
    ident = _named(library, "square-crop.jpg")
    finding = next(f for f in library.all_findings("duplicate") if ident in f.subjects)
    library.decide(finding.id, "crop")
    library.hide(f"image:{ident}")
    library.purge(f"image:{ident}")
    assert [d.action for d in library.log().items] == ["hide", "crop"]
    library.undo(2)
    assert not list(library.verify())


def test_a_purged_article_takes_its_captions_and_links(library: Library) -> None:
    """Its pictures stay, without the captions that it printed."""
    article = next(a for a in library.articles() if a.title.startswith("Night market"))
    captions = [c.id for c in library.article(article.id).captions]
    library.hide(f"article:{article.id}")
    library.purge(f"article:{article.id}")
    assert article.id not in {a.id for a in library.articles()}
    facts = json.dumps([d for d in _everything(library) if d["type"] in ("caption", "link", "finding", "conflict")])
    assert article.id not in facts and not any(c in facts for c in captions)
    assert not library.record(_named(library, "river-bridge.jpg")).usages
    assert not list(library.verify())


def test_what_was_purged_can_be_imported_again(library: Library, stories: Path) -> None:
    """Importing the same file again is new: purging is no ban."""
    ident = _named(library, "street-1.jpg")
    library.hide(f"image:{ident}")
    library.purge(f"image:{ident}")
    results = list(library.import_([stories / "loose" / "street-1.jpg"], workers=1))
    assert [getattr(r, "result", "") for r in results[:-1]] == ["new"]
    assert library.record(ident).image.id == ident
