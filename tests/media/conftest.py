"""Places for pictures: a folder, a file system in memory, and S3 by its real protocol."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from catalog import filesystems
from tests.media.s3_server import S3Server


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """One S3 server for all tests."""
    missing = [name for name in ("moto", "s3fs") if not _installed(name)]
    if missing:
        why = f"{' and '.join(missing)} not installed: pip install '.[test]'"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    server = S3Server()
    server.start()
    yield server
    server.stop()


def _installed(name: str) -> bool:
    import importlib.util

    return importlib.util.find_spec(name) is not None


@pytest.fixture
def s3(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """The server, with an environment that leads to it and a fresh bucket ``desk``."""
    for name, value in (
        ("AWS_ENDPOINT_URL", s3_server.url),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    filesystems.file_system.cache_clear()
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    fs = filesystems.file_system("s3")
    if fs.exists("desk"):
        fs.rm("desk", recursive=True)
    fs.invalidate_cache()
    fs.mkdir("desk")
    yield s3_server
    filesystems.file_system.cache_clear()


@pytest.fixture
def memory() -> Iterator[str]:
    """An address in memory, empty."""
    fsspec = pytest.importorskip("fsspec")
    fs = fsspec.filesystem("memory")
    fs.store.clear()
    yield "memory://desk"
    fs.store.clear()
