"""Which pairs are worth judging: a few pictures per caption, found by index, never all pairs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from .evidence import FEW, Scene, days
from .views import Names, Picture, Words

PER_CAPTION = 16
"""Pictures that are judged for one caption."""
COMMON = 200
"""A word that more pictures than this have finds nothing: it does not tell them apart."""


@dataclass(frozen=True, slots=True)
class Shortlist:
    """``pairs`` are (caption index, picture index), in order; ``looked_at`` counts the index entries visited."""

    pairs: tuple[tuple[int, int], ...]
    looked_at: int


class _Index:
    def __init__(self, pictures: Sequence[Picture]) -> None:
        self.words: dict[str, list[int]] = defaultdict(list)
        self.names: dict[str, list[int]] = defaultdict(list)
        for p in pictures:
            bags = [p.embedded.bag, p.headline.bag, frozenset(p.name_words), *(t.bag for t, _, _ in p.known)]
            for word in frozenset[str]().union(*bags):
                self.words[word].append(p.index)
            for name in _handles(p.names):
                self.names[name].append(p.index)
            for _, month, day in p.name_days:
                self.names[f"d:{month}-{day}"].append(p.index)


def _handles(names: Names) -> set[str]:
    return (
        {f"b:{b}" for b in names.bases}
        | {f"s:{s}" for s in names.stems | names.short}
        | {f"h:{h}" for h in names.heads}
        | names.keys
    )


def choose(scene: Scene, limit: int = PER_CAPTION) -> Shortlist:
    """The pairs to judge: by address, by turn in a numbered series, and by the words they share, best first."""
    index = _Index(scene.pictures)
    in_turn: dict[int, list[int]] = defaultdict(list)
    for picture, turn in scene.turns.items():
        in_turn[turn].append(picture)
    looked, pairs = 0, []
    for words in scene.captions:
        score: Counter[int] = Counter()
        for picture in in_turn[words.index]:
            score[picture] += 3
        for ref in _refs(scene, words):
            for handle in _handles(ref):
                hits = index.names.get(handle, ())[:COMMON]
                looked += len(hits)
                for picture in hits:
                    score[picture] += 20
        for _, month, day in days(words.caption.text):
            hits = index.names.get(f"d:{month}-{day}", ())
            if len(hits) <= FEW:
                looked += len(hits)
                for picture in hits:
                    score[picture] += 1
        for word in words.text.bag:
            hits = index.words.get(word, ())
            if len(hits) <= COMMON:
                looked += len(hits)
                for picture in hits:
                    score[picture] += scene.weight(word) / len(hits) ** 0.25
        best = sorted(score.items(), key=lambda s: (-s[1], s[0]))[:limit]
        pairs += [(words.index, picture) for picture, _ in best]
    return Shortlist(tuple(pairs), looked)


def _refs(scene: Scene, words: Words) -> list[Names]:
    if words.ref is not None:
        return [words.ref.names]
    return [r.names for r in scene.refs if r.picture.position not in scene.captioned]
