"""Whether there is a catalogue in a folder."""

from __future__ import annotations

from pathlib import Path

#: The compacted documents, what they sum up to, the generation before, and what changed since.
MAIN, MANIFEST, BACKUP, JOURNAL = "catalogue.json", "catalogue.sum", "backup", "journal.jsonl"


def present(folder: Path) -> bool:
    """Return whether there is anything of a catalogue in ``folder``."""
    return any((folder / name).exists() for name in (MANIFEST, MAIN, JOURNAL, BACKUP))
