"""Completion in the shell, as docs/commands.md tells it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CALL = "import sys; sys.argv[0] = 'cutline'; from catalog.cli.main import main; main()"


def ask(**env: str) -> str:
    """What the command answers a shell."""
    found = subprocess.run(
        [sys.executable, "-c", CALL], env={**os.environ, **env}, capture_output=True, text=True, timeout=60, check=False
    )
    return found.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_told_how_to_ask(shell: str) -> None:
    """The script for a shell's start file asks this command for completions."""
    assert f"_CUTLINE_COMPLETE={shell}_complete" in ask(_CUTLINE_COMPLETE=f"{shell}_source")


def test_commands_and_options_are_completed() -> None:
    """The beginning of a command gives the commands that begin so; of an option, the command's options."""
    assert "verify" in ask(_CUTLINE_COMPLETE="bash_complete", COMP_WORDS="cutline ver", COMP_CWORD="1")
    assert "--everything" in ask(_CUTLINE_COMPLETE="bash_complete", COMP_WORDS="cutline export --ev", COMP_CWORD="2")


def test_help_and_completion_load_no_catalogue() -> None:
    """All commands are known before anything that decodes, searches or judges is loaded: the Tab key does not wait for that."""
    heavy = {"catalog.library", "numpy", "cv2", "lxml"}
    code = f"import sys; import catalog.cli.commands; print(*sorted({heavy!r} & sys.modules.keys()))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.split() == []


def test_looking_loads_nothing_that_decodes(imported: Path) -> None:
    """Lists, records and searches come without waiting for what compares and decodes pictures, serves pages or runs clusters."""
    heavy = {"cv2", "imagehash", "scipy", "dask", "flask"}
    for args in (["list"], ["search", "market"], ["findings"], ["log"]):
        code = (
            "import sys; from catalog.cli import main; sys.argv = ['cutline', *sys.argv[1:]]\n"
            "try: main()\n"
            f"except SystemExit as end: print(end.code, *sorted({heavy!r} & sys.modules.keys()), file=sys.stderr)"
        )
        command = [sys.executable, "-c", code, "--catalog", str(imported), *args]
        found = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
        assert found.stderr.splitlines()[-1].split() == ["0"]
