"""The compare page: any two pictures in register, what differs between them, and the decision on the pair."""

from __future__ import annotations

from flask import Blueprint, render_template

from catalog.errors import NotAllowed

from .choices import compare_choices
from .context import library

pages = Blueprint("compare", __name__)


@pages.get("/compare/<a>/<b>")
def compare(a: str, b: str) -> str:
    """Show two pictures beside each other."""
    if a == b:
        raise NotAllowed("Choose two different pictures to compare.", field="b")
    view = library().compare(a, b)
    return render_template("compare.html", compare=view, choices=compare_choices(view))
