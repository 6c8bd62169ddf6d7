"""Is this really Cutline? Another distribution can overwrite the packages ``catalog`` and ``web`` (web.py does so silently)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import CatalogError
from ..later import later

if TYPE_CHECKING:
    from importlib import metadata
else:
    (metadata,) = later("importlib.metadata")

_MARKS = {"catalog": "model.py", "web": "openapi.py"}


class OverwrittenError(CatalogError):
    """A package of Cutline's has been replaced by another distribution's."""

    exit_code = 3
    code = "overwritten"

    def __init__(self, package: str, where: str, others: list[str]) -> None:
        by = f" by {', '.join(others)}" if others else ""
        super().__init__(
            f"The package “{package}” at {where} is not Cutline's: it has been overwritten{by}. "
            f"Install Cutline in a virtual environment of its own, or reinstall it: pip install --force-reinstall cutline."
        )


def owners(package: str) -> list[str]:
    """Return the installed distributions, Cutline aside, that bring a top-level package of this name."""
    return sorted({d for d in metadata.packages_distributions().get(package, []) if d.lower() != "cutline"})


def check() -> None:
    """Raise OverwrittenError when ``catalog`` or ``web`` is not the package that belongs to this code. Takes no measurable time."""
    here = Path(__file__).resolve().parents[1]
    for package, mark in _MARKS.items():
        spec = importlib.util.find_spec(package)
        where = Path(spec.origin).resolve().parent if spec and spec.origin else None
        if where is None or not (where / mark).is_file() or where.parent != here.parent:
            raise OverwrittenError(package, str(where or "nowhere"), owners(package))
