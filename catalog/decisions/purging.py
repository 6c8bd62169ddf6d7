"""Removing for good what a person has hidden: the one step that cannot be undone, and therefore a command of its own."""

from __future__ import annotations

from ..catalogue import Catalogue
from ..errors import NotAllowed, NotFound
from ..inferences import inferring
from ..media import Media
from ..stores.base import Store, Transaction
from ..stores.overlay import Overlay


def purge(store: Store, media: Media, subject: str) -> int:
    """Remove a hidden picture or article (``image:ID``, ``article:ID``) and what was inferred of it.

    Returns how many documents went. Decisions stay in the log. Raises NotFound, and NotAllowed for what is not hidden.
    """
    kind, _, ident = subject.partition(":")
    if kind not in ("image", "article"):
        raise NotAllowed("Name what you mean as image:ID or article:ID.", field="subject")
    with store.writing():
        cat = Catalogue(store)
        doc = store.get(kind, ident)
        if doc is None:
            raise NotFound("picture" if kind == "image" else "article", ident)
        if not cat.is_hidden(subject):
            raise NotAllowed(f"Only what is hidden can be purged: cutline hide {subject}")
        change = _of_image(cat, ident) if kind == "image" else _of_article(cat, ident)
        near = {i for m in change.deletes.get("match", ()) for i in m.split(":")} | {
            i.split(":")[1] for i in change.deletes.get("link", ())
        }
        change.delete(kind, ident)
        for source in store.find("source", "ids", ident):
            change.delete("source", source)
        overlay = Overlay(store)
        overlay.commit(change)
        touched = {link.article for link in cat.links_of_image(ident)} if kind == "image" else {ident}
        overlay.commit(
            inferring.infer_findings(Catalogue(overlay), touched, near | ({ident} if kind == "image" else set()))
        )
        store.commit(overlay.transaction)
    if kind == "image":
        media.remove(str(doc["sha256"]))
        media.remove_thumbs(ident)
    return sum(map(len, change.deletes.values()))


def _of_image(cat: Catalogue, ident: str) -> Transaction:
    change = Transaction()
    for link in cat.links_of_image(ident):
        change.delete("link", link.id)
    for match in cat.matches_of(ident):
        change.delete("match", match.id)
    return change


def _of_article(cat: Catalogue, ident: str) -> Transaction:
    change = Transaction()
    for caption in cat.captions_of(ident):
        change.delete("caption", caption.id)
    for link in cat.links_of_article(ident):
        change.delete("link", link.id)
    for revision in cat.revisions_of(ident):
        change.delete("revision", revision.id)
    for finding in cat.store.find("finding", "articles", ident):
        change.delete("finding", finding)
    return change
