"""Which pictures lack a caption that somebody would miss: those that a story shows, or that lie alone beside a text.

A saved page brings logos, portraits of columnists and teasers of other stories with it, and an archive of pictures has no
story at all. Neither waits for a caption. What counts are facts only: the pictures that a page's story names, the document a
picture came with, and the folders in which files lie.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from .. import findings, linking
from ..catalogue import Catalogue
from ..codec import from_dict
from ..model import Article
from ..stores.base import Doc

#: Stories that are looked at for one picture: names like "image.jpg" are in thousands of them.
MAX_STORIES = 50


class Shown:
    """Tells for one picture after another whether a story shows it; remembers the folders that it has looked into."""

    def __init__(self, cat: Catalogue) -> None:
        self._cat = cat
        self._texts: dict[str, bool] = {}

    def by_a_story(self, idents: Collection[str]) -> set[str]:
        """Return those of the pictures that a page's story names, or that came without a page and have a text beside or above."""
        docs = self._cat.store.get_many("image", idents)
        keys = {ident: doc.get("keys", {}) for ident, doc in docs.items()}
        stems = {stem for own in keys.values() for stem in own.get("stems", ())}
        self._cat.store.expect([("article", "keys.stems", s) for s in stems] + [("source", "ids", i) for i in docs])
        named = {i for i, own in keys.items() if self._is_named(i, own.get("stems", ()), set(own.get("folders", ())))}
        rest = {i: own.get("folders", ()) for i, own in keys.items() if i not in named and not self._came_with_page(i)}
        folders = {folder for own in rest.values() for folder in own}
        self._cat.store.expect([("article", "keys.folders", f) for f in folders if f not in self._texts])
        return named | {i for i, own in rest.items() if any(map(self._has_text, own))}

    def _is_named(self, ident: str, stems: Sequence[str], folders: set[str]) -> bool:
        return any(self._names(doc, ident) for doc in self._near(ident, stems, folders))

    def _near(self, ident: str, stems: Sequence[str], folders: set[str]) -> Iterator[Doc]:
        """The documents of stories that name a picture so, and that it came with or lies beside."""
        named = {a for stem in stems for a in self._cat.store.find("article", "keys.stems", stem)[:MAX_STORIES]}
        for doc in self._cat.store.get_many("article", sorted(named)).values():
            if ident in doc.get("own", ()) or folders & set(doc.get("keys", {}).get("folders", ())):
                yield doc

    def _names(self, doc: Doc, ident: str) -> bool:
        image = self._cat.image(ident)
        return image is not None and bool(
            linking.story_pictures(from_dict(doc, Article), [linking.Candidate(image, "document")])
        )

    def _came_with_page(self, ident: str) -> bool:
        docs = self._cat.store.get_many("source", self._cat.store.find("source", "ids", ident))
        return any(doc.get("kind") == "article" for doc in docs.values())

    def _has_text(self, folder: str) -> bool:
        if folder not in self._texts:
            docs = self._cat.store.get_many("article", self._cat.store.find("article", "keys.folders", folder))
            self._texts[folder] = any(doc.get("kind") == "plaintext" for doc in docs.values())
        return self._texts[folder]


def newly_beside(cat: Catalogue, article: Article, near: Sequence[linking.Candidate], linked: set[str]) -> list[str]:
    """Return the pictures of ``near`` that the article shows, that have no caption, and of which nothing is found yet."""
    bare = [c for c in near if c.image.id not in linked and not c.image.metadata.caption]
    fresh = [c for c in bare if cat.finding(findings.finding_id("image-without-caption", c.image.id)) is None]
    return linking.story_pictures(article, fresh)
