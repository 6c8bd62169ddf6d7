"""What PostgreSQL keeps of a row: pairs of words by which phrases are found, and weights that tell how often words stand in it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from catalog.search import parse
from catalog.search.facade import SearchIndex
from catalog.search.nodes import Words
from catalog.search.postgres import sql
from catalog.search.postgres.lexemes import beginning_weights, indexed, weights_of
from catalog.search.postgres.ranking import _UNKNOWN, Beginning, Ranking, columns_of
from catalog.search.postgres.schema import state_of
from catalog.search.row import Row


def told(index: SearchIndex, text: str) -> int:
    """How many rows the index of words alone says may have a phrase."""
    words = sql.plan(parse(text).node, lambda ident, distance: ()).words
    with index._tables.reading() as connection:
        found = connection.execute("SELECT count(*) FROM search_image WHERE words @@ %s::tsquery", [words]).fetchone()
    return int(found[0])


@pytest.mark.parametrize(
    "phrase", ['"old city"', '"the old city"', '"old city was"*', "caption:'old city'", '"東京都庁"']
)
def test_only_rows_with_the_phrase_are_read_for_it(own_shared: SearchIndex, phrase: str) -> None:
    """Rows that have all of its words, but apart, are ruled out by the index of words: their texts are not looked at."""
    apart = [Row(f"{n:016x}", captions=("city of the old was 京都 庁東 東京 都庁",)) for n in range(50)]
    held = Row("f" * 16, captions=("in the old city was 東京都庁",))
    own_shared.apply([*apart, held], [], 1)
    query = phrase.replace("'", '"')
    assert list(own_shared.ids(parse(query))) == [held.id]
    assert told(own_shared, query) == 1


def test_a_text_with_very_many_pairs_is_found_by_each(own_shared: SearchIndex) -> None:
    """A row with more pairs than are kept is looked at for every phrase of its words, and not for others."""
    words = [f"w{n}" for n in range(5_000)]
    own_shared.apply([Row("a" * 16, note=" ".join(words)), Row("b" * 16, note="w1 w2 w5")], [], 1)
    assert [list(own_shared.ids(parse(f'"w{n} w{n + 1}"'))) for n in (0, 4_998)] == [["a" * 16]] * 2
    assert list(own_shared.ids(parse('"w4 w9"'))) == []
    assert len(indexed(Row("a" * 16, note=" ".join(words))).words.split()) < 10_100


ROWS: list[dict[str, int]] = [
    {"me": 3, "men": 109, "n": 256, "ma": 1},
    {},
    {"n": 109, "o": 0x6D00, "p": 0x006D},
    {"m": 5, "zm": 2, "жа": 7},
    {"menu": 70_000, "mжt": 4, "no": 256, "me": 1},
    {"men": 1},
]


@pytest.mark.parametrize("prefix", ["me", "men", "ж", "жа", "no"])
def test_frequencies_of_a_beginning_are_those_of_its_words(prefix: str, own_shared: SearchIndex) -> None:
    """Summed over the words that begin so, whatever bytes the frequencies of others are made of, and none for rows without."""
    node = parse(f"{prefix}*").node
    assert isinstance(node, Words)
    (column,) = columns_of(node)
    given = "SELECT weights, NULL::bytea AS more_weights, n FROM unnest(%s::bytea[]) WITH ORDINALITY AS g (weights, n)"
    read = f"SELECT n, {column.read} AS c FROM ({given}) i"
    asked = f"SELECT string_agg({column.made.format('c')}, ''::bytea ORDER BY n) FROM ({read}) f"
    with own_shared._tables.reading() as connection:
        params = [*column.made_params, *column.params, [weights_of(row) for row in ROWS]]
        told = connection.execute(asked, params, binary=True).fetchone()[0]
    wanted = [sum(min(n, 65_535) for token, n in row.items() if token.startswith(prefix)) for row in ROWS]
    for rows in range(len(ROWS) + 1):
        found: Sequence[float] = beginning_weights(told, rows, prefix).tolist()
        assert list(found) == wanted[:rows]


def test_how_common_a_beginning_is(own_shared: SearchIndex) -> None:
    """The commonest of its words is the least, all added up the most: hidden pictures are in the one count, not in the other."""
    hidden = Row("f" * 16, note="menu", flags=frozenset({"hidden"}))
    own_shared.apply([Row("a" * 16, note="menu mend"), Row("b" * 16, note="menu mine"), hidden], [], 1)
    for asked, told in (
        ("men*", Beginning(3, 2, 4)),
        ("min*", Beginning(1, 1, 1)),
        ("x1*", _UNKNOWN),
        ("menu", _UNKNOWN),
    ):
        node = parse(asked).node
        assert isinstance(node, Words)
        with own_shared._tables.reading() as connection:
            assert Ranking().of_beginning(connection, state_of(connection), node) == told
