"""The log: who decided what and when, and taking it back."""

from __future__ import annotations

from flask import Blueprint, render_template

from . import words
from .context import library
from .inputs import choice_arg, cursor_arg, number_arg, text_arg

pages = Blueprint("log", __name__)


@pages.get("/log")
def log() -> str:
    """Show the decisions, latest first, of one person or action if asked for."""
    who, action = text_arg("who", 80), choice_arg("action", tuple(words.DONE))
    page = library().log(limit=number_arg("limit", 50, 1, 200), cursor=cursor_arg(), who=who, action=action)
    names = [", ".join(told) for told in library().told(d.subjects or (d.subject,) for d in page.items)]
    return render_template("log.html", page=page, who=who, action=action, names=names)
