"""How the command line speaks: JSON Lines or readable text on stdout, progress and messages on stderr.

Everything from outside goes through :func:`catalog.paths.display`, so that no caption or file name can steer a terminal.
"""

from __future__ import annotations

import codecs
import io
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
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.encoding.lower() not in ("utf-8", "utf8"):
        sys.stdout.reconfigure(encoding="utf-8")  # as JSON is written, whatever the terminal's own text is
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


def settle() -> None:
    """Make the standard streams fit for any text, and there: whoever closed one wants nothing of it, not a traceback.

    What an encoding lacks is written as its number; one that knows ASCII alone (``LC_ALL=C``) was hardly chosen, and is read as
    UTF-8. A file that is opened later must not become a standard stream by taking its number.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as the process
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            ascii_ = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding="utf-8" if ascii_ else None, errors="backslashreplace")


def counted(n: int, noun: str) -> str:
    """Return a number with what it counts: “1 picture”, “2,000 pictures”."""
    return f"{n:,} {noun}{'' if n == 1 else 'es' if noun.endswith('ch') else 's'}"


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
        counted(summary.articles, "article"), counted(summary.captions, "caption"), counted(summary.images, "picture"),
        counted(summary.matches, "match"), counted(summary.findings, "finding"),
    ]  # fmt: skip
    return f"{', '.join(parts) or 'nothing to import'} in {summary.seconds:.1f} s. New: {', '.join(found)}."
