"""Where settings come from: a flag, else the environment, else ``cutline.toml``, else a default.

``cutline.toml`` is looked for in the working directory and its parents, then in the user's configuration folder::

    catalog = "/srv/pictures/catalogue"     # or postgresql://...
    media = "s3://bucket/pictures"          # else in the catalogue's folder
    workers = 4
    cluster = "tcp://scheduler:8786"        # else processes of this machine
    host = "127.0.0.1"
    port = 8000
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from .errors import UsageError

NAME = "cutline.toml"
#: Setting -> (environment variable, type, what it is).
SETTINGS: Mapping[str, tuple[str, type, str]] = {
    "catalog": ("CUTLINE_CATALOG", str, "folder or postgresql:// address of the catalogue"),
    "media": ("CUTLINE_MEDIA", str, "address where a new catalogue keeps its pictures, such as s3://bucket/folder"),
    "workers": ("CUTLINE_WORKERS", int, "processes that decode pictures"),
    "cluster": ("CUTLINE_CLUSTER", str, "Dask scheduler whose workers do the heavy part, or `local`"),
    "host": ("CUTLINE_HOST", str, "address that `serve` listens on"),
    "port": ("CUTLINE_PORT", int, "port that `serve` listens on"),
    "who": ("CUTLINE_WHO", str, "name that decisions are signed with"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting's value and where it came from."""

    name: str
    value: Any
    origin: str


def find_file(start: Path | None = None) -> Path | None:
    """Return the nearest ``cutline.toml`` at or above ``start``, else the user's, else ``None``."""
    here = (start or Path.cwd()).resolve()
    user = Path(platformdirs.user_config_dir("cutline", appauthor=False)) / NAME
    return next((p for p in (*(d / NAME for d in (here, *here.parents)), user) if p.is_file()), None)


def read_file(path: Path) -> dict[str, Any]:
    """Return the settings of a file. Raises UsageError when it is not TOML or sets what there is not."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}.") from error
    for key, value in values.items():
        if key not in SETTINGS:
            raise UsageError(f"{path} sets “{key}”, which is no setting. There are: {', '.join(SETTINGS)}.")
        if type(value) is not SETTINGS[key][1]:  # true is an int to Python, but no port
            raise UsageError(f"{path}: {key} must be a {SETTINGS[key][1].__name__}.")
    return values


def default_catalog() -> str:
    """Return the folder used when nothing names one."""
    return str(Path(platformdirs.user_data_dir("cutline", appauthor=False)) / "catalogue")


def setting(name: str, flag: Any = None) -> Setting:
    """Return one setting: ``flag`` when given, else the environment's, the file's or the default.

    Raises UsageError when a source gives a value of the wrong type.
    """
    variable, type_, _ = SETTINGS[name]
    if flag is not None:
        return Setting(name, flag, "flag")
    if raw := os.environ.get(variable):
        try:
            return Setting(name, type_(raw), f"${variable}")
        except ValueError:
            raise UsageError(f"${variable} must be a {type_.__name__}, not “{raw[:40]}”.") from None
    path = find_file()
    if path is not None and name in (values := read_file(path)):
        value = values[name]
        if name == "catalog" and "://" not in value:
            value = str(path.parent / value)
        return Setting(name, value, str(path))
    defaults = {"catalog": default_catalog(), "host": "127.0.0.1", "port": 8000, "who": ""}
    return Setting(name, defaults.get(name), "default")
