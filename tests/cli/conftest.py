"""Commands on a catalogue of the example stories, and in an empty folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.clirunning import Cutline, Ran, run


@pytest.fixture
def catalogue(imported: Path, tmp_path: Path) -> Path:
    """A closed catalogue of the example stories that a test may change."""
    folder = tmp_path / "catalogue"
    shutil.copytree(imported, folder)
    return folder


@pytest.fixture
def cutline(catalogue: Path) -> Cutline:
    """Run commands on a catalogue of the example stories that a test may change."""

    def call(
        *args: str,
        catalog: Path | str | None = catalogue,
        typed: str | None = None,
        env: dict[str, str] | None = None,
    ) -> Ran:
        return run(catalog, args, typed, env)

    return call


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cutline:
    """Run commands in an empty folder, without catalogue, settings or environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("CATALOG", "WORKERS", "HOST", "PORT", "WHO", "ACCESS", "TOKEN", "PASSWORD"):
        monkeypatch.delenv(f"CUTLINE_{name}", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))

    def call(
        *args: str, catalog: Path | str | None = None, typed: str | None = None, env: dict[str, str] | None = None
    ) -> Ran:
        return run(catalog, args, typed, env)

    return call
