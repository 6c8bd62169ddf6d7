"""`serve`, `password` and `demo`: the web pages."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ..config import setting
from ..later import later
from . import terminal
from .group import Context, cli

if TYPE_CHECKING:
    import secrets

    import web
    from web import access, serving

    from .. import demo as example
    from .. import library
    from ..library import Library
else:
    secrets, web, access, serving, example, library = later(
        "secrets", "web", "web.access", "web.serving", ".demo", ".library"
    )


#: Processes that answer questions beside the server's own, at most, unless told.
MAX_READERS = 3


def usual_readers() -> int:
    """Return how many processes answer questions unless told: one for each processor; more than some would wait for the server."""
    return min(MAX_READERS, os.cpu_count() or 1)


def _serve(opened: Library, host: str, port: int, readers: int) -> None:
    def ready(address: str) -> None:
        terminal.say(f"Cutline is at {address}  (Ctrl-C ends it)")

    web.serve(opened, host, port, access.access_from_environment(), ready=ready, readers=readers)


@cli.command(short_help="Serve search and review in a browser.")
@click.option(
    "--host", default=None, help="Address to listen on (default 127.0.0.1; others need a password set first)."
)
@click.option("--port", type=click.IntRange(0, 65535), default=None, help="Port (default 8000).")
@click.option(
    "--readers",
    type=click.IntRange(0, 64),
    default=None,
    help="Processes beside the server's own that answer searches and pages (default: one for each processor, at most 3).",
)
@click.pass_obj
def serve(ctx: Context, host: str | None, port: int | None, readers: int | None) -> None:
    """Serve search and review in a browser, and the JSON API under /api/v1. Loopback only unless told.

    Who may do what comes from $CUTLINE_ACCESS (a file), $CUTLINE_TOKEN or $CUTLINE_PASSWORD; see docs/serving.md.

    \b
    Example:
      cutline --catalog pictures serve --port 8000
    """
    where = str(setting("host", host).value)
    number = int(setting("port", port).value)
    serving.require_guarded(where, access.access_from_environment())
    serving.require_free(where, number)
    with ctx.open(create=True) as opened:
        _serve(opened, where, number, usual_readers() if readers is None else readers)


@cli.command(short_help="Print what an access file keeps of a password.")
@click.option("--token", is_flag=True, help="Make a random token instead; it is printed once, with its hash.")
def password(token: bool) -> None:
    """Ask for a password and print what an access file keeps of it: its hash, from which it cannot be read back.

    \b
    Examples:
      cutline password
      cutline password --token
    """
    if token:
        made = secrets.token_urlsafe(32)
        terminal.note(f"Token: {made}")
        terminal.say(f'token_sha256 = "{access.hash_token(made)}"')
        return
    typed = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    terminal.say(f'password = "{access.hash_password(typed)}"')


@cli.command(short_help="Import the example stories, show them and serve them.")
@click.option("--no-serve", is_flag=True, help="Stop after printing what was found.")
@click.option("--port", type=click.IntRange(0, 65535), default=None, help="Port (default 8000).")
@click.pass_obj
def demo(ctx: Context, no_serve: bool, port: int | None) -> None:
    """Import the example stories into a catalogue of its own, show what was found, and serve it.

    \b
    Example:
      cutline demo --no-serve
    """
    folder = example.fixtures_folder()
    with library.open_library(example.demo_catalogue()) as opened:
        terminal.note(f"Importing the example stories of {folder} ...")
        for _ in opened.import_([folder / "stories"]):
            pass
        for title, columns, rows in example.summary_rows(opened):
            terminal.table(columns, rows, title)
            terminal.say("")
        if not no_serve:
            _serve(opened, "127.0.0.1", int(setting("port", port).value), 0)
