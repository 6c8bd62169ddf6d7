"""From facts to inferences: which links, matches, conflicts and findings follow for some articles and images.

Everything here reads a catalogue and returns a transaction; whoever calls commits it. Running it again on the same
facts and decisions gives the same documents, so inferences can be dropped and recomputed at any time.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from .. import addresses, findings, resolve
from ..catalogue import Catalogue, embedded_caption
from ..codec import from_dict, to_dict
from ..duplicates import Sample
from ..later import later
from ..model import Article, Caption, Conflict, Decision, Finding, Group, Image, Link
from ..stores.base import Doc, Transaction
from . import components, documents
from .remembering import remembering
from .shown import Shown, newly_beside

if TYPE_CHECKING:
    from .. import conflicts, linking, marking
    from ..images.worker import Prepared
else:
    conflicts, linking, marking = later(".conflicts", ".linking", ".marking")

#: Distinct caption texts of one photograph that are compared with each other.
MAX_TEXTS = 30
#: Pictures of an article's own folder that are all candidates; in fuller folders only those nominated by address or words.
MAX_FOLDER = 1500
#: Rare words by which captions and embedded captions nominate each other.
KEY_WORDS = 8


# ---------------------------------------------------------------- keys: how pictures and articles find each other


def _folders(path: str, levels: int) -> list[str]:
    base = path.split("!/", 1)[0]
    if addresses.is_remote(base):
        return []  # Pages of one host are no neighbours as files of one folder are.
    parents = [str(p) for p in PurePath(os.path.abspath(base)).parents]  # noqa: PTH100 - names, not files
    return parents[:levels]


def key_words(texts: Iterable[str]) -> list[str]:
    """Return the longest distinct folded words of ``texts``, at most KEY_WORDS each: long words are the rare ones."""
    keys: set[str] = set()
    for text in texts:
        words = {w for w in linking.words(text) if len(w) >= 5 or not w.isascii()}
        keys.update(sorted(words, key=lambda w: (-len(w), w))[:KEY_WORDS])
    return sorted(keys)


def image_doc(image: Image) -> Doc:
    """Return the stored form of an image: its facts and the keys by which articles find it."""
    doc = to_dict(image)
    names = [PurePath(p.rsplit("/", 1)[-1]).name for p in image.paths]
    doc["keys"] = {
        "folders": sorted({f for p in image.paths for f in _folders(p, 3)}),
        "stems": sorted({s for n in names if (s := addresses.stem(n))}),
        "words": [*key_words([image.metadata.caption, image.metadata.headline]), *documents.keys(image)],
    }
    return doc


def article_doc(article: Article, captions: Sequence[Caption]) -> Doc:
    """Return the stored form of an article: its facts and the keys by which pictures find it."""
    doc = to_dict(article)
    urls = [u for p in article.pictures for u in (p.url, *p.urls)]
    doc["keys"] = {
        "folders": _folders(article.source, 1),
        "stems": sorted({s for u in urls if (s := addresses.stem(u))}),
        "words": key_words(c.text for c in captions),
    }
    return doc


def sample(done: Prepared) -> Sample:
    """Return what the judges of duplicates need of a prepared picture."""
    image = done.image
    if image.fingerprint is None:
        raise ValueError(f"{image.id} has no fingerprint")
    return Sample(image.id, image.fingerprint, done.features, image.width, image.height, image.sha256, image.size)


# ---------------------------------------------------------------- links


def candidates(cat: Catalogue, article: Article, own: Collection[str]) -> list[linking.Candidate]:
    """Return the pictures that may belong to an article: its own document's, its folder's, and others by address or words."""
    doc = cat.store.get("article", article.id) or {}
    keys = doc.get("keys", {})
    near: set[str] = set()
    for folder in keys.get("folders", ()):
        near.update(cat.store.find("image", "keys.folders", folder))
    named = {i for s in keys.get("stems", ()) for i in cat.store.find("image", "keys.stems", s)}
    shared: dict[str, int] = {}
    for word in keys.get("words", ()):
        for ident in cat.store.find("image", "keys.words", word)[:MAX_FOLDER]:
            shared[ident] = shared.get(ident, 0) + 1
    worded = {i for i, n in shared.items() if n >= 2}
    if len(near) > MAX_FOLDER:
        near &= named | worded
    wanted = set(own) | near | named | worded
    found = []
    for ident, image in cat.images(sorted(wanted)).items():
        scope: linking.Scope = "document" if ident in own else "import" if ident in near else "catalogue"
        found.append(
            linking.Candidate(
                image=image, scope=scope, urls=tuple(_served(cat, ident)), known=_known(cat, image, article.id)
            )
        )
    return found


def _served(cat: Catalogue, image: str) -> list[str]:
    """The addresses under which a picture's bytes were served, as its sources recorded them."""
    docs = cat.store.get_many("source", cat.store.find("source", "ids", image))
    return sorted(
        {m["url"] for d in docs.values() for m in d.get("members", ()) if m.get("id") == image and m.get("url")}
    )


def _known(cat: Catalogue, image: Image, article: str) -> tuple[linking.Known, ...]:
    """Captions already settled for this picture or one that matches it, in other articles or by a person.

    Only links that stand on evidence of their own count, so that two links never prove each other; and nothing that was said
    of this article's own captions, so that a decision never proves itself: there it settles the link without being evidence.
    A rejection still speaks against other renditions of the picture.
    """
    pairs = {image.id: ""} | {
        (m.b if m.a == image.id else m.a): (m.b if m.a == image.id else m.a)
        for m in cat.matches_of(image.id)[:MAX_TEXTS]
        if m.relation != "same scene"
    }
    pairs |= {other: other for other in documents.of_one(cat, image) if other not in pairs}
    texts: list[linking.Known] = []
    for decision in cat.decisions_about(pairs):
        chosen = str(decision.values.get("image", ""))
        if chosen in pairs and (decision.action in resolve.CHOOSING or decision.action == "reject"):
            for caption in cat.captions(s for s in decision.subjects if s != chosen).values():
                if caption.article != article or (decision.action == "reject" and pairs[chosen]):
                    texts.append(linking.Known(caption.text, decision.action != "reject", True, pairs[chosen]))
    for other, via in pairs.items():
        for link in cat.links_of_image(other):
            own = link.band == "certain" and not any(e.name.startswith("known caption") for e in link.evidence)
            if own and link.article != article and (caption_ := cat.caption(link.caption)):
                texts.append(linking.Known(caption_.text, True, False, via))
    return tuple(dict.fromkeys(texts))


def infer_links(cat: Catalogue, article_ids: Iterable[str]) -> tuple[Transaction, set[str]]:
    """Return the new links of these articles in place of their old ones, and every image whose links that touches.

    Lines of plain text that only a picture shows to be captions come and go with their pictures; those that a person marked,
    with the decision. What a person said to be no caption takes no picture.
    """
    change, touched = Transaction(), set[str]()
    for ident in article_ids:
        old = {link.id: link for link in cat.links_of_article(ident)}
        new: dict[str, Link] = {}
        article = cat.article(ident)
        if article is not None:
            near = candidates(cat, article, own_pictures(cat, article))
            said = cat.decisions_about([ident])
            none = marking.dismissed(said)
            captions = [c for c in _with_added(cat, article, near, said, change) if c.id not in none]
            new = {x.id: x for x in linking.link(article, captions, near)}
            touched.update(newly_beside(cat, article, near, {x.image for x in new.values()}))
        for gone in old.keys() - new.keys():
            change.delete("link", gone)
        for link in new.values():
            if old.get(link.id) != link:
                change.put("link", link.id, to_dict(link))
        touched.update(x.image for x in (*old.values(), *new.values()))
    return change, touched


def _with_added(
    cat: Catalogue,
    article: Article,
    near: Sequence[linking.Candidate],
    said: Sequence[Decision],
    change: Transaction,
) -> Sequence[Caption]:
    known = cat.captions_of(article.id)
    read = [c for c in known if not linking.is_overlooked(c)]
    captions = linking.with_overlooked(article, marking.with_marked(article, read, said), near)
    gone = [c for c in known if c.id not in {k.id for k in captions}]
    decided = [c for c in gone if any(d.action != resolve.MARK for d in cat.decisions_about([c.id]))]
    for caption in gone:
        if caption not in decided:  # what a person spoke of stays
            change.delete("caption", caption.id)
    for caption in captions:
        if (linking.is_overlooked(caption) or marking.is_marked(caption)) and caption not in known:
            change.put("caption", caption.id, to_dict(caption))
    return [*captions, *decided]


def own_pictures(cat: Catalogue, article: Article) -> list[str]:
    """Return the images that came with an article's own document (saved folder, archive members)."""
    doc = cat.store.get("article", article.id) or {}
    return [i for i in doc.get("own", ()) if isinstance(i, str)]


def resolved_pictures(article: Article, images: Mapping[str, Image]) -> dict[int, tuple[str, ...]]:
    """Return, for each picture that an article's source names, the images whose file name or address says they are it."""
    names = {i: [PurePath(p).name for p in image.paths] for i, image in images.items()}
    found: dict[int, tuple[str, ...]] = {}
    for picture in article.pictures:
        stems = {s for u in (picture.url, *picture.urls) if (s := addresses.stem(u))}
        mine = tuple(i for i, files in names.items() if any(addresses.stem(f) in stems for f in files))
        if mine:
            found[picture.position] = mine
    return found


def interested_articles(cat: Catalogue, image_ids: Iterable[str]) -> set[str]:
    """Return the articles for which a newly arrived picture may be a candidate: by folder, address or rare words."""
    found: set[str] = set()
    for doc in cat.store.get_many("image", image_ids).values():
        keys = doc.get("keys", {})
        for field in ("folders", "stems"):
            for key in keys.get(field, ()):
                found.update(cat.store.find("article", f"keys.{field}", key))
        shared: dict[str, int] = {}
        for word in keys.get("words", ()):
            for ident in cat.store.find("article", "keys.words", word):
                shared[ident] = shared.get(ident, 0) + 1
        found.update(i for i, n in shared.items() if n >= 2)
    return found


# ---------------------------------------------------------------- conflicts and findings


def bearing(cat: Catalogue, named: Collection[str]) -> tuple[set[str], set[str]]:
    """Return the articles and images on whose findings it bears when something is said of captions, images or articles."""
    articles, images = set(cat.articles(named)), set(cat.images(named))
    for caption in cat.captions(named).values():
        articles.add(caption.article)
        images.update(link.image for link in cat.links_of_article(caption.article) if link.caption == caption.id)
    return articles, images


def touched(cat: Catalogue, articles: Iterable[str], images: Iterable[str]) -> set[str]:
    """Return what :func:`infer_findings` reads and writes for these: the articles, and all images that matches join to theirs."""
    members: set[str] = set()
    for ident in images:
        if ident not in members:
            members |= components.component(cat, ident)[0]
    return {f"article:{i}" for i in articles} | {f"image:{i}" for i in members}


def _uses(cat: Catalogue, images: Iterable[str]) -> list[tuple[Caption, Article | None, str]]:
    """Captions that hold for these pictures: linked usages, and what the files say themselves."""
    uses: list[tuple[Caption, Article | None, str]] = []
    for image in cat.images(images).values():
        linked = [u for u in cat.usages_of(image.id) if u.status == "linked"]
        articles = cat.articles({u.article for u in linked})
        uses += [(u.caption, articles[u.article], image.id) for u in linked]
        if image.metadata.caption:
            uses.append((embedded_caption(image), None, image.id))
    return uses


def group_conflicts(cat: Catalogue, images: Sequence[str]) -> list[tuple[Conflict, tuple[str, str], tuple[str, ...]]]:
    """Return (conflict, both texts, articles) for each pair of captions of one photograph that contradict each other."""
    seen: dict[str, tuple[Caption, Article | None, str]] = {}
    for use in _uses(cat, images):
        seen.setdefault(f"{use[0].text}\n{use[0].credit}", use)
    uses = sorted(seen.values(), key=lambda u: u[0].id)[:MAX_TEXTS]
    found = []
    for i, (a, a_article, a_image) in enumerate(uses):
        for b, b_article, b_image in uses[i + 1 :]:
            comparison = conflicts.compare(
                a.text,
                b.text,
                a_credit=a.credit,
                b_credit=b.credit,
                a_published=a_article.published if a_article else "",
                b_published=b_article.published if b_article else "",
            )
            if comparison.relation != "contradictory":
                continue
            both = tuple(dict.fromkeys((a_image, b_image)))
            conflict = Conflict("|".join(sorted((a.id, b.id))), a.id, b.id, a_image, comparison, both)
            articles = tuple(x.id for x in (a_article, b_article) if x)
            found.append((conflict, (f"{a.text}\n{a.credit}", f"{b.text}\n{b.credit}"), articles))
    return found


def infer_findings(cat: Catalogue, article_ids: Iterable[str], image_ids: Iterable[str]) -> Transaction:
    """Return conflicts and findings about these articles and images in place of the old ones, with their status."""
    cat, change = remembering(cat), Transaction()
    made: dict[str, Finding] = {}
    old: set[str] = set()
    for ident in sorted(set(article_ids)):
        old.update(f.id for f in cat.findings("articles", ident) if f.kind in ("link", "caption-without-image"))
        article = cat.article(ident)
        if article is not None and not cat.is_hidden(f"article:{ident}"):
            captions = cat.captions_of(ident)
            made |= {f.id: f for f in findings.caption_findings(article, captions, cat.links_of_article(ident))}
    images = set(image_ids)
    groups = {group.id: group for group in components.groups_among(cat, sorted(images))}
    images.update(i for group in groups.values() for i in group.images)
    bare = {i for i, image in cat.images(images).items() if not image.metadata.caption and not _is_used(cat, i)}
    waiting = Shown(cat).by_a_story(bare)
    for ident in sorted(images):
        own = {"metadata", "image-without-caption", "duplicate"}
        old.update(f.id for f in cat.findings("images", ident) if f.kind in own)
        image = cat.image(ident)
        if image is not None:
            made |= {f.id: f for f in findings.image_findings(image, ident in waiting)}
    for group in groups.values():
        made |= {f.id: f for f in findings.duplicate_findings(group)}
    _put_conflicts(cat, images, list(groups.values()), made, old, change)
    hidden = {i for i in {i for f in made.values() for i in f.images} if cat.is_hidden(f"image:{i}")}
    made = {i: f for i, f in made.items() if not _of_hidden(f, hidden)}
    cat.store.expect([("decision", field, i) for i in sorted(old | made.keys()) for field in ("subject", "subjects")])
    for gone in sorted(old - made.keys()):
        finding = cat.finding(gone)
        if finding is not None and cat.decisions_about([gone]):
            # What was said of it still shows, and can be undone.
            made[gone] = replace(finding, seen=finding.seen.split(".", 1)[0])
        else:
            change.delete("finding", gone)
    for finding in made.values():
        resolved = resolve.finding_status(finding, finding.seen, decisions_on(cat, finding))
        if cat.finding(finding.id) != resolved:
            change.put("finding", finding.id, to_dict(resolved))
    return change


def _is_used(cat: Catalogue, image: str) -> bool:
    return bool(cat.store.find("link", "image", image)) or bool(cat.usages_of(image))


def restate_findings(cat: Catalogue, decisions: Iterable[Decision]) -> Transaction:
    """Return the findings that decisions settle, or that wait for what an edit says, with their status now.

    What :func:`infer_findings` returns too, for decisions from which no other links, groups or contradictions follow.
    """
    change = Transaction()
    idents = {d.subject for d in decisions if d.kind}
    idents |= {f.id for d in decisions if not d.kind for i in d.subjects for f in cat.findings("images", i)}
    for finding in filter(None, map(cat.finding, sorted(idents))):
        resolved = resolve.finding_status(finding, finding.seen.split(".", 1)[0], decisions_on(cat, finding))
        if resolved != finding:
            change.put("finding", finding.id, to_dict(resolved))
    return change


def _of_hidden(finding: Finding, hidden: set[str]) -> bool:
    """Whether a finding is about pictures that a person has taken out of the queues."""
    if finding.kind == "link":
        return set(finding.images) <= hidden
    return bool(hidden & set(finding.images))


def _put_conflicts(
    cat: Catalogue,
    images: set[str],
    groups: list[Group],
    made: dict[str, Finding],
    old: set[str],
    change: Transaction,
) -> None:
    """Replace the conflicts of these images, group by group; a picture in no group stands alone."""
    grouped = {i for g in groups for i in g.images}
    fresh: dict[str, Conflict] = {}
    for members in [*(g.images for g in groups), *((i,) for i in sorted(images - grouped))]:
        for conflict, texts, articles in group_conflicts(cat, members):
            fresh[conflict.id] = conflict
            finding = findings.conflict_finding(conflict, texts, conflict.images, articles)
            made[finding.id] = finding
    for ident in sorted(images):
        for conflict in cat.conflicts_of(ident):
            old.add(findings.finding_id("conflict", *conflict.id.split("|")))
            if conflict.id not in fresh:
                change.delete("conflict", conflict.id)
    for conflict in fresh.values():
        stored = cat.store.get("conflict", conflict.id)
        if stored is None or from_dict(stored, Conflict) != conflict:
            change.put("conflict", conflict.id, to_dict(conflict))


def decisions_on(cat: Catalogue, finding: Finding) -> list[Decision]:
    """Return the effective decisions that settle a finding: on it, or on its caption or pair by another way."""
    mine = cat.decisions_about([finding.id])
    if finding.kind in ("link", "caption-without-image"):
        about = cat.decisions_about([finding.subjects[0]])
        settling = (*resolve.CHOOSING, "none", resolve.DISMISS)
        mine += [d for d in about if d.subject != finding.id and d.action in settling]
    elif finding.kind == "image-without-caption":
        about = cat.decisions_about([finding.subjects[0]])
        mine += [d for d in about if d.subject != finding.id and d.action == "edit" and d.values.get("caption")]
    elif finding.kind == "duplicate":
        pair = set(finding.subjects)
        about = cat.decisions_about([finding.subjects[0]])
        mine += [d for d in about if d.subject != finding.id and d.kind == "duplicate" and pair <= set(d.subjects)]
    return sorted(mine, key=lambda d: d.id)


def digest(*parts: str) -> str:
    """Return 16 hexadecimal digits for an identity made of parts."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
