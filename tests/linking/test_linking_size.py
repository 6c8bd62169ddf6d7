"""Linking stays within bounds for many captions and pictures: counted, not timed."""

from __future__ import annotations

import random

from catalog.linking import link, shortlist
from catalog.linking.selection import PER_CAPTION

from .linkingfakes import article, captions, picture

_SYLLABLES = ("ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu", "pa", "de", "gi", "ho", "ju")


def _word(r: random.Random) -> str:
    return "".join(r.choice(_SYLLABLES) for _ in range(4))


def test_pairs_and_lookups_grow_with_captions_not_with_their_product() -> None:
    """120 captions beside 3,000 pictures that all share some words: few pairs are judged, the right ones among them."""
    r = random.Random(7)
    texts = [" ".join(["the", "storm", *(_word(r) for _ in range(9))]) for _ in range(120)]
    files = [picture(f"story/{i:05d}.jpg", caption=t) for i, t in enumerate(texts)]
    files += [
        picture(f"story/x{i:05d}.jpg", caption="the storm " + " ".join(_word(r) for _ in range(9))) for i in range(2880)
    ]
    chosen = shortlist(article(), captions(*texts), files)
    assert len(chosen.pairs) <= 120 * PER_CAPTION
    assert chosen.looked_at <= 120 * 12 * 200
    best = {x.caption: x.image for x in link(article(), captions(*texts), files) if x.band == "certain"}
    assert best == {f"c{i}": files[i].image.id for i in range(120)}


def test_one_name_shared_by_thousands_finds_nothing_and_costs_nothing() -> None:
    """A word that every picture has is no way to find one."""
    files = [picture(f"f{i}/harbour.jpg") for i in range(2000)]
    chosen = shortlist(article(), captions("Boats in the harbour"), files)
    assert chosen.looked_at <= 400
