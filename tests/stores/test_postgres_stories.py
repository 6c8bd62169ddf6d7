"""The example stories imported straight into both engines: what a folder holds, a database holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from catalog.library import open_library
from catalog.model import ImportSummary

#: Fields that say when something was done.
_TIMES = frozenset({"imported", "until"})


def timeless(value: Any) -> Any:
    """Return a document without the times at which Cutline did something."""
    if isinstance(value, dict):
        return {k: timeless(v) for k, v in value.items() if k not in _TIMES}
    return [timeless(v) for v in value] if isinstance(value, list) else value


def held(address: str, stories: Path, media: str) -> tuple[dict[str, list[str]], list[str]]:
    """Import the stories; return the ids by kind, and every document of facts and inferences as JSON."""
    with open_library(address, media=media) as library:
        summary = list(library.import_([stories], workers=1))[-1]
        assert isinstance(summary, ImportSummary) and summary.counts["new"] > 10
        kinds = ("article", "caption", "image", "link", "match", "conflict", "finding", "source")
        ids = {kind: library.store.ids(kind) for kind in kinds}
        docs = [timeless(doc) for kind in kinds for _, doc in library.store.iter(kind) if kind != "source"]
    return ids, [json.dumps(doc, sort_keys=True) for doc in docs]


def test_stories_imported_into_both_engines_are_the_same(postgres: str, stories: Path, tmp_path: Path) -> None:
    """Ids, findings and every document are equal but for the times at which they were written."""
    folder = held(str(tmp_path / "catalogue"), stories, "")
    shared = held(postgres, stories, str(tmp_path / "media"))
    assert shared[0] == folder[0]
    assert shared[1] == folder[1]
