"""Tables of weights (tab-separated: a name, its weight, what it means), written anew with what was fitted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def write(table: Path, fitted: Mapping[str, float]) -> None:
    """Put the weights of ``fitted`` into ``table``, with two places; lines of other names and all other cells stay as they are."""
    lines = []
    for line in table.read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if cells[0] in fitted:
            cells[1] = f"{fitted[cells[0]] + 0.0:.2f}"  # + 0.0: no "-0.00"
        lines.append("\t".join(cells))
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
