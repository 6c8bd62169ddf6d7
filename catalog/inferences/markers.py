"""What waits for inference: markers in the store, left in the transaction of what changed and taken away by whoever infers it."""

from __future__ import annotations

from collections.abc import Iterable

from .. import resolve
from ..catalogue import Catalogue
from ..model import Decision
from ..stores.base import Transaction
from . import documents, inferring


def pending(change: Transaction, what: str, ident: str) -> None:
    """Note that an image, an article or what is found about them waits for inference."""
    change.put("meta", f"pending:{what}:{ident}", {"id": f"pending:{what}:{ident}"})


def taught(cat: Catalogue, spoken: Iterable[Decision]) -> Transaction:
    """Let the articles wait whose links these decisions, given or taken back, are evidence for.

    What is said of a picture and a caption is evidence for the other renditions of the photograph. Their articles are linked
    anew by the next import or ``relink``: a reviewer does not wait for it, and no other finding changes under their hands.
    """
    change = Transaction()
    for decision in spoken:
        image = str(decision.values.get("image", ""))
        if not image or not (decision.action in resolve.CHOOSING or decision.action == "reject"):
            continue
        others = {m.b if m.a == image else m.a for m in cat.matches_of(image) if m.relation != "same scene"}
        others.update(other for known in cat.images([image]).values() for other in documents.of_one(cat, known))
        own = {caption.article for caption in cat.captions(decision.subjects).values()}
        for ident in sorted(inferring.interested_articles(cat, others) - own):
            pending(change, "article", ident)
    return change
