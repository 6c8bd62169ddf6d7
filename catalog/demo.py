"""The example stories: where they are, and what importing them found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from .errors import CatalogueUnusable

if TYPE_CHECKING:
    from .library import Library


Table = tuple[str, Sequence[str], Sequence[Sequence[str]]]


def fixtures_folder() -> Path:
    """Return the folder ``fixtures`` of a checkout or of an installed wheel. Raises CatalogueUnusable when it is in neither."""
    here = Path(__file__).resolve().parent
    for folder in (here.parent / "fixtures", here / "_fixtures"):
        if (folder / "stories").is_dir():
            return folder
    raise CatalogueUnusable("The example stories are missing from this installation. Reinstall Cutline.")


def demo_catalogue() -> Path:
    """Return the folder of the demonstration's own catalogue."""
    return Path(platformdirs.user_data_dir("cutline", appauthor=False)) / "demo"


def summary_rows(library: Library) -> Iterator[Table]:
    """Yield (title, columns, rows) of the tables that tell what was found."""
    links = []
    for article in library.articles():
        view = library.article(article.id)
        for caption in view.captions:
            best = next((x for x in view.links if x.caption == caption.id and view.statuses[x.id] != "rejected"), None)
            record = view.records.get(best.image) if best else None
            picture = record.image.paths[0].rsplit("/", 1)[-1] if record else "-"
            why = ", ".join(e.name for e in best.evidence[:2]) if best else "no picture"
            score = f"{best.band} {best.score:.2f}" if best else "-"
            links.append((article.title[:40], caption.text[:70], caption.credit[:24], picture, score, why))
    yield "Captions and their pictures", ("article", "caption", "credit", "picture", "link", "because"), links
    copies = []
    for group in library.groups():
        first = library.record(group.best).image.paths[0].rsplit("/", 1)[-1]
        for ident in group.images:
            if ident != group.best:
                match = next((m for m in group.matches if {m.a, m.b} == {ident, group.best}), None)
                name = library.record(ident).image.paths[0].rsplit("/", 1)[-1]
                copies.append((first, name, match.relation if match else "", f"{match.score:.2f}" if match else ""))
    yield "The same photograph again", ("best copy", "also as", "relation", "score"), copies
    waiting = [(f.kind, f.summary) for f in library.all_findings()]
    yield "For you to decide", ("finding", "what"), waiting
