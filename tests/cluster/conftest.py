"""One Dask cluster of processes for all tests that leave it alive."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator

import pytest

from tests.cluster.dask_processes import Dask


@pytest.fixture(scope="session")
def installed() -> None:
    """Dask is there, or the tests say that it is not; under CI they fail."""
    if importlib.util.find_spec("distributed") is None:
        why = "distributed is not installed: pip install '.[test]'"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)


@pytest.fixture(scope="session")
def dask(installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """A scheduler with two workers."""
    started = Dask(tmp_path_factory.mktemp("dask"))
    started.start(workers=2)
    yield started
    started.stop()
