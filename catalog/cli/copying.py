"""`copy`: a whole catalogue into another store."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from ..later import later
from . import terminal
from .group import Context, cli, json_option

if TYPE_CHECKING:
    from .. import library
else:
    (library,) = later(".library")


@cli.command(short_help="Copy a catalogue between folders and PostgreSQL.")
@click.argument("source", metavar="SOURCE")
@click.argument("target", metavar="TARGET")
@click.option(
    "--media", default="", metavar="ADDRESS", help="Where the target keeps its pictures; else as a new catalogue would."
)
@json_option
@click.pass_obj
def copy(ctx: Context, source: str, target: str, media: str, as_json: bool) -> None:
    """Copy a catalogue from a folder or postgresql:// address to another: everything, decisions and log included.

    The target must be empty, or an unfinished copy of the same source: then the copy goes on. At the end everything is counted
    and hashed on both sides.

    \b
    Examples:
      cutline copy pictures postgresql://desk@db/cutline --media s3://bucket/pictures
      cutline copy postgresql://desk@db/cutline backup
    """
    if source == target:
        raise UsageError("A catalogue cannot be copied onto itself.", field="target")
    with (
        library.open_library(source, create=False) as one,
        library.open_library(target, media=media, unfinished=True) as other,
    ):
        documents = 0
        lacking = 0
        for step in one.copy_to(other):
            if step.kind == "media":
                lacking = step.lacking
            if not step.sha256:
                terminal.passing(f"{step.kind}: {step.done:,} of {step.total:,}")
            elif as_json:
                terminal.emit({"kind": step.kind, "documents": step.done, "sha256": step.sha256})
            documents += step.done if step.sha256 else 0
        terminal.passing("")
        summary = {"source": one.url, "target": other.url, "documents": documents, "originals_missing": lacking}
        if as_json:
            terminal.emit({"summary": summary})
        else:
            terminal.say(
                f"{terminal.counted(documents, 'document')} copied from {one.url} to {other.url}; both sides are equal."
            )
            if lacking:
                terminal.say(f"{lacking:,} originals are not in the source: cutline --catalog {source} verify")
    if lacking:
        sys.exit(1)
