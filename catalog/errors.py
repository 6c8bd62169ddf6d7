"""What can go wrong, said in one sentence each.

The class is the case and its constructor builds the sentence. Each carries the exit code of the command line
and the HTTP status, so that every door answers alike.
"""

from __future__ import annotations


class CatalogError(Exception):
    """Base of everything that Cutline raises on purpose."""

    exit_code = 2
    http_status = 400
    code = "error"
    field: str | None = None


class UsageError(CatalogError):
    """An argument that cannot be meant as it stands."""

    code = "usage"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class QueryError(CatalogError):
    """A search query that does not parse.

    ``column`` is 1-based and points at the first character that was not understood.
    """

    code = "query"

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"{message} (column {column})")
        self.column = column
        self.field = "q"


class NotFound(CatalogError):
    """An id that is not in the catalogue."""

    code = "not-found"
    http_status = 404

    def __init__(self, what: str, ident: str, other: str = "") -> None:
        where = "" if what.startswith("file") else " in this catalogue"
        instead = f": that is the id of a {other}".replace("a a", "an a") if other else ""
        super().__init__(f"There is no {what} “{ident[:80]}”{where}{instead}.")


class Stale(CatalogError):
    """A decision made on facts that have moved since they were shown."""

    code = "stale"
    http_status = 409
    exit_code = 1

    def __init__(self, what: str, ident: str, seen: str, now: str) -> None:
        super().__init__(f"The {what} {ident} changed since you saw it: look at it again, then decide.")
        self.seen, self.now = seen, now
        self.field = "seen"


class Gone(Stale):
    """A decision on something that was there when it was shown, and is not any more."""

    def __init__(self, what: str, ident: str, seen: str) -> None:
        super().__init__(what, ident, seen, "")
        self.args = (
            f"The {what} {ident[:80]} is settled: what somebody else said, or an import, left nothing to decide there.",
        )


class NotAllowed(CatalogError):
    """A decision or edit that does not fit its subject."""

    code = "not-allowed"
    http_status = 422

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class TooLarge(CatalogError):
    """Input beyond a stated limit."""

    code = "too-large"
    http_status = 413


class WrongType(CatalogError):
    """Content that is not of a kind that is accepted here."""

    code = "wrong-type"
    http_status = 415


class CatalogueUnusable(CatalogError):
    """The catalogue itself cannot be used."""

    code = "unusable"
    exit_code = 3
    http_status = 503


class Absent(CatalogueUnusable):
    """There is no catalogue where one was looked for."""

    code = "absent"

    def __init__(self, where: str) -> None:
        super().__init__(
            f"There is no catalogue in {where}. `cutline import FOLDER` makes one; `--catalog` names another."
        )


class Locked(CatalogueUnusable):
    """Another process is writing and did not finish within the time allowed."""

    code = "locked"

    def __init__(self, path: str, holder: str = "") -> None:
        who = f" by {holder}" if holder else ""
        super().__init__(f"The catalogue {path} is being written{who}. Try again when that is done.")


class Damaged(CatalogueUnusable):
    """A part of the catalogue does not read as it was written."""

    code = "damaged"

    def __init__(self, path: str, where: str, why: str) -> None:
        super().__init__(f"{path} is damaged at {where}: {why}. Run `cutline verify` to see what is affected.")
        self.path, self.where = path, where


class Newer(CatalogueUnusable):
    """A catalogue in a form that a later Cutline brought in. Nothing of it is damaged, and nothing may be mended."""

    code = "newer"

    def __init__(self, path: str, version: int, known: int) -> None:
        super().__init__(
            f"{path} was written by a newer Cutline (its form is {version}, this one knows {known}): "
            "use that one, or upgrade this one. Nothing was changed."
        )


class Unfinished(CatalogueUnusable):
    """A catalogue that is being copied here. The copy brings more, and takes away what its source does not hold."""

    code = "unfinished"

    def __init__(self, target: str, source: str) -> None:
        super().__init__(
            f"{target} is an unfinished copy of {source}, and what is decided there would be lost. "
            f"Complete it: cutline copy {source} {target}"
        )


class Rejected(CatalogError):
    """One input that should have been readable and was not; importing turns it into a result."""

    code = "rejected"
    exit_code = 1
    http_status = 422
