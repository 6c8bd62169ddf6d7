"""Tokens, widths, phrase lists and the guess at the language."""

from __future__ import annotations

import numpy as np
import pytest

from catalog.captions.textcontext import NAMES, context
from catalog.captions.textwords import Phrases, guess_language, tokens, width


def test_unspaced_scripts_are_counted_by_characters() -> None:
    """Han and Thai characters are tokens of less than a word; Hangul is counted by words."""
    assert tokens("東京 tower, ’n 3rd") == ["東", "京", "tower", "n", "3rd"]
    assert width(tokens("서울 용산구")) == 2
    assert 2 < width(tokens("東京都新宿区")) < 4


def test_phrases_match_whole_words_only() -> None:
    """A phrase is found as words in order, never inside a word; bracketed marks are found as written."""
    list_ = Phrases(["file photo", "left", "(l.)"])
    assert list_.count(["a", "file", "photo", "left"]) == 2
    assert list_.count(["cleft", "photo", "file"]) == 0
    assert list_.count([], "he (l.) and she") == 1
    assert list_.leads(["left", "him"])
    assert not list_.leads(["him", "left"])


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
    around = context(np.array([2.0, -1.0, -3.0]), np.array([1.0, 1.0, 0.0]), np.array([2.5, 2.5, 2.5]), none)
    assert around.shape == (3, len(NAMES))
    assert around[0, 4] == 0
    assert around[1, 4] == pytest.approx(-3)
    assert around[1, 1] > around[0, 1] > around[2, 1]
    assert context(np.array([0.5]), np.array([1.0]), np.array([2.0]), none[:1]).shape == (1, len(NAMES))


def test_context_knows_which_line_lacks_the_credit_that_others_have() -> None:
    """A missing credit tells only where other lines have one; a line's own credit is not its own companion."""
    odds = np.zeros(3)

    def of_credits(*credited: float) -> list[list[float]]:
        found = context(odds, odds, odds, np.array(credited))
        at = NAMES.index("credits")
        return [[round(float(x), 2) for x in row[at:]] for row in found]

    assert of_credits(0, 0, 0) == [[0, 0, 0]] * 3
    assert of_credits(1, 0, 0) == [[1, 0, 0], [1, 0.33, 0], [1, 0.33, 0]]
    assert of_credits(1, 1, 0) == [[1, 0, 0.33], [1, 0, 0.33], [1, 0.67, 0]]
