"""`export`: taking out."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click

from ..errors import UsageError
from . import terminal
from .main import Context, cli


@cli.command()
@click.option("--query", default="", help="Only the pictures that this search selects.")
@click.option("--format", "format_", default="jsonl", show_default=True, help="csv, jsonl")
@click.option("-o", "--output", default="-", metavar="FILE", help="Where to; - is stdout.")
@click.option(
    "--everything", is_flag=True, help="jsonl: every fact, link, match, finding and decision; `import` reads it back."
)
@click.pass_obj
def export(ctx: Context, query: str, format_: str, output: str, everything: bool) -> None:
    """Write records to a file or stdout.

    \b
    Examples:
      cutline export --format csv -o pictures.csv
      cutline export --query 'is:conflict' --format jsonl
      cutline export --format jsonl --everything -o backup.jsonl
    """
    with ctx.open() as library:
        pieces = library.export(format_, query, everything=everything)
        if output == "-":
            for piece in pieces:
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        try:
            _write(Path(output), pieces)
        except OSError as error:
            raise UsageError(f"{output} cannot be written: {error.strerror}.") from error
        terminal.note(f"Written: {output}")


def _write(target: Path, pieces: Iterable[bytes]) -> None:
    """Write a file whole or not at all: what was there stays until all of it is on the disk."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as out:
        temporary = Path(out.name)
        try:
            for piece in pieces:
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
            temporary.chmod(0o644)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
