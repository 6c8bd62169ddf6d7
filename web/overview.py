"""The overview: what the catalogue holds and what waits, as plots."""

from __future__ import annotations

from flask import Blueprint, render_template

from .context import library
from .plots import histogram, shares

pages = Blueprint("overview", __name__)


@pages.get("/overview")
def overview() -> str:
    """Show counts of everything, each leading to what it counts."""
    held = library().overview()
    return render_template(
        "overview.html", held=held, years=histogram(held.by_year.items()),
        formats=shares({name.upper(): n for name, n in held.by_format.items()}),
        captions=shares(held.captions_by_state), relations=shares(held.matches_by_relation),
        conflicts=shares(held.conflicts_by_kind), findings=shares(held.findings_by_kind),
    )  # fmt: skip
