"""Tables on a terminal, and beyond one."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

#: Columns of cells as narrow as an id are never broken: what is broken cannot be copied. Others keep at least so much.
SHORT, LEAST = 16, 12
#: How wide tables are that nobody looks at in a terminal.
BEYOND = 150


def show(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print a table to stdout, as wide as the terminal; where that is too narrow, row by row with its longer cells below.

    The cells are shown as they are: see :func:`catalog.paths.display`.
    """
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = BEYOND
    widths = [max(map(cell_len, [name, *(row[n] for row in rows)])) for n, name in enumerate(columns)]
    short = [width <= SHORT for width in widths]
    needed = sum(w if is_short else LEAST for w, is_short in zip(widths, short, strict=True)) + 2 * (len(columns) - 1)
    if rows and needed > console.width:
        if title:
            console.print(Text(title, "italic"))
        for row in rows:
            _stacked(console, columns, row, short)
        return
    grid = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column, is_short in zip(columns, short, strict=True):
        right = column in ("score", "pictures", "bytes")
        grid.add_column(column, overflow="fold", no_wrap=is_short, justify="right" if right else "left")
    for row in rows:
        grid.add_row(*map(Text, row))
    console.print(grid)


def _stacked(console: Console, columns: Sequence[str], row: Sequence[str], short: Sequence[bool]) -> None:
    """Print one row: its short cells in a line, the others below, each with its name."""
    head = "  ".join(cell for cell, is_short in zip(row, short, strict=True) if is_short)
    if head:
        console.print(Text(head, overflow="fold"))
    for column, cell, is_short in zip(columns, row, short, strict=True):
        if not is_short and cell not in ("", "-"):
            console.print(Padding(Text(f"{column}: {cell}", overflow="fold"), (0, 0, 0, 4 if head else 0)))
    if not head:
        console.print()
