"""Tokens, widths, phrase lists and the guess at the language."""

from __future__ import annotations

import numpy as np
import pytest

from catalog.captions.textcontext import NAMES, context
from catalog.captions.textscorer import Scorer, taken, told_apart, without_headings
from catalog.captions.textwords import Phrases, guess_language, tokens, width


def test_unspaced_scripts_are_counted_by_characters() -> None:
    """Han and Thai characters are tokens of less than a word; Hangul is counted by words and syllables."""
    assert tokens("東京 tower, ’n 3rd") == ["東", "京", "tower", "n", "3rd"]
    assert 1.5 < width(tokens("서울 용산구")) < 2.5
    assert 2 < width(tokens("東京都新宿区")) < 4


def test_phrases_match_whole_words_only() -> None:
    """A phrase is found as words in order, never inside a word; bracketed marks are found as written."""
    lists = Phrases({"places": ["file photo", "left", "(l.)"], "sides": ["left", "right"]})
    assert lists.count(["a", "file", "photo", "left"]) == {"places": 2, "sides": 1}
    assert lists.count(["cleft", "photo", "file"]) == {"places": 0, "sides": 0}
    assert lists.count([], "he (l.) and she") == {"places": 1, "sides": 0}
    assert lists.leads(["left", "him"]) == {"places", "sides"}
    assert lists.leads(["him", "left"]) == lists.leads([]) == set()


def test_long_words_make_a_line_as_long_as_many_short_ones() -> None:
    """A language that says in one word what another says in three has lines of about the same width."""
    turkish = width(tokens("Hastanelerimizdeki çalışanlarımızın sorumluluklarını değerlendirdik"))
    english = width(tokens("We looked at what the staff of our hospitals have to do"))
    assert 0.5 < turkish / english < 1.5
    assert width(tokens("용산구에서는")) > 1


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The crews of the ferries went back to work after the strike", "en"),
        ("Die Fähren fahren wieder, und der Streik ist nach neun Tagen zu Ende", "de"),
        ("Les équipages des ferries ont repris le travail dans le port avec une prime", "fr"),
        ("Экипажи паромов вернулись к работе, и забастовка не была долгой", "ru"),
        ("船員らは九日ぶりに仕事に戻った", "ja"),
        ("선원들은 아흐레 만에 일터로 돌아왔다", "ko"),
        ("1234 5678", ""),
    ],
)
def test_languages_are_guessed_by_script_and_small_words(text: str, language: str) -> None:
    """Common languages are told apart; numbers have none."""
    assert guess_language(text) == language


def test_context_knows_the_best_other_line_and_lines_alike() -> None:
    """A line's best rival is never itself; likeness counts only lines that end alike."""
    none = np.zeros(3)
    around = context(np.array([2.0, -1.0, -3.0]), np.array([1.0, 1.0, 0.0]), np.array([2.5, 2.5, 2.5]), none, none)
    assert around.shape == (3, len(NAMES))
    assert around[0, 4] == 0
    assert around[1, 4] == pytest.approx(-3)
    assert around[1, 1] > around[0, 1] > around[2, 1]
    assert context(np.array([0.5]), np.array([1.0]), np.array([2.0]), none[:1], none[:1]).shape == (1, len(NAMES))


def test_a_line_is_taken_only_where_the_best_one_shows_that_there_are_captions() -> None:
    """A doubtful line is taken beside a good one; where all are doubtful none is, and a text without lines has none."""
    assert taken(np.array([0.3, 0.6, 0.1]), 0.25, 0.4).tolist() == [True, True, False]
    assert taken(np.array([0.3, 0.35, 0.1]), 0.25, 0.4).tolist() == [False, False, False]
    assert taken(np.zeros(0), 0.25, 0.4).tolist() == []


def test_context_knows_which_line_lacks_the_credit_that_others_have() -> None:
    """A missing credit tells only where other lines have one; a line's own credit is not its own companion."""
    odds = np.zeros(3)

    def of_credits(*credited: float) -> list[list[float]]:
        found = context(odds, odds, odds, np.array(credited), 0 * odds)
        at = NAMES.index("credits")
        return [[round(float(x), 2) for x in row[at : at + 3]] for row in found]

    assert of_credits(0, 0, 0) == [[0, 0, 0]] * 3
    assert of_credits(1, 0, 0) == [[1, 0, 0], [1, 0.33, 0], [1, 0.33, 0]]
    assert of_credits(1, 1, 0) == [[1, 0, 0.33], [1, 0, 0.33], [1, 0.67, 0]]


def line(**features: float) -> dict[str, float]:
    none = dict.fromkeys(("ending.stop", "ending.ask", "ending.quote", "start.name"), 0.0)
    return (
        none
        | dict.fromkeys(
            ("ending.open_long", "length.log", "credit.cut", "label.told", "credit.next", "echo.whole"), 0.0
        )
        | features
    )


def test_unclosed_lines_are_weighed_apart() -> None:
    """What speaks for a closed line may speak against an open one, and the reasons say what was weighed."""
    context_weights = tuple(float(name == "own") for name in NAMES)
    scorer = Scorer({"start.name": (2.0, 0.0)}, {"start.name": (-3.0, 0.0)}, 0.5, context_weights, 0.0, 0.0, 0.0)
    closed, opened = scorer.judge(
        [line(**{"ending.stop": 1.0, "start.name": 1.0}), line(**{"start.name": 1.0, "length.log": 3.0})]
    )
    assert closed.probability == pytest.approx(1 / (1 + np.exp(-2.5)))
    assert opened.probability == pytest.approx(1 / (1 + np.exp(0.5)))
    assert {r.name: r.weight for r in opened.reasons} == {"how the line begins": -1.0, "prior of any line": 0.5}


def test_short_open_lines_must_be_likelier_than_not() -> None:
    """A line as short as a sub-heading is nothing below a half, unless a stop or a credit tells it from one."""
    half, short, long = np.full(4, 0.45), np.log1p(3.0), np.log1p(9.0)
    is_open, credited = np.array([1.0, 1.0, 0.0, 1.0]), np.array([0.0, 0.0, 0.0, 1.0])
    found = without_headings(half, is_open, np.array([short, long, short, short]), credited)
    assert found.tolist() == [0, 0.45, 0.45, 0.45]
    assert without_headings(half + 0.1, is_open, np.full(4, short), credited).tolist() == [0.55] * 4


def test_features_of_closed_lines_are_nothing_among_those_of_open_ones() -> None:
    """All features come first, then again those that weigh apart, which are 0 where a line is closed."""
    lines = [line(**{"ending.quote": 1.0, "start.name": 4.0}), line(**{"start.name": 4.0})]
    assert told_apart(lines, ["start.name", "length.log"], ["start.name"]).tolist() == [[4, 0, 0], [4, 0, 4]]
    assert told_apart(lines, ["start.name"]).tolist() == [[4, 0], [4, 4]]
