"""Modules that a command may never need: each is read when something of it is first asked for, not when it is named.

Most commands only look, and what infers, decodes and exports takes several times as long to read as they take to answer::

    if TYPE_CHECKING:
        from . import conflicts, inferring
    else:
        conflicts, inferring = later(".conflicts", ".inferences.inferring")

Types are checked as in any import. What stays for long, as a server does, reads all of them at its start: :func:`read_all`.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any


class Later:
    """Stands for a module, and asks it for everything. Safe in threads, as importing is."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._module: ModuleType | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # who looks objects through (copy, inspect, pytest) must not read them all
            raise AttributeError(name)
        return getattr(self._module or self.read(), name)

    def read(self) -> ModuleType:
        """Read the module, if nobody did yet, and return it."""
        module = self._module = import_module(self._name)
        return module


_named: list[Later] = []


def later(*names: str) -> list[Any]:
    """Return what stands for each of these modules; ``.linking`` and ``.images.worker`` are the catalogue's own."""
    made = [Later(f"{__package__}{name}" if name.startswith(".") else name) for name in names]
    _named.extend(made)
    return made


def read_all() -> None:
    """Read every module that was left for later, and what those left in turn."""
    for one in _named:  # grows meanwhile
        one.read()
