"""Groups of copies: all members on one page, the best copy and what each other one is, decided as one step."""

from __future__ import annotations

from itertools import islice
from urllib.parse import quote

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from .context import library, who
from .inputs import cursor_arg, form_text, local_path, number_arg, text_arg

pages = Blueprint("groups", __name__)
PAGE = 24


def address(image: str, back: str = "") -> str:
    """Return the address of the page of the group around a picture."""
    return f"/groups/{quote(image, safe='')}" + (f"?back={quote(back, safe='')}" if back else "")


@pages.get("/groups")
def groups() -> str:
    """Show the groups of copies, each by its best copy."""
    limit = number_arg("limit", PAGE, 1, 100)
    found = list(islice((g for g in library().groups(cursor_arg() or "") if len(g.images) > 1), limit + 1))
    next_ = found[limit - 1].images[0] if len(found) > limit else None
    return render_template("groups.html", groups=found[:limit], next=next_, address=address)


@pages.get("/groups/<ident>")
def group(ident: str) -> str:
    """Show the group around a picture."""
    view = library().group(ident)
    return render_template(
        "group.html", view=view, group=view.group, back=local_path(text_arg("back", 2000) or "/groups")
    )


@pages.post("/groups/<ident>")
def decide(ident: str) -> Response:
    """Decide the whole group and go back to where the page was opened from."""
    said = {name[5:]: value for name, value in request.form.items() if name.startswith("said-")}
    values = {name: chosen for name in ("caption", "credit") if (chosen := form_text(name).strip())}
    lib = library()
    lib.decide_group(
        ident, form_text("best", 120), said, values=values, seen=form_text("seen", 100) or None,
        note=form_text("note", 2000), who=who(),
    )  # fmt: skip
    return redirect(local_path(form_text("back", 2000) or address(ident)), 303)
