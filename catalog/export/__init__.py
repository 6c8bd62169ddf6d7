"""Ways out: one file per format. Each takes records (or, for ``--everything``, the catalogue) and yields bytes piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..catalogue import Catalogue
from ..errors import UsageError
from ..model import Record
from . import csvfile, jsonl

FORMATS = ("csv", "jsonl")


def export(cat: Catalogue, format_: str, records: Iterable[Record], *, everything: bool = False) -> Iterator[bytes]:
    """Yield the export of ``records`` in a format. ``everything`` (jsonl) yields the whole catalogue instead.

    Raises UsageError for a format that there is not, or that cannot hold everything.
    """
    if everything and format_ != "jsonl":
        raise UsageError("Only the jsonl format holds everything.", field="format")
    if everything:
        return jsonl.everything(cat)
    if format_ == "csv":
        return csvfile.write(records)
    if format_ == "jsonl":
        return jsonl.write(records)
    raise UsageError(f"There is no export format “{format_[:40]}”: choose one of {', '.join(FORMATS)}.", field="format")
