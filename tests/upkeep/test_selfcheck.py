"""Another distribution can put its own `web` or `catalog` over Cutline's: that is told, with the command that mends it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from catalog.upkeep.selfcheck import OverwrittenError, check

ROOT = Path(__file__).resolve().parents[2]


def test_an_intact_installation_passes() -> None:
    """Cutline's own packages are recognised."""
    check()


@pytest.mark.parametrize("package", ["web", "catalog"])
def test_a_fake_package_is_told_plainly(tmp_path: Path, package: str) -> None:
    """A package of the same name that comes first is named with its place and the way out; exit 3, no traceback."""
    fake = tmp_path / package
    fake.mkdir()
    (fake / "__init__.py").write_text("", encoding="utf-8")
    program = (
        "import importlib, sys\n"
        "m = importlib.import_module('catalog.cli.main')\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        f"sys.modules.pop({package!r}, None)\n"
        "importlib.invalidate_caches()\n"
        "sys.argv = ['cutline', '--version']\n"
        "m.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert f"The package “{package}” at {fake} is not Cutline's" in done.stderr
    assert "pip install --force-reinstall cutline" in done.stderr and "Traceback" not in done.stderr


def test_who_overwrote_it_is_named() -> None:
    """The sentence names the distributions that bring the package."""
    error = OverwrittenError("web", "somewhere/web", ["web.py"])
    assert "overwritten by web.py" in str(error) and error.exit_code == 3
