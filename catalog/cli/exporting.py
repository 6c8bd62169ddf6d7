"""`export`: taking out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from ..later import later
from . import terminal
from .group import Context, cli

if TYPE_CHECKING:
    import tempfile
else:
    (tempfile,) = later("tempfile")


@cli.command(short_help="Write records to a file, a folder or stdout.")
@click.option("--query", default="", help="Only the pictures that this search selects.")
@click.option("--format", "format_", default="jsonl", show_default=True, help="csv, jsonl, xmp, ninjs, jsonld, iiif")
@click.option(
    "-o",
    "--output",
    default="-",
    metavar="OUT",
    help="A file; - is stdout. For xmp and ninjs also a folder, which gets one file for each picture.",
)
@click.option(
    "--everything", is_flag=True, help="jsonl: every fact, link, match, finding and decision; `import` reads it back."
)
@click.option(
    "--base-url", default="", metavar="URL", help="ninjs, jsonld, iiif: the address at which the catalogue is served."
)
@click.option("--replace", is_flag=True, help="Replace files of the same names in a folder.")
@click.pass_obj
def export(ctx: Context, query: str, format_: str, output: str, everything: bool, base_url: str, replace: bool) -> None:
    """Write records to a file, a folder or stdout. Pictures are never written to: XMP goes into sidecars.

    \b
    Examples:
      cutline export --format csv -o pictures.csv
      cutline export --query 'is:conflict' --format jsonl
      cutline export --format xmp -o sidecars/
      cutline export --format iiif --base-url https://desk.example -o manifest.json
      cutline export --format jsonl --everything -o backup.jsonl
    """
    if base_url and not base_url.startswith(("http://", "https://")):
        raise UsageError("The address begins with http:// or https://.", field="base-url")
    with ctx.open() as library:
        if not everything and (output.endswith("/") or (output != "-" and Path(output).is_dir())):
            count = _fill(Path(output), library.export_files(format_, query, base=base_url), replace)
            terminal.note(f"Written: {terminal.counted(count, 'file')} in {output}")
            return
        if format_ == "xmp" and output.endswith(".xmp"):
            pieces: Iterable[bytes] = _only(library.export_files(format_, query))
        else:
            pieces = library.export(format_, query, everything=everything, base=base_url)
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


def _only(files: Iterable[tuple[str, bytes]]) -> list[bytes]:
    """The one file that there is: a sidecar is about one picture."""
    found = [content for _, content in islice(files, 2)]
    if len(found) != 1:
        raise UsageError(
            "A .xmp file is about one picture: narrow --query to one, or give a folder (sidecars/) or a .zip file.",
            field="output",
        )
    return found


def _fill(folder: Path, files: Iterable[tuple[str, bytes]], replace: bool) -> int:
    """Write one file for each picture; return how many. What is there already stays unless ``replace`` is given."""
    count = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files:
            if not replace and (folder / name).exists():
                raise UsageError(
                    f"{folder / name} is there already: choose another folder, or add --replace.", field="output"
                )
            _write(folder / name, [content])
            count += 1
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}.", field="output") from error
    return count


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
