"""From the bytes and strings of strangers to values that can be kept: character sets, controls, lengths."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...model import MetaField

MAX_VALUE = 16_384
MAX_FIELDS = 400
MAX_RAW = 4_096

#: C0 and C1 controls without tab and newline, and what XML and terminals stumble over.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")


@dataclass(slots=True)
class Notes:
    """What reading one file gathers: fields in the order met, and warnings, each once."""

    fields: list[MetaField] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def warn(self, message: str) -> None:
        """Add a warning unless it was given already."""
        if message not in self.warnings:
            self.warnings.append(message)

    def add(self, group: str, name: str, value: str, raw: str = "") -> None:
        """Keep one value, cleaned and cut to :data:`MAX_VALUE` characters; empty ones and those beyond the limit are not."""
        kept = clean(value)
        if not kept:
            return
        if len(self.fields) >= MAX_FIELDS:
            self.warn(f"More than {MAX_FIELDS} embedded fields: the rest was left out.")
            return
        if len(kept) > MAX_VALUE:
            self.warn(f"{group} {clean(name[:120])} was cut from {len(kept):,} to {MAX_VALUE:,} characters.")
            kept = kept[:MAX_VALUE].rstrip()
        self.fields.append(MetaField(group, clean(name[:120]), kept, clean(raw[:MAX_RAW])))


def clean(value: str) -> str:
    """Return ``value`` without control characters, with newlines as ``\\n`` and no space around it."""
    if value.isascii() and value.isprintable():
        return value.strip()
    return _CONTROLS.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip()


def decode(data: bytes, declared: str = "") -> tuple[str, str]:
    """Return ``data`` as text and the character set that was guessed for it (``""`` when none had to be).

    ``declared`` is tried first; then strict UTF-8 (also when cut within a character), Windows-1252 and Latin-1.
    """
    if data.isascii():
        return data.decode("ascii"), ""
    for charset in dict.fromkeys(filter(None, (declared, "utf-8", "cp1252"))):
        text = _try(data, charset)
        if text is not None:
            return text, "" if charset == declared else charset
    return data.decode("latin-1"), "latin-1"


def _try(data: bytes, charset: str) -> str | None:
    try:
        return data.decode(charset)
    except UnicodeDecodeError as error:
        # Writers cut values at a number of bytes, so that UTF-8 may end in half a character.
        if charset == "utf-8" and error.start >= len(data) - 3 and error.reason == "unexpected end of data":
            return data[: error.start].decode(charset)
    except LookupError:
        pass
    return None
