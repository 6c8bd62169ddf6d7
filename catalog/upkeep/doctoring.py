"""What is installed, found and missing, and the command that mends it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from PIL import features

from ..errors import CatalogError
from ..stores.base import Store
from ..version import __version__


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: fine, missing (something optional), or wrong (something needed)."""

    name: str
    state: Literal["fine", "missing", "wrong"]
    found: str
    mend: str = ""


_NEEDED = (
    "pillow",
    "imagehash",
    "tinydb",
    "flask",
    "click",
    "lxml",
    "numpy",
    "scipy",
    "opencv-python-headless",
    "waitress",
)
_EXTRAS = {
    "postgres": ("psycopg", "a catalogue shared on PostgreSQL"),
    "cluster": ("distributed", "decoding on a Dask cluster"),
    "s3": ("s3fs", "originals on S3"),
    "heic": ("pillow_heif", "HEIC pictures"),
    "c2pa": ("c2pa", "what C2PA manifests state"),
}


def checks(url: str) -> Iterator[Check]:
    """Yield what is to be said of this installation and of the catalogue at ``url``; nothing is changed."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield Check(
        "Python",
        "fine" if sys.version_info >= (3, 11) else "wrong",
        python,
        "" if sys.version_info >= (3, 11) else "install Python 3.11 or newer",
    )
    yield Check("Cutline", "fine", f"{__version__} at {Path(__file__).resolve().parents[1]}")
    for name in _NEEDED:
        try:
            yield Check(name, "fine", metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Check(name, "wrong", "not installed", f"pip install {name}")
    for feature in ("jpg", "zlib", "webp", "avif", "libtiff"):
        there = features.check(feature)
        yield Check(
            f"Pillow: {feature}",
            "fine" if there else "missing",
            "yes" if there else "no",
            "" if there else "pip install --upgrade pillow",
        )
    for extra, (module, what) in _EXTRAS.items():
        there = importlib.util.find_spec(module) is not None
        yield Check(
            what,
            "fine" if there else "missing",
            "installed" if there else "not installed",
            "" if there else f"pip install 'cutline[{extra}]'",
        )
    yield from _catalogue(url)


def _catalogue(url: str) -> Iterator[Check]:
    from ..stores import is_postgres, open_store
    from ..stores.presence import present

    if "://" not in url:
        folder = Path(url)
        if not present(folder):
            yield Check("catalogue", "missing", f"none yet at {url}", "cutline import FOLDER")
            return
        free = shutil.disk_usage(folder).free
        yield Check(
            "disk",
            "fine" if free > 1 << 30 else "wrong",
            f"{free / (1 << 30):.1f} GiB free at {url}",
            "" if free > 1 << 30 else "make room, or move the catalogue",
        )
        if not os.access(folder, os.W_OK):
            yield Check("catalogue", "wrong", f"{url} is not writable", f"chmod u+w {url}")
    try:
        store = open_store(url, create=False)
    except CatalogError as error:
        yield Check("catalogue", "wrong", str(error), "" if is_postgres(url) else "cutline verify")
        return
    where = store.url
    if is_postgres(url):
        yield from _server(store)
    yield Check(
        "catalogue", "fine", f"{store.count('image'):,} pictures, {store.count('article'):,} articles at {where}"
    )
    known = store.get("meta", "media")
    store.close()
    if known is not None:
        yield _media(str(known["address"]))


def _server(store: Store) -> Iterator[Check]:
    from ..stores.postgres import advice
    from ..stores.postgres.store import PostgresStore

    assert isinstance(store, PostgresStore)
    yield Check("PostgreSQL", "fine", store.described())
    settings = advice.asked(store.database)
    small = list(advice.small(settings))
    if not small:
        yield Check("PostgreSQL settings", "fine", ", ".join(f"{name} {now}" for name, (_, now) in settings.items()))
        return
    found = ", ".join(f"{one.wanted.name} {one.now}" for one in small)
    restart = ", restart" if any(one.wanted.restart for one in small) else ", SELECT pg_reload_conf()"
    mend = f"{'; '.join(one.mending for one in small)}{restart}"
    yield Check("PostgreSQL settings", "missing", f"small for a large catalogue: {found}", f"{mend}; see docs/scale.md")


def _media(address: str) -> Check:
    """Whether the shared place of a catalogue's pictures answers; nothing is written."""
    from ..media import open_media

    try:
        open_media(address, Path()).has("0" * 64)
    except CatalogError as error:
        return Check("pictures", "wrong", str(error), "check keys, network and the service; see docs/scale.md")
    return Check("pictures", "fine", f"kept at {address}, which answers")
