"""What importing needs of the network: addresses as entries, and the pictures that a document names and nobody has yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from .. import addresses
from ..errors import CatalogError, Rejected
from ..extracting import read_document
from ..model import PictureRef
from ..sources.base import Document, Entry, LeftAside, PictureFile
from ..sources.files import read_head
from ..sources.kinds import is_picture
from .failure import FetchFailed
from .fetcher import Fetcher
from .rules import RULES
from .shelf import Kept, Shelf

#: Renditions of one picture that are tried, largest first, while servers say that there is no such file.
_RENDITIONS = 3


@dataclass(frozen=True, slots=True)
class Completed:
    """A document with the pictures fetched for it, those that could not be, and whether nothing is left for another run."""

    document: Document
    failed: tuple[LeftAside, ...]
    whole: bool


class Inputs:
    """Fetches for one import. ``pictures`` tells whether documents are to be completed with the pictures they name."""

    def __init__(self, fetcher: Fetcher, *, pictures: bool) -> None:
        self._fetcher, self.pictures = fetcher, pictures

    def stop(self) -> None:
        """End what is under way; nothing is fetched any more."""
        self._fetcher.stop()

    def entries(self, given: Iterable[str]) -> Iterator[Entry]:
        """Fetch addresses, each once, and yield an Entry for each: a file to read, or why there is none. Ends when stopped."""
        for url in dict.fromkeys(given):
            try:
                entry = _entry(url, self._fetcher.fetch(url))
            except Rejected as error:
                if self._fetcher.stopped:
                    return
                entry = Entry(url, Path(), url=url, aside=LeftAside(url, "rejected", str(error)))
            yield entry

    def complete(self, document: Document, known: Callable[[PictureRef], bool]) -> Completed:
        """Fetch the pictures that a document's stories name, in their order.

        Those that a file of the document is, and those that are ``known``, are left out. What fails is a value.
        """
        pictures: list[PictureFile] = []
        failed: list[LeftAside] = []
        rules, whole, room = self._fetcher.rules, True, self._fetcher.rules.pictures_size
        for n, urls in enumerate(_wanted(document, known)):
            path = f"{document.path}!/{urls[0]}"
            if n >= rules.pictures or room <= 0:
                failed.append(
                    LeftAside(path, "rejected", "This and what follows is more than is fetched for one document.")
                )
                break
            try:
                url, kept = self._picture(urls)
            except Rejected as error:
                if self._fetcher.stopped:
                    whole = False
                    break
                failed.append(LeftAside(path, "rejected", str(error)))
                whole &= not (isinstance(error, FetchFailed) and error.again)
                continue
            room -= kept.size
            pictures.append(PictureFile(f"{document.path}!/{url}", file=kept.path, url=url, fetched=True))
        return Completed(replace(document, pictures=(*document.pictures, *pictures)), tuple(failed), whole)

    def _picture(self, urls: Sequence[str]) -> tuple[str, Kept]:
        """The largest rendition that there is, and the address it was asked for at. Raises FetchFailed of the first."""
        first: FetchFailed | None = None
        for url in urls[:_RENDITIONS]:
            try:
                kept = self._fetcher.fetch(url)
                if not is_picture(read_head(kept.path, 64)):
                    what = kept.headers.get("content-type", "").split(";")[0][:60] or "something else"
                    raise FetchFailed(f"No picture that Cutline catalogues was served, but {what}.")
                return url, kept
            except FetchFailed as error:
                first = first or error
                if error.again:
                    break
        raise first or FetchFailed("It has no address that can be fetched.")


@contextmanager
def for_import(
    folder: Path, inputs: Iterable[str | Path], *, pictures: bool, private: bool, dry_run: bool
) -> Iterator[Inputs | None]:
    """Give what one import fetches with, or ``None`` when it is asked for nothing from the network.

    What is fetched is kept in ``folder``, and by a dry run nowhere.
    """
    if not pictures and not any(map(addresses.is_remote, inputs)):
        yield None
        return
    with TemporaryDirectory() if dry_run else nullcontext(folder) as kept:
        yield Inputs(Fetcher(Shelf(Path(kept)), replace(RULES, private=private)), pictures=pictures)


def _entry(url: str, kept: Kept) -> Entry:
    try:
        status = kept.path.lstat()
    except OSError as error:
        raise Rejected(f"What was fetched is gone: {error.strerror}.") from error
    return Entry(
        url, kept.path, status.st_size, status.st_mtime_ns, status.st_ino, url=kept.final, charset=kept.charset
    )


def _wanted(document: Document, known: Callable[[PictureRef], bool]) -> Iterator[list[str]]:
    """The addresses of each picture that a document's stories name and no file of it is, the largest rendition first."""
    try:
        stories = read_document(document)
    except CatalogError:
        return
    urls = {addresses.resolve(p.url, document.url) or p.url for p in document.pictures if p.url}
    stems = {s for p in document.pictures if (s := addresses.stem(PurePath(p.path).name))}
    seen: set[str] = set()
    for ref in (ref for story in stories for ref in story.article.pictures):
        named = list(dict.fromkeys(u for u in (ref.url, *ref.urls) if u))
        fetchable = [u for u in named if addresses.is_remote(u)]
        if not fetchable or seen.intersection(fetchable):
            continue
        seen.update(fetchable)
        if not (urls.intersection(named) or stems.intersection(map(addresses.stem, named)) or known(ref)):
            yield fetchable
