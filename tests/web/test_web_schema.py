"""Requests drawn from the API's own description, right ones and wrong ones: none breaks the server, every answer is described."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from catalog.library import open_library
from web import create_app
from web.openapi import OPERATIONS, Operation

OWN = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin", "Accept-Encoding": "identity"}
EXAMPLES = 10
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def served(imported: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application over a copy of the example stories, which the drawn requests may change."""
    folder = tmp_path_factory.mktemp("drawn") / "catalogue"
    shutil.copytree(imported, folder)
    with open_library(folder) as library:
        yield create_app(library)


@pytest.fixture(scope="module")
def described(served: Flask) -> Any:
    """The API as its document describes it, called without a network."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", served)


@pytest.fixture(scope="module")
def known(served: Flask) -> dict[str, list[str]]:
    """Ids that exist, by the word before them in a path."""
    library = served.extensions["cutline"]
    record = next(r for r in library.records() if r.usages and r.matches)
    usage = record.usages[0]
    findings = [f.id for f in library.all_findings()]
    return {"images": [record.id], "articles": [usage.article], "captions": [usage.caption.id], "findings": findings,
            "groups": [record.id], "compare": [m.a if m.b == record.id else m.b for m in record.matches]}  # fmt: skip


#: Every operation with requests that fit, and those that take more than a path also with requests that do not.
DRAWN = [(o, GenerationMode.POSITIVE) for o in OPERATIONS]
DRAWN += [(o, GenerationMode.NEGATIVE) for o in OPERATIONS if o.params or o.body]


@pytest.mark.parametrize(("operation", "mode"), DRAWN, ids=[f"{o.method} {o.path} {m.value}" for o, m in DRAWN])
def test_every_answer_is_described(
    described: Any, known: dict[str, list[str]], operation: Operation, mode: GenerationMode
) -> None:
    """No drawn request gets a 500, or a status, content type or body that the document does not name for it."""
    drawn = described["/api/v1" + operation.path][operation.method.upper()].as_strategy(generation_mode=mode)

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=drawn, real=st.booleans(), which=st.integers(0, 100))
    def ask(case: Any, real: bool, which: int) -> None:
        here = known.get(operation.path.split("/")[1], [])
        for name in case.path_parameters if real and here else ():
            case.path_parameters[name] = here[which % len(here)]
        case.call_and_validate(headers=OWN, checks=CHECKS)

    ask()
