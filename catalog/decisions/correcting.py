"""What people say of captions beyond what a finding asks: whose picture it is, that it is none, that a line is one.

As in :mod:`catalog.decisions.deciding`, each function appends its decision and all that it changes in one transaction.
"""

from __future__ import annotations

from .. import marking, resolve
from ..captions.textlines import Block
from ..catalogue import Catalogue
from ..codec import facts_hash
from ..errors import NotAllowed, NotFound
from ..model import Article, Caption, Decision
from ..stores.base import WHOLE, Store
from .deciding import MAX_TEXT, append, commit, now

#: Characters of a line that can be marked: longer ones are no captions.
LONGEST = 5_000


def link(store: Store, caption: str, action: str, image: str, *, who: str, note: str) -> Decision:
    """Append what a person says of a caption's picture, also where nothing was in doubt.

    ``link`` gives it ``image``, ``reject`` turns that one link down, ``none`` says that it has no picture here, ``not-caption``
    that it is no caption at all: then it takes part in no link. Raises NotFound, NotAllowed for another action.
    """
    if action not in ("link", "reject", "none", resolve.DISMISS):
        raise NotAllowed(
            "A caption can be linked to a picture, unlinked from one, or said to have none, or to be none.",
            field="action",
        )
    alone = action in ("none", resolve.DISMISS)

    def made(cat: Catalogue) -> list[Decision]:
        found = cat.captions([caption]).get(caption)
        if found is None:
            raise NotFound("caption", caption)
        if not alone and cat.image(image) is None:
            raise NotFound("picture", image)
        about = {"link": (caption, image), "reject": (caption, image), "none": (caption,)}
        decision = Decision(
            id="", time=now(), subject=f"caption:{caption}", action=action, who=who[:200], note=note[:MAX_TEXT], kind="link",
            subjects=about.get(action, (caption, found.article)), values={} if alone else {"image": image},
            seen=facts_hash(found.printed or found.text, found.credit),
        )  # fmt: skip
        return [decision]

    return append(store, lambda _: {WHOLE} if action == resolve.DISMISS else {caption, image}, made)[0]


def mark(store: Store, article: str, line: int, *, who: str, note: str) -> tuple[Decision, Caption]:
    """Append that a line of an article's text is a caption, and return the decision and the caption.

    ``line`` counts from 1 in the text as the article's page shows it: the source of a plain text, the story of a page. Saying it
    of a line that was said to be no caption takes that back. Raises NotFound for an unknown article, NotAllowed where no line
    begins, and for a line that is a caption already.
    """
    with store.writing():  # links are inferred anew: what that touches is not known before
        cat = Catalogue(store)
        found, block = _line(cat, article, line)
        if len(block.text) > LONGEST:
            raise NotAllowed(f"Line {line} is longer than {LONGEST:,} characters.", field="line")
        there = _captions_in(cat, article, block)
        if there and there[0].id not in marking.dismissed(cat.decisions_about([article])):
            raise NotAllowed(f"Line {line} is a caption already.", field="line")
        ident = there[0].id if there else marking.caption_id(found, block)
        decision = Decision(
            id="", time=now(), subject=f"article:{article}", action=resolve.MARK, who=who[:200], note=note[:MAX_TEXT],
            subjects=(article, ident), values={"text": block.text, "line": line}, seen=facts_hash(block.text),
        )  # fmt: skip
        made = commit(store, [decision])[0]
        return made, cat.captions([ident])[ident]


def at(store: Store, article: str, line: int) -> str:
    """Return the id of the caption in a line of an article. Raises NotFound, NotAllowed where none stands there."""
    cat = Catalogue(store)
    _, block = _line(cat, article, line)
    there = _captions_in(cat, article, block)
    if not there:
        raise NotAllowed(f"No caption stands in line {line}.", field="line")
    return there[0].id


def _line(cat: Catalogue, article: str, line: int) -> tuple[Article, Block]:
    found = cat.article(article)
    if found is None:
        raise NotFound("article", article)
    block = marking.line_of(found, line)
    if block is None:
        raise NotAllowed(f"No line of this article begins at {line}.", field="line")
    return found, block


def _captions_in(cat: Catalogue, article: str, block: Block) -> list[Caption]:
    """The captions that stand in a line: by their place where that is told, else by their words."""
    words = block.text.split()
    return [
        c
        for c in cat.captions_of(article)
        if (c.start < block.end and block.start < c.end if c.line else (c.printed or c.text).split() == words)
    ]
