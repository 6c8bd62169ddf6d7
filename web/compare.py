"""The compare page: any two pictures in register, what differs between them, and the decision on the pair."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote

from flask import Blueprint, render_template
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from catalog.errors import NotAllowed

from .choices import compare_choices
from .context import library, who
from .inputs import form_text, local_path, text_arg

pages = Blueprint("compare", __name__)


def address(a: str, b: str) -> str:
    """Return the address of the page of two pictures."""
    return f"/compare/{quote(a, safe='')}/{quote(b, safe='')}"


@pages.get("/compare/<a>/<b>")
def compare(a: str, b: str) -> str:
    """Show two pictures beside each other."""
    if a == b:
        raise NotAllowed("Choose two different pictures to compare.", field="b")
    view = library().compare(a, b)
    back = local_path(text_arg("back", 2000) or f"/images/{quote(a, safe='')}")
    return render_template("compare.html", compare=view, choices=compare_choices(view), action=address(a, b), back=back)


@pages.post("/compare/<a>/<b>")
def decide(a: str, b: str) -> Response:
    """Say what the two pictures are to each other, and show them again as they now stand."""
    chosen = dict(parse_qsl(form_text("choice", 500)))
    library().decide_pair(
        a, b, chosen.get("action", ""), best=chosen.get("best", ""), seen=form_text("seen", 100) or None,
        note=form_text("note", 2000), who=who(),
    )  # fmt: skip
    return redirect(local_path(form_text("back", 2000) or address(a, b)), 303)
