"""The training of the plain-text scorer: the fit, the project's own articles, the choice of thresholds."""

from __future__ import annotations

import numpy as np
import pytest

from bench import logistic
from bench.own_articles import FOLDER, articles
from bench.train_plaintext import BARE, VARIANTS, Lines, Trainer, best_thresholds, false_lines, fit


def test_the_fit_is_where_the_loss_is_level() -> None:
    """At the found weights the slope of the penalised loss is nothing, from wherever the fit began."""
    random = np.random.RandomState(3)
    x = random.normal(size=(400, 3))
    y = random.uniform(size=400) < 1 / (1 + np.exp(-(2 * x[:, 0] - x[:, 1] - 1)))
    share = random.uniform(0.5, 2, 400)
    weights, intercept = logistic.fit(x, y, share, 0.5)
    chance = 1 / (1 + np.exp(-(x @ weights + intercept)))
    assert x.T @ (share * (chance - y)) + 0.5 * weights == pytest.approx(np.zeros(3), abs=1e-3)
    assert (share * (chance - y)).sum() == pytest.approx(0, abs=1e-3)
    again, _ = logistic.fit(x, y, share, 0.5, np.array([5.0, 5.0, 5.0, 5.0]))
    assert again == pytest.approx(weights, abs=1e-4)


def test_own_articles_are_whole() -> None:
    """Each has a headline and lines, without credits the same but those that are only one, and no mark or brace is left."""
    found = [*articles(), *articles(FOLDER / "unseen")]
    assert len({a.name for a in found}) == len(found) > 80
    assert len({a.file for a in found}) > 8
    assert sum(1 for a in found if not any(kind == "caption" for _, kind in a.lines)) > 15
    for article in found:
        clean, kinds = article.printed(credits_too=False)
        raw, same = article.printed(credits_too=True)
        alone = sum(1 for _, kind in article.lines if kind == "credit")
        assert article.title and kinds.count("caption") == same.count("caption")
        assert len(same) == len(kinds) + alone
        assert (clean.count("\n\n"), raw.count("\n\n")) == (len(kinds), len(same))
        assert not set("{}") & set(clean + raw)
        assert not any(line[:1] in "=>~+#@" and line[1:2] == " " for line in clean.split("\n\n"))


def test_articles_that_measure_are_not_learned_from() -> None:
    """None of the articles of ``unseen`` is among those that the weights are fitted on; half of them have no captions."""
    unseen = list(articles(FOLDER / "unseen"))
    assert not {a.title for a in unseen} & {a.title for a in articles()}
    assert sum(any(kind == "caption" for _, kind in a.lines) for a in unseen) == len(unseen) / 2 > 10


def lines(labels: list[int], pages: list[int]) -> Lines:
    y = np.array(labels, bool)
    return Lines([], np.zeros((len(y), 0)), np.zeros((len(y), 4)), y, np.array(pages), np.array(["f"] * len(y)))


def test_thresholds_weigh_false_lines_of_texts_without_captions() -> None:
    """A line that stands beside a sure one is taken at a chance at which a text of doubtful lines gives none."""
    real, none = lines([1, 1, 0, 1, 1, 0], [0, 0, 0, 1, 1, 1]), lines([0] * 12, [n // 2 for n in range(12)])
    data = {**dict.fromkeys(VARIANTS, real), BARE: none}
    chance = {**dict.fromkeys(VARIANTS, np.array([0.9, 0.33, 0.1, 0.8, 0.33, 0.1])), BARE: np.full(12, 0.35)}
    least, best = best_thresholds(chance, data, {v: np.ones(len(d.y), bool) for v, d in data.items()})
    assert least < 0.33 < 0.35 < best < 0.8
    assert false_lines(np.array([1, 1] + [0] * 10, bool), none) == pytest.approx((1 / 3, 1 / 6))


def test_weights_that_are_held_back_stay_smaller() -> None:
    """Of two features that tell the same, the one that is held back gets less of the weight."""
    told = np.tile([0.0, 0.0, 1.0, 1.0], 10)
    x, y = np.stack([told, told], axis=1), np.tile([0, 1, 1, 1], 10).astype(bool)
    (one, other), *_ = fit(x, y, np.ones(40), 1.0)
    (free, held), *_ = fit(x, y, np.ones(40), 1.0, held_back=np.array([1.0, 0.5]))
    assert one == pytest.approx(other, rel=1e-3)
    assert free > one > held > 0


def test_own_articles_are_judged_by_what_has_not_seen_their_file() -> None:
    """A line that only lines of its own file resemble is judged as if there were none of them."""

    def of(families: list[str], marked: list[float]) -> Lines:
        x = np.array([[value, value, 0.0, 0.0] for value in marked])
        y = np.array(marked) > 0
        return Lines(["a", "b"], x, np.zeros((len(y), 4)), y, np.arange(len(y)), np.array(families))

    publishers = of([f"p{n}" for n in range(4)] * 2, [0.0] * 8)
    publishers.y[:2] = True
    own = of(["own-1"] * 4 + ["own-2"] * 4, [1.0] * 4 + [0.0] * 4)
    both = dict.fromkeys(VARIANTS, own)
    trainer = Trainer(dict.fromkeys((*VARIANTS, BARE), publishers), both, 1.0)
    every = {v: np.ones(len(d.y), bool) for v, d in {**trainer.data, **both}.items()}
    weights, mean, intercept = trainer.fitted(every, {v: np.ones(8, bool) for v in VARIANTS})
    _, unseen = trainer.out_of_fold(np.unique(publishers.family), 2, 0)
    seen = (own.x[0] - mean) @ weights + intercept
    assert unseen[VARIANTS[0]][0] < seen - 0.5
