"""Finding inputs: files and folders in a fixed order, by ``lstat`` alone.

Nothing is opened and no link is followed. Paths stay strings, spelt as the user gave them; ``pathlib`` tidies them.
"""

# ruff: noqa: PTH113, PTH114, PTH116, PTH118

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ..paths import to_text
from .base import Entry, LeftAside
from .files import special_kind, why
from .kinds import PAGE_SUFFIXES, PICTURE_SUFFIXES, suffix
from .savedpage import page_of_folder

#: Files and folders that systems leave behind; no one means to catalogue them.
_SYSTEM_FILES = {
    "thumbs.db": "a thumbnail cache of Windows",
    "ehthumbs.db": "a thumbnail cache of Windows",
    "desktop.ini": "folder settings of Windows",
    ".ds_store": "folder settings of macOS",
    ".localized": "folder settings of macOS",
    ".directory": "folder settings of KDE",
    ".gitignore": "a setting of git",
    ".gitattributes": "a setting of git",
}
_SYSTEM_FOLDERS = {
    "__macosx": "a resource folder of macOS",
    ".git": "a repository's own folder",
    "@eadir": "a thumbnail folder of a NAS",
    ".thumbnails": "a thumbnail folder",
    ".trashes": "a waste bin",
    "$recycle.bin": "a waste bin",
}
#: Files that together make a folder a catalogue, whose pictures are copies of what was imported into it.
_CATALOGUE_FILES = {"catalogue.lock", "journal.jsonl"}


class _Folder(NamedTuple):
    path: str
    part_of: str


def walk(inputs: Iterable[Path | str]) -> Iterator[Entry]:
    """Yield an Entry for every file under ``inputs``, each input in the order given, folders in the order of names.

    Paths are named as the user gave them. What is no regular file (pipes, devices, links inside a folder) and what
    cannot be looked at comes with ``aside`` set. An input that is itself a link is followed, since the user named it.
    """
    visited: set[tuple[int, int]] = set()
    for given in inputs:
        yield from _walk_one(os.fspath(given), visited)


def entry(path: Path | str) -> Entry:
    """Return the Entry of one file named by the user, with the sidecars beside it."""
    return next(iter(_given(os.fspath(path))))


def _walk_one(given: str, visited: set[tuple[int, int]]) -> Iterator[Entry]:
    try:
        info = os.stat(given)
        is_folder = stat.S_ISDIR(info.st_mode)
    except (OSError, ValueError):
        is_folder = False
    if not is_folder:
        yield from _given(given)
        return
    root = given.rstrip("/") or "/"
    stack = [_Folder(root, page_of_folder(root))]
    visited.discard((info.st_dev, info.st_ino))
    while stack:
        found = _list(stack.pop(), visited)
        folders = [item for item in found if isinstance(item, _Folder)]
        stack.extend(reversed(folders))
        yield from (item for item in found if isinstance(item, Entry))


def _list(folder: _Folder, visited: set[tuple[int, int]]) -> list[Entry | _Folder]:
    """The entries and subfolders of one folder, sorted by name."""
    try:
        info = os.lstat(folder.path)
        if (info.st_dev, info.st_ino) in visited:
            return [_aside(folder.path, "ignored", "a folder that was already read under another name")]
        visited.add((info.st_dev, info.st_ino))
        with os.scandir(folder.path) as listing:
            found = sorted(listing, key=lambda e: e.name)
    except OSError as error:
        return [_aside(folder.path, "rejected", f"the folder cannot be read: {why(error)}")]
    if _CATALOGUE_FILES.issubset(e.name for e in found):
        return [_aside(folder.path, "ignored", "a catalogue of Cutline; `cutline copy` takes over what one holds")]
    names = _Neighbours(folder.path, [e.name for e in found])
    return [_look(item, folder, names) for item in found]


def _look(item: os.DirEntry[str], folder: _Folder, names: _Neighbours) -> Entry | _Folder:
    path = os.path.join(folder.path, item.name)
    try:
        info = item.stat(follow_symlinks=False)
    except OSError as error:
        return _aside(path, "rejected", why(error))
    if stat.S_ISDIR(info.st_mode):
        system = _SYSTEM_FOLDERS.get(item.name.lower())
        return _aside(path, "ignored", system) if system else _Folder(path, folder.part_of or page_of_folder(path))
    if stat.S_ISLNK(info.st_mode):
        return _aside(path, "ignored", _link_reason(path))
    return _file(path, item.name, info, names, folder.part_of)


def _file(path: str, name: str, info: os.stat_result, names: _Neighbours, part_of: str) -> Entry:
    special = special_kind(info.st_mode)
    if special:
        return _aside(path, "ignored", f"{special}, not a file")
    system = _SYSTEM_FILES.get(name.lower()) or ("a resource fork of macOS" if name.startswith("._") else None)
    sidecars = names.sidecars(name)
    return Entry(
        path=to_text(path),
        file=Path(path),
        size=info.st_size,
        mtime_ns=info.st_mtime_ns,
        inode=info.st_ino,
        sidecars=sidecars,
        part_of=part_of,
        sidecar_of=names.picture_of(name),
        stamp=_stamp(info, sidecars),
        aside=LeftAside(to_text(path), "ignored", system) if system else None,
    )


def _given(path: str) -> Iterator[Entry]:
    """The entry of an input that is not a folder."""
    folder, name = os.path.split(path)
    try:
        info = os.stat(path)
    except ValueError:
        yield Entry(to_text(path), Path(), aside=LeftAside(to_text(path), "rejected", "this name cannot be a file's"))
        return
    except OSError as error:
        reason = "a symbolic link to nothing" if os.path.islink(path) else why(error)
        yield _aside(path, "rejected", reason)
        return
    if stat.S_ISDIR(info.st_mode):
        yield _aside(path, "rejected", "a folder where a file was expected")
        return
    names = _Neighbours(folder, _beside(folder, name))
    yield _file(path, name, info, names, page_of_folder(folder) if folder else "")


def _beside(folder: str, name: str) -> list[str]:
    """Names that matter to one file given alone: its sidecars, or the pictures that a sidecar may describe."""
    if suffix(name) in PAGE_SUFFIXES:
        return [name]
    stem = name[: -len(suffix(name)) - 1] if suffix(name) else name
    ends = [f".{s}" for s in sorted(PICTURE_SUFFIXES)]
    ends += [e.upper() for e in ends]
    names = {name, name + ".xmp", name + ".XMP", stem, stem + ".xmp", stem + ".XMP", *(stem + e for e in ends)}
    return sorted(n for n in names if os.path.isfile(os.path.join(folder, n)))


class _Neighbours:
    """The names in one folder, as far as pictures and their sidecars find each other."""

    def __init__(self, folder: str, names: list[str]) -> None:
        self._folder = folder
        self._xmp = {n.lower(): n for n in names if n.lower().endswith(".xmp")}
        self._pictures: dict[str, str] = {}
        if self._xmp:
            for name in names:
                if suffix(name) in PICTURE_SUFFIXES:
                    self._pictures.setdefault(name.lower(), name)
                    self._pictures.setdefault(name.lower().rpartition(".")[0], name)

    def sidecars(self, name: str) -> tuple[Path, ...]:
        """XMP files of a picture: ``name.jpg.xmp``, then ``name.xmp``."""
        last = suffix(name)
        if not self._xmp or last in PAGE_SUFFIXES or last == "xmp":
            return ()
        keys = [name.lower() + ".xmp", name.lower().rpartition(".")[0] + ".xmp"]
        paths = [Path(self._folder, self._xmp[k]) for k in dict.fromkeys(keys) if k in self._xmp]
        return tuple(p for p in paths if _is_regular(p))

    def picture_of(self, name: str) -> str:
        """The picture that an XMP file describes, by name; ``""`` when there is none beside it."""
        lower = name.lower()
        return self._pictures.get(lower[:-4], "") if lower.endswith(".xmp") else ""


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def _stamp(info: os.stat_result, sidecars: tuple[Path, ...]) -> str:
    """Changes when the file or a sidecar of it may have changed."""
    parts = [f"{info.st_size}:{info.st_mtime_ns}:{info.st_ino}"]
    for sidecar in sidecars:
        try:
            beside = os.lstat(sidecar)
        except OSError:
            continue
        parts.append(f"{beside.st_size}:{beside.st_mtime_ns}:{beside.st_ino}")
    return "+".join(parts)


def _link_reason(path: str) -> str:
    try:
        target = os.stat(path)
    except OSError:
        return "a symbolic link to nothing or to itself"
    kind = special_kind(target.st_mode) or "a file"
    return f"a symbolic link to {kind}; links inside a folder are not followed"


def _aside(path: str, result: str, reason: str) -> Entry:
    text = to_text(path)
    return Entry(text, Path(path), aside=LeftAside(text, "rejected" if result == "rejected" else "ignored", reason))
