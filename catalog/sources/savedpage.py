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
import unicodedata
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..errors import CatalogError
from ..paths import to_text
from .base import PictureFile
from .files import read_head
from .kinds import PAGE_SUFFIXES, is_picture, suffix
from .limits import LIMITS, Limits

#: Endings of a saved page's folder, by system language.
_SUFFIXES = (
    "_files .files _file -Dateien _Dateien _fichiers -filer _filer _archivos _arquivos _ficheiros _bestanden _bylos "
    "_datoteke _dosyalar _elemei _failid _fails _fajlovi _fitxers _fitxategiak _pliki _soubory _súbory _tiedostot "
    "_skrár -файлы _файлы _файли _αρχεία _ファイル _文件 _檔案 _파일"
)
FOLDER_SUFFIXES = tuple(_SUFFIXES.split())
#: Its first letter stands in front, so that a scan steps over all other letters at once.
_ATTRIBUTE = re.compile(
    r"[sShHcCpPdD](?<!\w.)(?i:(?<=s)rc(?:set)?|(?<=h)ref|(?<=c)ontent|(?<=p)oster|(?<=d)ata-[\w-]{1,40})"
    r"\s{0,9}=\s{0,9}(?:\"([^\"]{1,8000})\"|'([^']{1,8000})'|([^\s\"'>]{1,2000}))"
)
_CANDIDATE = re.compile(r"[^\s,][^\s]{0,2000}")
_COLLISION = re.compile(r"\(\d{1,4}\)(?=\.[^.]{1,12}$|$)")


def page_of_folder(folder: str) -> str:
    """Return the saved page that a folder belongs to (its path as text), ``""`` when it is an ordinary folder."""
    parent, name = os.path.split(folder)
    if not name.endswith(FOLDER_SUFFIXES):
        return ""
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
    base = page.parent
    beside = _names_beside(page, limits)
    if beside is not None and not beside:
        return  # Most pages stand alone: what they name cannot be here.
    own = list(_own_files(page, beside, limits))
    references = _references(text, limits)
    named = {where: ref for ref in references if (where := _local(ref)) and _may_lie_beside(where, beside)}
    if own:
        by_name = {ref_name: ref for ref in references if (ref_name := _basename(ref))}
        for relative in own:
            if relative not in named:
                name = os.path.basename(relative)
                named[relative] = by_name.get(name) or by_name.get(_COLLISION.sub("", name)) or ""
    prefix = os.path.dirname(path)
    folders: dict[str, bool] = {}
    for relative in sorted(named):
        if _is_inside(base, relative, folders) and _holds_picture(base / relative):
            yield PictureFile(os.path.join(prefix, to_text(relative)), file=base / relative, url=named[relative])


def _names_beside(page: Path, limits: Limits) -> frozenset[str] | None:
    """The names in a page's folder, as :func:`_folded` spells them; ``None`` when they are too many to list.

    The page itself and others like it are left out: a file named as a page is no picture of one.
    """
    try:
        with os.scandir(page.parent) as listing:
            found = list(islice(listing, limits.references + 1))
    except OSError:
        return None
    if len(found) > limits.references:
        return None
    return frozenset(_folded(e.name) for e in found if suffix(e.name) not in PAGE_SUFFIXES or not _is_file(e))


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _folded(name: str) -> str:
    """A name in the one spelling under which file systems that ignore case or compose letters hold it too."""
    return name.lower() if name.isascii() else unicodedata.normalize("NFC", name).casefold()


def _may_lie_beside(relative: str, beside: frozenset[str] | None) -> bool:
    """Tell whether the first step of a relative path is among the names beside the page."""
    return beside is None or _folded(relative.partition("/")[0]) in beside


def _references(text: str, limits: Limits) -> list[str]:
    """Addresses in the attributes of a page that may name pictures, in order, each once."""
    found: dict[str, None] = {}
    for match in _ATTRIBUTE.finditer(text):
        value = match.group(match.lastindex or 1)
        value = (html.unescape(value) if "&" in value else value).strip()
        if value in found or value[:5].lower() == "data:" or not value:
            continue
        found[value] = None
        if " " in value or "," in value:
            found.update(dict.fromkeys(c.rstrip(",") for c in _CANDIDATE.findall(value)[: limits.references]))
        if len(found) >= 10 * limits.references:
            break
    return list(found)


def _local(reference: str) -> str:
    """The relative file path that an address stands for, ``""`` when it is absolute or leads upwards."""
    if reference.startswith(("https://", "http://", "/", "#")):
        return ""
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


def own_files(page: Path, limits: Limits = LIMITS) -> list[Path]:
    """Return the files directly in the folder that a browser saved with a page."""
    return [page.parent / relative for relative in _own_files(page, None, limits)]


def _own_files(page: Path, beside: frozenset[str] | None, limits: Limits) -> Iterator[str]:
    """Relative paths of the files directly in the folder that a browser saved with this page."""
    stem = page.name[: -len(page.suffix)] if page.suffix[1:].lower() in PAGE_SUFFIXES else page.name
    for ending in FOLDER_SUFFIXES:
        if not _may_lie_beside(f"{stem}{ending}", beside):
            continue
        folder = page.parent / f"{stem}{ending}"
        try:
            if not stat.S_ISDIR(os.lstat(folder).st_mode):
                continue
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        yield from (f"{stem}{ending}/{name}" for name in names[: limits.references])


def _is_inside(base: Path, relative: str, folders: dict[str, bool]) -> bool:
    """Whether every step from ``base`` is a real folder and the last one a regular file: no link leads away.

    ``folders`` is a memo of the steps that were looked at.
    """
    folder, _, _ = relative.rpartition("/")
    if folder and not _is_real_folder(base, folder, folders):
        return False
    return stat.S_ISREG(_mode(base, relative))


def _is_real_folder(base: Path, relative: str, folders: dict[str, bool]) -> bool:
    steps = relative.split("/")
    for last in range(1, len(steps) + 1):
        step = "/".join(steps[:last])
        if step not in folders:
            folders[step] = stat.S_ISDIR(_mode(base, step))
        if not folders[step]:
            return False
    return True


def _mode(base: Path, relative: str) -> int:
    """The mode of what lies at a path, 0 when nothing does."""
    try:
        return os.lstat(os.path.join(base, relative)).st_mode
    except (OSError, ValueError):
        return 0


def _holds_picture(file: Path) -> bool:
    try:
        return is_picture(read_head(file, 256))
    except CatalogError:
        return False
