"""A page saved with its files: which folder is its own, and which files in it the page names.

Browsers save ``page.html`` with a folder named after it; the suffix depends on the language of the system (Microsoft's
list of names for "connected files"). Tools such as wget keep folders of their own; there the page's references tell.
"""

# ruff: noqa: PTH113, PTH118, PTH119, PTH120, PTH208

from __future__ import annotations

import html
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..errors import CatalogError
from ..paths import to_text
from .base import PictureFile
from .files import read_head
from .kinds import PAGE_SUFFIXES, is_picture
from .limits import LIMITS, Limits

#: Endings of a saved page's folder, by system language.
_SUFFIXES = (
    "_files .files _file -Dateien _Dateien _fichiers -filer _filer _archivos _arquivos _ficheiros _bestanden _bylos "
    "_datoteke _dosyalar _elemei _failid _fails _fajlovi _fitxers _fitxategiak _pliki _soubory _súbory _tiedostot "
    "_skrár -файлы _файлы _файли _αρχεία _ファイル _文件 _檔案 _파일"
)
FOLDER_SUFFIXES = tuple(_SUFFIXES.split())
_ATTRIBUTE = re.compile(
    r"\b(?:src|href|srcset|content|poster|data-[\w-]{1,40})\s{0,9}=\s{0,9}(?:\"([^\"]{1,8000})\"|'([^']{1,8000})'|([^\s\"'>]{1,2000}))",
    re.I,
)
_CANDIDATE = re.compile(r"[^\s,][^\s]{0,2000}")
_COLLISION = re.compile(r"\(\d{1,4}\)(?=\.[^.]{1,12}$|$)")


def page_of_folder(folder: str) -> str:
    """Return the saved page that a folder belongs to (its path as text), ``""`` when it is an ordinary folder."""
    parent, name = os.path.split(folder)
    for ending in FOLDER_SUFFIXES:
        if not name.endswith(ending) or name == ending:
            continue
        for last in ("html", "htm", "xhtml", "HTML", "HTM", "xht", "shtml"):
            page = os.path.join(parent, f"{name[: -len(ending)]}.{last}")
            if os.path.isfile(page):
                return to_text(page)
    return ""


def files_beside(page: Path, path: str, text: str, limits: Limits = LIMITS) -> Iterator[PictureFile]:
    """Yield the picture files of a page's own folder, and those that it names by relative addresses, each once.

    ``page`` is the file, ``path`` its text as the user gave it, ``text`` its decoded source. Files outside the
    page's own folder tree, links and whatever is no picture by content are left out.
    """
    references = _references(text, limits)
    base = page.parent
    named = {where: ref for ref in references if (where := _local(ref))}
    by_name = {ref_name: ref for ref in references if (ref_name := _basename(ref))}
    for relative in _own_files(page, limits):
        if relative not in named:
            name = os.path.basename(relative)
            named[relative] = by_name.get(name) or by_name.get(_COLLISION.sub("", name)) or ""
    prefix = os.path.dirname(path)
    for relative in sorted(named):
        file = base / relative
        if _is_inside(base, relative) and _holds_picture(file):
            yield PictureFile(os.path.join(prefix, to_text(relative)), file=file, url=named[relative])


def _references(text: str, limits: Limits) -> list[str]:
    """Addresses in the attributes of a page that may name pictures, in order, each once."""
    found: dict[str, None] = {}
    for match in _ATTRIBUTE.finditer(text):
        value = html.unescape(next(g for g in match.groups() if g is not None)).strip()
        if value[:5].lower() == "data:" or not value:
            continue
        found.setdefault(value)
        if " " in value or "," in value:
            found.update(dict.fromkeys(c.rstrip(",") for c in _CANDIDATE.findall(value)[: limits.references]))
        if len(found) >= 10 * limits.references:
            break
    return list(found)


def _local(reference: str) -> str:
    """The relative file path that an address stands for, ``""`` when it is absolute or leads upwards."""
    try:
        parts = urlsplit(reference)
    except ValueError:
        return ""
    path = unquote(parts.path)
    if parts.scheme or parts.netloc or path.startswith(("/", "\\")) or "\0" in path or len(path) > 1000:
        return ""
    path = os.path.normpath(path) if path else ""
    return "" if path in ("", ".") or path.split("/", 1)[0] == ".." else path


def _basename(reference: str) -> str:
    try:
        return unquote(urlsplit(reference).path).rstrip("/").rpartition("/")[2]
    except ValueError:
        return ""


def _own_files(page: Path, limits: Limits) -> Iterator[str]:
    """Relative paths of the files directly in the folder that a browser saved with this page."""
    stem = page.name[: -len(page.suffix)] if page.suffix[1:].lower() in PAGE_SUFFIXES else page.name
    for ending in FOLDER_SUFFIXES:
        folder = page.parent / f"{stem}{ending}"
        try:
            if not stat.S_ISDIR(os.lstat(folder).st_mode):
                continue
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        yield from (f"{stem}{ending}/{name}" for name in names[: limits.references])


def _is_inside(base: Path, relative: str) -> bool:
    """Whether every step from ``base`` is a real folder and the last one a regular file: no link leads away."""
    steps = relative.split("/")
    where = base
    for i, step in enumerate(steps):
        where = where / step
        try:
            mode = os.lstat(where).st_mode
        except (OSError, ValueError):
            return False
        if not (stat.S_ISREG(mode) if i == len(steps) - 1 else stat.S_ISDIR(mode)):
            return False
    return True


def _holds_picture(file: Path) -> bool:
    try:
        return is_picture(read_head(file, 256))
    except CatalogError:
        return False
