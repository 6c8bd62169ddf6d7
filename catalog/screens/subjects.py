"""What findings and decisions are about, as a person knows it: a caption's words, a picture's file, an article's headline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..catalogue import Catalogue
from ..model import Article, Caption, Image

#: Of a caption or headline so many characters are told; whoever knows it knows it by its beginning.
MOST = 96


def told(cat: Catalogue, subjects: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """Return for each sequence of subjects what they are called, in that order; what is no longer there is left out.

    A subject is the id of a caption or picture, ``embedded:IMAGE``, ``image:ID`` or ``article:ID``. However many there are,
    each kind is read once.
    """
    lists = [tuple(one) for one in subjects]
    wanted = {subject for one in lists for subject in one}
    bare = {subject: subject.rpartition(":")[2] for subject in wanted}
    captions = cat.captions(i for i in wanted if ":" not in i)
    articles = cat.articles(bare[i] for i in wanted if i.startswith("article:"))
    images = cat.images({bare[i] for i in wanted if not i.startswith("article:")} - set(captions))

    def name(subject: str) -> str:
        ident = bare[subject]
        if subject.startswith("article:"):
            return _article(articles[ident]) if ident in articles else ""
        if subject in captions:
            return _caption(captions[subject])
        if ident not in images:
            return ""
        own = images[ident].metadata.caption if subject.startswith("embedded:") else ""
        return f"{_quoted(own)} in {_image(images[ident])}" if own else _image(images[ident])

    names = {subject: name(subject) for subject in wanted}
    return [tuple(filter(None, dict.fromkeys(names[subject] for subject in one))) for one in lists]


def _caption(caption: Caption) -> str:
    return _quoted(caption.text or caption.printed)


def _image(image: Image) -> str:
    return image.paths[0].rpartition("/")[2] if image.paths else image.id


def _article(article: Article) -> str:
    return _quoted(article.title) if article.title else article.source.rpartition("/")[2]


def _quoted(text: str) -> str:
    one = " ".join(text.split())
    return f"“{one if len(one) <= MOST else one[: MOST - 1].rstrip() + '…'}”"
