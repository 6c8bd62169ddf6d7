"""What one picture costs one worker: its bytes are read once and decoded once, and give everything that is kept of it.

Nothing here knows in which process it runs. An error of any kind is a value, :class:`Failed`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PIL import Image as Pictures

from ..errors import Rejected
from ..filesystems import is_address, read
from ..model import Image
from . import decoding, files, formats, frames, metadata, thumbnails
from .decoding import Limits
from .metadata.exif import orientation_in

THUMBNAIL = 320
#: From this many bytes on, a decoding waits for its turn, so that large pictures do not meet in memory.
LARGE = 96 << 20


@dataclass(frozen=True, slots=True)
class Task:
    """One picture to prepare. ``path`` names it in results; it lies in ``file`` (a path, or an address that fsspec knows), or its
    bytes are ``data``.

    ``sidecars`` are paths of XMP files. ``thumbnail`` is the size of the one that is made at once, 0 for none.
    """

    path: str
    file: str | None = None
    data: bytes | None = None
    sidecars: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    thumbnail: int = THUMBNAIL


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that decoding a picture gave. ``features`` are packed local features, ``thumbnail`` is WebP."""

    path: str
    image: Image
    features: bytes
    thumbnail: bytes = b""
    thumbnail_size: int = 0


@dataclass(frozen=True, slots=True)
class Failed:
    """A picture that could not be prepared, and why in one sentence; ``ignored`` when it never claimed to be one."""

    path: str
    reason: str
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """Other work for a worker: ``function(item)``. The function is a pure one of some module, so that it pickles by its name."""

    function: Callable[[Any], Any]
    item: Any
    path: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """What a :class:`Call` gave."""

    value: Any


Turn = Callable[[], AbstractContextManager[Any]]


def prepare(task: Task, turn: Turn = nullcontext) -> Prepared | Failed:
    """Return what is kept of the picture of ``task``, or why it is not. Never raises.

    ``turn`` gives a context that lets one large picture through at a time.
    """
    try:
        return _prepare(task, turn)
    except (
        Exception
    ) as error:  # The boundary of a worker: whatever broken bytes bring about becomes a value with its reason.
        return Failed(task.path, decoding.explain(error), False)


def perform(call: Call) -> Returned | Failed:
    """Return what the function of ``call`` gives for its item, or why it gives nothing. Never raises."""
    try:
        return Returned(call.function(call.item))
    except Exception as error:  # The same boundary: an error is a value.
        return Failed(call.path, f"The work could not be done ({type(error).__name__}: {error}).")


def work(job: Task | Call, turn: Turn = nullcontext) -> Prepared | Returned | Failed:
    """Do whichever of the two a worker was sent. Never raises."""
    return perform(job) if isinstance(job, Call) else prepare(job, turn)


def _prepare(task: Task, turn: Turn) -> Prepared | Failed:
    content = _content(task)
    form = formats.sniff(content.data)
    if form is None:
        return _no_picture(task.path, content.data)
    picture = decoding.open_guarded(content.data, task.limits)
    meta = metadata.read(content.data, tuple(map(Path, task.sidecars)), limit=task.limits.metadata_bytes)
    image = _facts(task, content, form, picture)
    image = replace(image, metadata=meta, warnings=meta.warnings)
    return _decoded(image, picture, task, turn)


def _content(task: Task) -> files.Content:
    if task.data is not None:
        if len(task.data) > task.limits.file_bytes:
            raise Rejected(files.too_large(len(task.data), task.limits.file_bytes))
        return files.of_bytes(task.data)
    if task.file is None:
        raise Rejected("The picture has no content.")
    if is_address(task.file):
        return files.of_bytes(read(task.file, task.limits.file_bytes))
    return files.read(Path(task.file), task.limits.file_bytes)


def _no_picture(path: str, data: bytes) -> Failed:
    promised = path.rpartition(".")[2].lower() in formats.SUFFIXES
    if not data:
        return Failed(path, "The file is empty.", ignored=not promised)
    what = formats.describe(data)
    reason = f"The name promises a picture, but it is {what}." if promised else f"It is not a picture: it is {what}."
    return Failed(path, reason, ignored=not promised)


def _facts(task: Task, content: files.Content, form: str, picture: Pictures.Image) -> Image:
    """What is known before a pixel is decoded."""
    exif = picture.info.get("exif")
    orientation = orientation_in(exif) if isinstance(exif, bytes) else 1
    width, height = picture.size
    if orientation >= 5 and form not in ("TIFF", "HEIF"):
        width, height = height, width
    return Image(
        id=content.sha256[:16],
        sha256=content.sha256,
        size=len(content.data),
        width=width,
        height=height,
        format=form,
        paths=(task.path,),
        mode=picture.mode,
        frames=frames.count(form, content.data, picture, task.limits.frames),
        orientation=orientation,
        quality=_quality(picture),
    )


def _decoded(image: Image, picture: Pictures.Image, task: Task, turn: Turn) -> Prepared:
    from ..fingerprinting import fingerprints

    needed = decoding.memory_needed(picture, fingerprints.WANTED_SIDE)
    if needed > task.limits.memory_bytes:
        raise Rejected(
            f"Decoding the picture takes {needed / 1e6:,.0f} MB of memory; the limit is {task.limits.memory_bytes / 1e6:,.0f} MB."
        )
    with turn() if needed > LARGE else nullcontext():
        small = decoding.reduced(picture, fingerprints.WANTED_SIDE)
    known = fingerprints.prepare(small)
    image = replace(image, fingerprint=known.fingerprint)
    thumbnail = thumbnails.make(small, task.thumbnail) if task.thumbnail else b""
    return Prepared(task.path, image, known.features, thumbnail, task.thumbnail)


#: Sum of the luminance quantisation table of ITU-T T.81, annex K.1.
_STANDARD_SUM = 3685


def _quality(picture: Pictures.Image) -> int | None:
    """The quality (1 to 100) at which the IJG library would quantise luminance as this JPEG does; ``None`` for other formats."""
    table: list[int] | None = getattr(picture, "quantization", {}).get(0)
    if not table:
        return None
    scale = 100 * sum(table) / _STANDARD_SUM
    return max(1, min(100, round((200 - scale) / 2 if scale <= 100 else 5000 / scale)))
