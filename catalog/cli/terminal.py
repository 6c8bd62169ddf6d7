"""How the command line speaks: JSON Lines or readable text on stdout, progress and messages on stderr.

Everything from outside goes through :func:`catalog.paths.display`, so that no caption or file name can steer a terminal.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..model import ImportResult, ImportSummary
from ..paths import display, escaped, plain

T = TypeVar("T")


def emit(value: Any) -> None:
    """Write one JSON line to stdout and flush it: whoever reads it may rely on it at once.

    What could steer a terminal or end a line for some readers (U+2028) is written as ``\\u`` and its number: the same text to JSON.
    """
    plain = msgspec.to_builtins(value)
    sys.stdout.write(escaped(msgspec.json.encode(_shown(plain)).decode()) + "\n")
    sys.stdout.flush()


def _shown(value: Any) -> Any:
    """``value`` with file names that are not UTF-8 as they can be shown; other text is left verbatim."""
    if isinstance(value, dict):
        return {
            k: [_path(p) for p in v] if k == "paths" else _path(v) if k == "path" else _shown(v)
            for k, v in value.items()
        }
    if isinstance(value, list | tuple):
        return [_shown(v) for v in value]
    return value


def _path(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else _shown(value)


def say(text: str) -> None:
    """Write one line of readable text to stdout."""
    click.echo(display_lines(text))


def note(text: str) -> None:
    """Write one message to stderr."""
    click.echo(display_lines(text), err=True)


def display_lines(text: str) -> str:
    """``text`` with its control characters made harmless, line by line."""
    return "\n".join(display(line) for line in text.split("\n"))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Print a readable table to stdout, as wide as the terminal."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 150
    grid = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        grid.add_column(
            column, overflow="fold", justify="right" if column in ("score", "pictures", "bytes") else "left"
        )
    for row in rows:
        grid.add_row(*(Text(display(cell)) for cell in row))
    console.print(grid)


class Line:
    """One line on stderr that tells how far work is: moving on a terminal, a plain one now and then elsewhere."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def show(self, text: str) -> None:
        """Show ``text`` in place of what was shown, unless that was a moment ago."""
        now = time.monotonic()
        if now - self._last >= (0.1 if self._terminal else 10):
            self._last = now
            click.echo(f"\r\033[K{text}" if self._terminal else text, err=True, nl=not self._terminal)

    def clear(self) -> None:
        """Take the moving line away."""
        if self._terminal:
            click.echo("\r\033[K", err=True, nl=False)


def passing(text: str) -> None:
    """Show on a terminal's stderr how far work is, in place of what was shown before; nothing elsewhere."""
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{display(text)}", err=True, nl=False)


class Progress:
    """The progress of an import on stderr: one moving line on a terminal, a plain line now and then elsewhere."""

    def __init__(self, total: int | None = None) -> None:
        self.total, self.done = total, 0
        self._start = time.monotonic()
        self._line = Line()

    def follow(self, results: Iterator[ImportResult | ImportSummary]) -> Iterator[ImportResult | ImportSummary]:
        """Pass results on, showing how far the work is."""
        for result in results:
            if isinstance(result, ImportResult):
                self.done += 1
                self._show()
            yield result
        self._line.clear()

    def _show(self) -> None:
        rate = self.done / max(time.monotonic() - self._start, 0.001)
        left = ""
        if self.total and rate:
            seconds = max(0, self.total - self.done) / rate
            left = f", {int(seconds // 60)}:{int(seconds % 60):02d} left"
        of = f" of {self.total:,}" if self.total else ""
        self._line.show(f"{self.done:,}{of} inputs, {rate:,.0f} a second{left}")


def tally(summary: ImportSummary) -> str:
    """Return one readable line of what an import did."""
    parts = [f"{n:,} {name}" for name, n in summary.counts.items() if n]
    found = [
        f"{summary.articles:,} articles", f"{summary.captions:,} captions", f"{summary.images:,} pictures",
        f"{summary.matches:,} matches", f"{summary.findings:,} findings",
    ]  # fmt: skip
    return f"{', '.join(parts) or 'nothing to import'} in {summary.seconds:.1f} s. New: {', '.join(found)}."
