"""The command line as a function: arguments in, exit code and both streams out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from click.testing import CliRunner

from catalog.cli import commands  # noqa: F401 - registers the commands
from catalog.cli.group import cli


@dataclass(frozen=True)
class Ran:
    """What one command did."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """Stdout as JSON Lines: every line must be one."""
        return [json.loads(line) for line in self.out.splitlines()]


class Cutline(Protocol):
    """Runs one command; with ``catalog`` as ``None``, without naming a catalogue."""

    def __call__(
        self, *args: str, catalog: Path | str | None = ..., typed: str | None = ..., env: dict[str, str] | None = ...
    ) -> Ran: ...


def run(catalog: Path | str | None, args: tuple[str, ...], typed: str | None, env: dict[str, str] | None) -> Ran:
    """Run a command in this process. Anything but an orderly end fails the test: users never see a traceback."""
    named = [] if catalog is None else ["--catalog", str(catalog)]
    done = CliRunner().invoke(cli, [*named, *args], input=typed, env=env)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise AssertionError(f"{args} ended in a traceback") from done.exception
    return Ran(done.exit_code, done.stdout, done.stderr)


def picture_called(cutline: Cutline, name: str) -> str:
    """Return the id of the picture whose file has this name."""
    return next(
        str(line["id"])
        for line in cutline("list", "--json").lines
        if any(p.endswith(f"/{name}") for p in line["paths"])
    )
