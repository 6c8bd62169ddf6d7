"""Files under addresses that fsspec knows (``s3://bucket/...``): how to reach them, and what to say when they cannot be.

fsspec itself comes with the extra ``[s3]``; nothing here is imported before an address is used. Keys and endpoints come from
the environment and the configuration files of the service (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, ~/.aws), never from the address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from .errors import CatalogueUnusable, Rejected, UsageError

#: What is passed to the file systems that need it: a lost connection is noticed in seconds, not minutes, and tried again.
_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "s3": {"config_kwargs": {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 3}}}
}
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,20}://[^\s]+")


def is_address(text: str) -> bool:
    """Return whether ``text`` is an address rather than a path. A path of this machine never holds ``://``."""
    return "://" in text


def checked(address: str) -> str:
    """Return a place for pictures as it is remembered: without a slash at its end.

    Raises UsageError for what is no address, and for one that holds a password: it would be kept in the catalogue.
    """
    if not _SCHEME.fullmatch(address):
        raise UsageError(f"“{address[:80]}” is no place for pictures: give an address such as s3://bucket/folder.")
    parts = urlsplit(address)
    if parts.password or parts.query or (parts.username and "@" in parts.netloc):
        raise UsageError("The address of the pictures holds a key or a user; set those in the environment instead.")
    return address.rstrip("/")


@lru_cache(maxsize=8)
def file_system(scheme: str) -> Any:
    """Return the file system of a scheme, made once for each process. Raises CatalogueUnusable when its package is missing."""
    try:
        import fsspec

        return fsspec.filesystem(scheme, **_OPTIONS.get(scheme, {}))
    except ImportError as error:
        raise CatalogueUnusable(
            f"Pictures at {scheme}:// addresses need a package that is not installed: pip install 'cutline[s3]'."
        ) from error
    except ValueError as error:
        raise CatalogueUnusable(f"No place for pictures is known by {scheme}://: {error}.") from error


def within(address: str) -> tuple[Any, str]:
    """Return the file system of an address, and the address as that file system takes it."""
    scheme, _, rest = address.partition("://")
    return file_system(scheme), rest


def unreachable(address: str, error: Exception) -> CatalogueUnusable:
    """Return the sentence for a place that failed: what the service said, in a few words."""
    why = str(error).strip().rstrip(".") or type(error).__name__
    return CatalogueUnusable(f"The pictures at {address} cannot be reached: {why[:200]}.")


def read(address: str, limit: int) -> bytes:
    """Return the content of the file at an address. Raises Rejected when it is not there or larger than ``limit`` bytes,
    CatalogueUnusable when the place does not answer."""
    fs, path = within(address)
    try:
        size = int(fs.size(path) or 0)
        if size > limit:
            raise Rejected(f"The file has {size / 1e6:,.1f} MB; the limit is {limit / 1e6:,.0f} MB.")
        return bytes(fs.cat_file(path))
    except Rejected:
        raise
    except FileNotFoundError as error:
        raise Rejected(f"There is no file at {address}.") from error
    except Exception as error:  # Each service has errors of its own family; all mean that it did not give the bytes.
        raise unreachable(address, error) from error
