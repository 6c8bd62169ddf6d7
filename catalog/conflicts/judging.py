"""Where two captions differ: what cannot both be true, what only one says, and what means nothing."""

from __future__ import annotations

from collections.abc import Sequence

from . import (
    adjectives,
    counting,
    dates,
    eastern,
    forms,
    leftover,
    names,
    numbers,
    numerals,
    placing,
    residue,
    roles,
    runs,
    uncapitalled,
    unparted,
)
from .alignment import Gap, gaps, ideograph
from .reading import Reading
from .sheet import UNRELATED, Sheet, Verdict, is_content
from .tokens import Item, fold

#: Captions share nearly all: a word in the place of another is no retelling but a change.
NEARLY_ALL = 0.75
MOST = 0.6
#: Words at the head of captions that share less of the longer one are no names that changed.
HALF = 0.5

#: Stretches of more words are no words in each other's place.
LONGEST_IN_PLACE = 8
#: What ends the name of a feast.
_FEASTS = frozenset(("eve", "day", "weekend"))


class Judge(Sheet):
    """Compares two readings. One use each: make it, then ask for :meth:`verdict`."""

    def verdict(self) -> Verdict:
        """Return what the two captions say differently."""
        self._take_moved()
        self._take_cut_word()
        matched = sum(is_content(self.x[i]) for i, _ in self.pairs) + self.result.moved
        sizes = [sum(map(is_content, items)) for items in (self.x, self.y)]
        self.result.size, self.result.longer, self.result.shared = min(sizes), max(sizes), matched
        for gap in gaps(self.pairs, len(self.x), len(self.y)):
            self._judge(gap)
        leftover.settle(self)
        self.result.only_x = sum(is_content(self.x[i]) for i in self.gone_x)
        self.result.only_y = sum(is_content(self.y[j]) for j in self.gone_y)
        if not self.result.found and self.result.overlap >= UNRELATED:  # else nobody asks
            self.result.news = residue.news(*self.sides(), self.pairs, german=self.german)
        return self.result

    def sides(self) -> tuple[residue.Side, residue.Side]:
        """Return both captions with what is left over of each."""
        return (
            residue.Side(self.texts[0], self.x, frozenset(self.gone_x)),
            residue.Side(self.texts[1], self.y, frozenset(self.gone_y)),
        )

    # ------------------------------------------------------------ what is no difference

    def _take_moved(self) -> None:
        """Take out what stands in both, only elsewhere."""
        waiting: dict[str, list[int]] = {}
        for j in sorted(self.gone_y, reverse=True):
            waiting.setdefault(self.y[j].skeleton, []).append(j)
        self.moved: list[tuple[int, int]] = []
        for i in sorted(self.gone_x):
            places = waiting.get(self.x[i].skeleton)
            if places and self.x[i].kind != "position":
                self.moved.append((i, places.pop()))
        met = set(self.moved)
        self.moved = [
            (i, j)
            for i, j in self.moved
            if not ideograph(self.x[i]) or {(i - 1, j - 1), (i + 1, j + 1)} & met  # one alone agrees by chance
        ]
        self.gone_x -= {i for i, _ in self.moved}
        self.gone_y -= {j for _, j in self.moved}
        self.result.moved = sum(is_content(self.x[i]) for i, _ in self.moved)
        for first, second, one in forms.compounds(self.x, self.y, self.gone_x, self.gone_y):
            self.gone_x -= {first, second}
            self.gone_y.discard(one)
            self.result.moved += 1
        for first, second, one in forms.compounds(self.y, self.x, self.gone_y, self.gone_x):
            self.gone_y -= {first, second}
            self.gone_x.discard(one)
            self.result.moved += 1

    def _take_cut_word(self) -> None:
        """Take a word that was cut off in the middle for the word that it begins."""
        last = (len(self.x) - 1, len(self.y) - 1)
        for mine, other, cut, end, gone in (
            (self.x, self.y, self.cut_off[0], last[0], self.gone_x),
            (self.y, self.x, self.cut_off[1], last[1], self.gone_y),
        ):
            if not cut or end not in gone:
                continue
            said = fold(mine[end].text)
            if any(o.key.startswith(mine[end].key) or (said and fold(o.text).startswith(said)) for o in other):
                gone.discard(end)
            self._take_cut_place(mine, other)

    def _take_cut_place(self, mine: Sequence[Item], other: Sequence[Item]) -> None:
        """Take the last words of a caption that was cut off for the place of several words that they begin."""
        gone, theirs = (self.gone_x, self.gone_y) if mine is self.x else (self.gone_y, self.gone_x)
        for size in (3, 2):
            last = range(len(mine) - size, len(mine))
            said = fold(" ".join(mine[n].text for n in last if n >= 0))
            hit = next((n for n in theirs if other[n].kind == "place" and str(other[n].value).startswith(said)), None)
            if hit is not None and last[0] >= 0:
                gone -= set(last)
                theirs.discard(hit)
                return

    # ------------------------------------------------------------ one stretch

    def _judge(self, gap: Gap) -> None:
        xs = [i for i in range(gap.a, gap.b) if i in self.gone_x]
        ys = [j for j in range(gap.c, gap.d) if j in self.gone_y]
        if not xs and not ys:
            return
        self._dates(xs, ys)
        counting.settle(self, xs, ys)
        self._shortened(xs, ys)
        self._same_office(xs, ys)
        if self._roles(xs, ys):
            self.other_places(xs, ys)  # "in western Iceland", "in northern Denmark"
        elif xs and ys:
            self._names(xs, ys)
            self._uncapitalled(xs, ys)
            self._wording(xs, ys)

    def _dates(self, xs: list[int], ys: list[int]) -> None:
        dx = [i for i in xs if i in self.gone_x and isinstance(self.x[i].value, dates.Day)]
        dy = [j for j in ys if j in self.gone_y and isinstance(self.y[j].value, dates.Day)]
        if len(dx) != len(dy):  # "Saturday, December 1", "1/12"
            dx = [i for i in dx if dates.has_month(self.x[i].value)] or dx
            dy = [j for j in dy if dates.has_month(self.y[j].value)] or dy
        whole = self.nothing_but(xs, dx, self.x) and self.nothing_but(ys, dy, self.y)
        held = whole and self.anchored(xs[0], ys[0], xs[-1] + 1, ys[-1] + 1) == 2
        for i, j in zip(dx, dy, strict=False):
            self._date_pair(i, j, held=held)

    def _date_pair(self, i: int, j: int, *, held: bool) -> None:
        one, other = self.x[i].value, self.y[j].value
        assert isinstance(one, dates.Day) and isinstance(other, dates.Day)
        if dates.conflict(one, other):
            if held or self.anchored(i, j, i + 1, j + 1):
                self.add("date", [i], [j])
            return
        if not dates.says_more(one, other):
            self.gone_x.discard(i)
        if not dates.says_more(other, one):
            self.gone_y.discard(j)

    def _shortened(self, xs: list[int], ys: list[int]) -> None:
        """Take words that are short for what stands in their place, in order, for the same words, before they are judged."""
        if max(len(xs), len(ys)) > LONGEST_IN_PLACE:
            return
        for run, other, mine, theirs, gone, rest in (
            (xs, ys, self.x, self.y, self.gone_x, self.gone_y),
            (ys, xs, self.y, self.x, self.gone_y, self.gone_x),
        ):
            for i in run:
                if spelled := forms.first_letters(mine[i], theirs, [n for n in other if n in rest]):
                    gone.discard(i)
                    rest -= set(spelled)
        after = -1
        for i in xs:
            for j in ys:
                if j <= after or i not in self.gone_x or j not in self.gone_y:
                    continue
                if self.joins(0, self.x, i) != self.joins(1, self.y, j):
                    continue  # "Gen.-Lt." for "Generalleutnant"
                if forms.short_in_place(self.x, i, self.y[j]) or forms.short_in_place(self.y, j, self.x[i]):
                    self.result.shared += is_content(self.x[i])
                    self.gone_x.discard(i)
                    self.gone_y.discard(j)
                    after = j

    def _same_office(self, xs: list[int], ys: list[int]) -> None:
        """Take an office in both its genders, each before a name, for the same word: "Außenministerin A", "Außenminister B"."""
        xs, ys = [i for i in xs if i in self.gone_x], [j for j in ys if j in self.gone_y]
        if min(len(xs), len(ys)) < 2 or max(len(xs), len(ys)) > LONGEST_IN_PLACE:
            return
        i, j = xs[0], ys[0]
        named = all(side[n + 1].capital and side[n + 1].glued for side, n in ((self.x, i), (self.y, j)))
        one, other = self.x[i].key, self.y[j].key
        if named and (forms.inflected(one, other) or forms.akin(one, other)):
            self.result.shared += 1
            self.gone_x.discard(i)
            self.gone_y.discard(j)
            self.pair_set.add((i, j))

    # ------------------------------------------------------------ roles

    def _roles(self, xs: list[int], ys: list[int]) -> bool:
        """Find opposites, nations, sides and negations of a stretch."""
        xs, ys = [i for i in xs if i in self.gone_x], [j for j in ys if j in self.gone_y]
        short = len(xs) < 6 and len(ys) < 6
        x, y = [self.x[i] for i in xs], [self.y[j] for j in ys]
        found = False
        if short and xs and ys:
            phrases = [" ".join(i.key for i in run) for run in (x, y)]
            if roles.opposed(*phrases) and self.strong(xs, ys):
                self.add("role", xs, ys)
                return True
            if self._opposed_phrases(xs, ys):
                return True
        for i in xs:
            j = next((j for j in ys if j in self.gone_y and self._contrary(self.x[i], self.y[j])), None)
            if j is not None and (self.strong([i], [j]) or (short and self.abreast(xs, ys, i, j))):
                where = adjectives.say_where(self.x, i, self.y[j])
                self.add("place" if where else "role", [i], [j])
                found = True
        if short and not found and self.result.overlap >= 0.5 and (roles.negated(x, y) or roles.none_of(x, y)):
            self.add("role", xs, ys)
            return True
        return found

    def _opposed_phrases(self, xs: list[int], ys: list[int]) -> bool:
        """Find opposites of two or three words ("a favor de") against a word or phrase in the other caption."""
        for run, other, swap in ((xs, ys, False), (ys, xs, True)):
            items, others = (self.y, self.x) if swap else (self.x, self.y)
            for at in range(len(run) - 1):
                for end in range(at + 2, min(at + 4, len(run) + 1)):
                    phrase = " ".join(items[n].key for n in run[at:end])
                    hit = next((n for n in other if roles.opposed(phrase, others[n].key)), None)
                    if hit is not None:
                        self.add("role", *(([hit], run[at:end]) if swap else (run[at:end], [hit])))
                        return True
        return False

    def _contrary(self, x: Item, y: Item) -> bool:
        if x.kind == "position" or y.kind == "position":
            return x.kind == y.kind and x.key != y.key
        one, other = names.nation(x.key), names.nation(y.key)
        return bool(one and other and one != other) or roles.opposed(x.key, y.key)

    def _wording(self, xs: list[int], ys: list[int]) -> None:
        """Take one word in the place of another, all else being equal, for another statement unless both mean the same."""
        xs = [i for i in xs if i in self.gone_x and is_content(self.x[i])]
        ys = [j for j in ys if j in self.gone_y and is_content(self.y[j])]
        result = self.result
        if self._of_one_sort(xs, ys) or len(xs) != 1 or len(ys) != 1:
            return
        nearly = result.overlap >= NEARLY_ALL and result.shared >= MOST * result.longer
        if not nearly and not self.only_difference(xs, ys):
            return
        x, y = self.x[xs[0]], self.y[ys[0]]
        measured = numbers.same_measure(x, y) and xs[0] and ys[0] and self.x[xs[0] - 1].kind == "number"
        if measured or numerals.counts_apart(x.key, y.key):
            self.add("number", xs, ys)  # "12 kilometers", "12 miles"; "dreiköpfige", "fünfköpfige"
            return
        plain = x.kind == y.kind == "word" and (self.german or not (x.capital and not x.first and y.capital))
        same = not dates.apart(x.key, y.key) and (
            roles.alike(x.key, y.key)
            or forms.inflected(x.key, y.key)
            or forms.akin(x.key, y.key)
            or forms.squeezed(x.key, y.key)
            or forms.abbreviates(self.x, xs[0], y)
            or forms.abbreviates(self.y, ys[0], x)
        )
        if plain and not same and self.anchored(xs[0], ys[0], xs[0] + 1, ys[0] + 1) == 2:
            road = numbers.is_road(self.x, xs[0]) and numbers.is_road(self.y, ys[0])
            named = placing.are_places(self.x, xs[0], y, german=self.german)
            named = named or adjectives.are_of_places(x, y) or adjectives.say_where(self.x, xs[0], y)
            named = named or self.parts_of_one(xs[0], ys[0])
            self.add("place" if road or named else roles.kind_of([x], [y]), xs, ys)

    def _of_one_sort(self, xs: list[int], ys: list[int]) -> bool:
        """Find different words of one sort beside numbers in one place: "on the eve of", "on the first day of"."""
        words = [
            [n for n in run if items[n].kind == "word" and items[n].key not in roles.ranks()]
            for run, items in ((xs, self.x), (ys, self.y))
        ]
        if [len(run) for run in words] != [1, 1] or len(xs) + len(ys) < 3 or self.result.overlap < NEARLY_ALL:
            return False
        x, y = self.x[words[0][0]], self.y[words[1][0]]
        kind = roles.kind_of([x], [y])
        held = self.anchored(xs[0], ys[0], xs[-1] + 1, ys[-1] + 1)
        if kind == "role" or x.key == y.key or roles.alike(x.key, y.key) or held < 2:
            return False
        self.add(kind, xs, ys)
        return True

    def _uncapitalled(self, xs: list[int], ys: list[int]) -> None:
        """Find names in scripts without capitals."""
        xs, ys = [i for i in xs if i in self.gone_x], [j for j in ys if j in self.gone_y]
        held = self.anchored(xs[0], ys[0], xs[-1] + 1, ys[-1] + 1) if xs and ys else 0
        if held:
            stretches = [self.x[i] for i in xs], [self.y[j] for j in ys]
            around = self.x[max(0, xs[0] - 6) : xs[0]], self.x[xs[-1] + 1 : xs[-1] + 7]
            opens = not self.x[xs[0]].glued or self.texts[0][self.x[xs[0]].start - 1 : self.x[xs[0]].start] == " "
            syllables = self.x[: xs[0]], self.x[xs[-1] + 1 : xs[-1] + 20]
            kind = eastern.kind_of(*stretches, *around) or unparted.kind_of(*stretches, *syllables, opens=opens)
            if not kind and held == 2:
                kind = uncapitalled.kind_of(*stretches, *around)
            if kind:
                self.add(kind, xs, ys)

    # ------------------------------------------------------------ names

    def _names(self, xs: list[int], ys: list[int]) -> None:
        told = [[n for n in side if n in gone] for side, gone in ((xs, self.gone_x), (ys, self.gone_y))]
        one, other = [self.x[i] for i in told[0]], [self.y[j] for j in told[1]]
        if names.initials_of(one, other) or names.initials_of(other, one):
            self.gone_x -= set(xs)
            self.gone_y -= set(ys)
            return
        if self._places(xs, ys):
            return
        runs_x, runs_y = runs.runs(self.x, xs, self.gone_x), runs.runs(self.y, ys, self.gone_y)
        if min(len(runs_x), len(runs_y)) == 1:  # "w Mińsku Mazowieckim", "w Sochaczewie"
            runs_x, runs_y = runs.as_one(self.x, runs_x), runs.as_one(self.y, runs_y)
        for run, against in zip(runs_x, runs_y, strict=False):
            self._name_pair(run, against)

    def _places(self, xs: list[int], ys: list[int]) -> bool:
        """Find as many other places in one place, each around the one before: "in Valparaíso, Chile", "in Córdoba, Argentina"."""
        xs, ys = (
            [n for n in run if n in gone and is_content(side[n])]
            for run, gone, side in ((xs, self.gone_x, self.x), (ys, self.gone_y, self.y))
        )
        keys = [{side[n].key for n in run if side[n].capital} for run, side in ((xs, self.x), (ys, self.y))]
        sizes = len(xs) == len(keys[0]), len(ys) == len(keys[1])
        if min(len(xs), len(ys)) < 2 or max(len(xs), len(ys)) > LONGEST_IN_PLACE or not all(sizes) or keys[0] & keys[1]:
            return False
        first, last = ((self.x[xs[n]], self.y[ys[n]]) for n in (0, -1))
        begin, end = (all(item.kind == "place" for item in pair) for pair in (first, last))
        # Behind a comma one of both may be in no table: "in Cianjur, West Java", "the mine of Kalgoorlie, in Australia", "a Vernio,
        # nel Mugello"; but nobody's name.
        within = all(placing.within(side, run[-1]) for side, run in ((self.x, xs), (self.y, ys)))
        enough = begin or within or (end and len(xs) == len(ys) == 2)
        loose = enough and self.parted(xs, ys) and not (keys[0] | keys[1]) & names.first_names()
        if not loose and not (end and (begin or placing.after_place_word(self.x, xs[0]))):
            return False
        if self.result.overlap < 0.3 or self.anchored(xs[0], ys[0], xs[-1] + 1, ys[-1] + 1) < 2:
            return False
        self.add("place", xs, ys)
        return True

    def _name_pair(self, run: list[int], other: list[int]) -> None:
        if forms.abbreviates(self.x, run[0], self.y[other[0]]) or forms.abbreviates(self.y, other[0], self.x[run[0]]):
            return
        held = self.anchored(run[0], other[0], run[-1] + 1, other[-1] + 1)
        if not held or self.result.overlap < 0.3:
            return
        full_x, full_y = runs.grown(self.x, run), runs.grown(self.y, other)
        x, y = [self.x[i] for i in full_x], [self.y[j] for j in full_y]
        told = [names.is_name(n, self.german) for n in (x, y)]
        begin = full_x[0]
        begin -= (
            begin > 0 and self.x[begin - 1].capital and self.x[begin - 1].key in names.listed("particles")
        )  # "de La Teste"
        before, after = self.x[max(0, begin - 4) : begin], self.x[full_x[-1] + 1 : full_x[-1] + 3]
        placed = any(i.kind == "place" for i in (*x, *y)) or placing.are_headed(x, y)
        placed = placed or (bool(before) and before[-1].key in names.listed("place_before"))
        if not all(told) and not (any(told) and held == 2 and placed):
            return
        if names.declined(x, y, self.language):
            self.gone_x -= set(run)
            self.gone_y -= set(other)
            return
        if self._opening(x, y) and self.result.shared < HALF * self.result.longer:
            return
        if forms.entitled(x, y):
            return
        kind = (
            roles.kind_of(x, y)
            if roles.kind_of(x, y) != "role"
            else placing.kind_of(x, y, before, after, self.language)
        )
        alone = len(x) == len(y) == 1
        if alone and numbers.is_road(self.x, run[0]) and numbers.is_road(self.y, other[0]):
            kind = "place"
        changed = len(run) == len(other) == 1 and adjectives.are_of_places(self.x[run[0]], self.y[other[0]])
        if kind in ("person", "role") and (changed or self.parts_of_one(run[0], other[0])):
            kind = "place"
        if kind == "person" and alone and self._contrary(x[0], y[0]):
            kind = "role"  # "La Britannique", "La Néerlandaise"
        if kind == "person" and after and after[0].glued and after[0].key in _FEASTS:
            kind = "date"  # "Christmas Eve", "New Year's Eve"
        if kind == "person" and (names.same_person(x, y) or names.titled(x, y, self.german)):
            self._spelled(run, other)
            return
        if kind == "person" and names.described(x, y):
            if roles.alike(x[0].key, y[0].key) or forms.akin(x[0].key, y[0].key):
                return  # "Bundesverkehrsminister", "Verkehrsminister"
            kind = "role"
        both = {i.key for i in x} & {i.key for i in y} - names.listed(
            "place_words"
        )  # "St Mark's Square", "Trafalgar Square"
        if kind == "place" and both and len(x) != len(y) and not placing.are_headed(x, y):
            return
        self.add(kind, run, other)

    def _opening(self, x: Sequence[Item], y: Sequence[Item]) -> bool:
        """Tell whether both are one unknown word at the head of a sentence, where every word has a capital."""
        alone = len(x) == len(y) == 1 and x[0].first and y[0].first
        return alone and not any(
            i.kind == "place" or i.key in names.first_names() or i.text.isupper() for i in (*x, *y)
        )

    def _spelled(self, run: list[int], other: list[int]) -> None:
        """Take two spellings of a name for nothing new."""
        for i in run:
            j = next((j for j in other if j in self.gone_y and names.near(self.x[i].key, self.y[j].key)), None)
            if j is not None:
                self.gone_x.discard(i)
                self.gone_y.discard(j)


def judge(one: Reading, other: Reading) -> Verdict:
    """Return what two readings of captions in one language say differently."""
    return Judge(one, other).verdict()
