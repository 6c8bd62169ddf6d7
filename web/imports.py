"""The import page: files, a folder or a path on this machine; progress, outcomes, and the runs before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from flask import Blueprint, current_app, render_template, request

from catalog.errors import NotAllowed
from catalog.model import ImportResult, ImportSummary

from .context import library
from .inputs import form_text
from .security import is_loopback, needs, upload
from .uploads import received

pages = Blueprint("imports", __name__)


def paths_allowed() -> bool:
    """Tell whether a path on the server's disk may be named: only by someone at this machine, where nobody logs in."""
    access = current_app.extensions["cutline-access"]
    return not access.required and is_loopback(request.remote_addr or "")


def inputs(stack: ExitStack, path: str) -> list[str | Path]:
    """Return what a request asks to import: a path on this machine, or the files it sent (kept until ``stack`` closes)."""
    if path:
        if not paths_allowed():
            raise NotAllowed("A path can be named only at the machine that the server runs on.", field="path")
        if not Path(path).is_absolute() or not Path(path).exists():
            raise NotAllowed("There is nothing at that path.", field="path")
        return [Path(path)]
    return [stack.enter_context(received(request.files.getlist("files"), library().receiving))]


def tidy(results: Iterator[ImportResult | ImportSummary], root: Path | None) -> Iterator[ImportResult | ImportSummary]:
    """Yield results with the paths as the person knows them: without the folder that uploads were kept in."""
    prefix = f"{root}/" if root else ""
    for result in results:
        if prefix and isinstance(result, ImportResult) and result.path.startswith(prefix):
            result = ImportResult(
                result.path.removeprefix(prefix),
                result.result,
                result.kind,
                result.id,
                result.reason,
                result.duplicate_of,
            )
        yield result


def run(stack: ExitStack, path: str) -> Iterator[ImportResult | ImportSummary]:
    """Import what the request asks for, one result after the other."""
    given = inputs(stack, path)
    uploaded = None if path else Path(given[0])
    return tidy(library().import_(given), uploaded)


@pages.get("/import")
def form() -> str:
    """Show where to drop files, and the imports before."""
    return render_template("import.html", runs=library().runs(), paths=paths_allowed(), results=None)


@pages.post("/import")
@needs("admin")
@upload
def start() -> str:
    """Import what was sent and show what became of each file."""
    with ExitStack() as stack:
        done = list(run(stack, form_text("path", 4000).strip()))
    results = [r for r in done if isinstance(r, ImportResult)]
    summary = next((r for r in done if isinstance(r, ImportSummary)), None)
    return render_template(
        "import.html", runs=library().runs(), paths=paths_allowed(), results=results, summary=summary
    )
