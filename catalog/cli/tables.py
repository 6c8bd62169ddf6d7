"""Tables on a terminal, and beyond one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text


def show(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Print a table to stdout, as wide as the terminal. The cells are shown as they are: see :func:`catalog.paths.display`."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 150
    grid = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        grid.add_column(
            column, overflow="fold", justify="right" if column in ("score", "pictures", "bytes") else "left"
        )
    for row in rows:
        grid.add_row(*map(Text, row))
    console.print(grid)
