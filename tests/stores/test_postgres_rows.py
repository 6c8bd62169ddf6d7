"""What goes between documents and PostgreSQL's rows, without a server."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.stores.base import LOOKUPS, Doc, lookup_values
from catalog.stores.documents import encode_doc
from catalog.stores.postgres.rows import from_jsonb, is_plain, lookup_key, lookup_keys, to_jsonb

_TEXTS = st.text() | st.sampled_from(["1e5", ":-0,", '[1e5]"', "3e7,", "-0.", "x\0", "a\\u0000", "2024-05-01"])
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)


def _kept(number: object) -> bool:
    """Whether ``jsonb`` gives a number back in the form it came in: without an exponent, and no negative zero."""
    text = json.dumps(number)
    return "e" not in text and text not in ("-0", "-0.0")


def _numbers(value: object) -> list[object]:
    if isinstance(value, dict):
        return [n for one in value.values() for n in _numbers(one)]
    if isinstance(value, list):
        return [n for one in value for n in _numbers(one)]
    return [value] if isinstance(value, float) else []


@given(docs=st.lists(st.dictionaries(_TEXTS, _VALUES, max_size=4), min_size=1, max_size=5))
def test_what_jsonb_would_change_is_never_told_to_be_plain(docs: list[Doc]) -> None:
    """Documents of which one holds a number in another form than ``jsonb``'s, or NUL, are not plain, one alone or many together."""
    lines = b"\n".join(map(encode_doc, docs))
    odd = not all(map(_kept, _numbers(docs))) or b"\\u0000" in lines.replace(b"\\\\", b"")
    assert not (odd and is_plain(lines))
    assert not (odd and is_plain(lines + b"\n" * 3_000))  # much is looked at in another way than little
    for doc in docs:
        assert json.loads(from_jsonb(to_jsonb(encode_doc({"id": "a", **doc})).decode())) == {"id": "a", **doc}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ('{"a":1e16}', False), ('{"a":1.5E-7,"b":1}', False), ('{"a":[-1e5]}', False), ('{"a":-0}', False), ('{"a":[-0.0]}', False),
        ('{"a":"b\\u0000"}', False), ('{"a":"-0","b":"1e5","c":-1,"d":2.5}', True), ('{"sha":"1e5e0","day":"2024-05-01"}', True),
        ('{"a":"b\\n"}', True), ('{"gps":[51.5072,-0.1276]}', True), ('{"a":[-0.5],"b":-0.0}', False), ("{}", True), ("", True),
    ],
)  # fmt: skip
def test_ordinary_documents_are_plain(text: str, plain: bool) -> None:
    """Digests, dates, line ends and small negative numbers are nothing special; exponents, negative zeros and escapes are."""
    assert is_plain(text.encode()) is plain
    assert is_plain((text + "\n" * 3_000).encode()) is plain


@given(
    doc=st.dictionaries(
        st.sampled_from(["sha256", "paths", "keys", "source", "article.id"]), _VALUES | st.lists(_TEXTS)
    )
)
def test_a_document_has_one_key_for_each_value_it_is_found_by(doc: Doc) -> None:
    """Whatever a document is like, its keys are those of its values, each once."""
    for kind, paths in LOOKUPS.items():
        wanted = {lookup_key(kind, path, value) for path in paths for value in lookup_values(doc, path)}
        found = [key.hex() for key in lookup_keys(kind, doc)]
        assert len(found) == len(set(found)) and set(found) == wanted
