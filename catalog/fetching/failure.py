"""Why something was not fetched."""

from __future__ import annotations

from ..errors import Rejected


class FetchFailed(Rejected):
    """An address that was not fetched. ``again`` tells whether trying it later may help."""

    def __init__(self, message: str, *, again: bool = False) -> None:
        super().__init__(message)
        self.again = again


class HostRefused(FetchFailed):
    """A host that may not be asked. Nothing is wrong with it: it may be asked when that is allowed."""

    def __init__(self, message: str) -> None:
        super().__init__(message, again=True)
