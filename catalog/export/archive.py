"""One file for each picture: as members of a ZIP archive that is written while it is read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator

#: A fixed time for all members, so that the same catalogue gives the same archive.
_TIME = (1980, 1, 1, 0, 0, 0)


class _Sink(io.RawIOBase):
    """What is written and not yet taken. It cannot seek, so the archive is written front to back."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Hold a part until it is taken."""
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """Return what was written since the last call."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def zipped(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Yield a ZIP archive of (name, content), piece by piece."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name, _TIME), content, zipfile.ZIP_DEFLATED)
            yield sink.take()
    yield sink.take()
