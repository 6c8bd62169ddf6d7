"""How the command line speaks: JSON Lines or readable text on stdout, progress and messages on stderr.

Everything from outside goes through :func:`catalog.paths.display`, so that no caption or file name can steer a terminal.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from ..later import later
from ..paths import display, escaped, plain

if TYPE_CHECKING:
    import msgspec

    from ..model import ImportSummary
    from ..views import Progress as Step
    from . import tables
else:
    msgspec, tables = later("msgspec", ".cli.tables")


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
    tables.show(columns, [[display(cell) for cell in row] for row in rows], title)


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


#: What is counted, by the kind of work that :class:`catalog.views.Progress` names.
WORK = {
    "input": "inputs",
    "hash": "pictures fingerprinted",
    "join": "pictures joined",
    "image": "pictures compared",
    "article": "articles linked",
    "finding": "pictures and articles judged",
}


class Progress:
    """How far long work is, with rate and time left, on stderr: one moving line on a terminal, a plain one now and then elsewhere.

    ``inputs`` are counted meanwhile, so that of them too the time left can be told.
    """

    def __init__(self, inputs: Sequence[str] = ()) -> None:
        self._line = Line()
        self._what, self._start, self._last = "", time.monotonic(), time.monotonic()
        self._inputs = 0
        if inputs:
            # Counting a large folder takes seconds, and nobody waits for it.
            threading.Thread(target=self._count, args=(inputs,), daemon=True).start()

    def told(self, step: Step) -> None:
        """Show how far a kind of work is; the rate is that of this kind."""
        if step.what != self._what:  # it began when the last was heard of the kind before
            self._what, self._start = step.what, self._last
        self._last = time.monotonic()
        total = step.total or (self._inputs if step.what == "input" else 0)
        rate = step.done / max(self._last - self._start, 0.001)
        of = f" of {total:,}" if total >= step.done > 0 else ""
        seconds = (total - step.done) / rate if of else 0.0
        left = f", {int(seconds // 60)}:{int(seconds % 60):02d} left" if of else ""
        self._line.show(f"{step.done:,}{of} {WORK[step.what]}, {rate:,.0f} a second{left}")

    def clear(self) -> None:
        """Take the moving line away."""
        self._line.clear()

    def _count(self, inputs: Sequence[str]) -> None:
        """How many files lie under ``inputs``, links not followed: each ends as one result or is part of one."""
        files = 0
        for given in inputs:
            found = sum(len(names) for _, _, names in os.walk(given))
            files += found or not os.path.isdir(given)  # noqa: PTH112 - may be an address
        self._inputs = files


def tally(summary: ImportSummary) -> str:
    """Return one readable line of what an import did."""
    parts = [f"{n:,} {name}" for name, n in summary.counts.items() if n]
    found = [
        f"{summary.articles:,} articles", f"{summary.captions:,} captions", f"{summary.images:,} pictures",
        f"{summary.matches:,} matches", f"{summary.findings:,} findings",
    ]  # fmt: skip
    return f"{', '.join(parts) or 'nothing to import'} in {summary.seconds:.1f} s. New: {', '.join(found)}."
