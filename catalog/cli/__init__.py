"""The command line: click commands over :class:`catalog.library.Library`. Results on stdout, progress on stderr."""

from .main import main

__all__ = ["main"]
