"""The console script: what is checked before any command is read, and how a run ends."""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

import click

from ..errors import CatalogError
from ..upkeep.selfcheck import check
from . import terminal
from .group import INTERRUPTED, cli


def interrupted(*_: object) -> NoReturn:
    """End at once on a second Ctrl-C."""
    raise KeyboardInterrupt


def main() -> None:
    """Run the command line; the console script's entry."""
    # NumPy starts a thread for each processor to multiply with; nothing here multiplies that much, and each command would wait.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    terminal.settle()
    try:
        check()
    except CatalogError as error:
        terminal.note(f"cutline: {error}")
        sys.exit(error.exit_code)
    from . import commands  # noqa: F401 - registers the commands; not before the check, an overwritten package breaks here

    signal.signal(signal.SIGTERM, interrupted)
    try:
        code = cli.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        sys.exit(INTERRUPTED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
