"""`rehash`, `relink`, `regroup`: inferences of a whole catalogue computed anew."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Any

import click

from ..config import setting
from ..later import later
from ..paths import display
from . import terminal
from .group import INTERRUPTED, Context, cli, json_option
from .importing import cluster_option, stop_politely, workers_option

if TYPE_CHECKING:
    from .. import codec, model, views
    from ..model import ImportResult, ImportSummary
    from ..runs.recomputing import What
else:
    codec, model, views = later(".codec", ".model", ".views")


@cli.command(short_help="Take the fingerprint of every picture again.")
@workers_option
@cluster_option
@json_option
@click.pass_obj
def rehash(ctx: Context, /, **options: Any) -> None:
    """Take the fingerprint of every picture again from its original, then compare those that changed. Decisions are untouched.

    An original that cannot be read, or has other bytes than were imported, is named, and keeps the fingerprint it had. It can be
    stopped and run again; it then goes on where it was.

    \b
    Example:
      cutline rehash --workers 4
    """
    _run(ctx, "rehash", **options)


@cli.command(short_help="Link the captions of every article again.")
@workers_option
@cluster_option
@json_option
@click.pass_obj
def relink(ctx: Context, /, **options: Any) -> None:
    """Link the captions of every article again, and find anew what follows from that. Decisions are untouched.

    It can be stopped and run again; it then goes on where it was.

    \b
    Example:
      cutline relink
    """
    _run(ctx, "relink", **options)


@cli.command(short_help="Compare all pictures again.")
@workers_option
@cluster_option
@json_option
@click.pass_obj
def regroup(ctx: Context, /, **options: Any) -> None:
    """Compare all pictures again: matches, groups of copies, and the findings about them. Decisions are untouched.

    It can be stopped and run again; it then goes on where it was.

    \b
    Examples:
      cutline regroup
      cutline regroup --cluster tcp://scheduler:8786
    """
    _run(ctx, "regroup", **options)


def _run(ctx: Context, what: What, *, workers: int | None, cluster: str | None, as_json: bool) -> None:
    count, where = setting("workers", workers).value, str(setting("cluster", cluster).value or "")
    summary = None
    progress = terminal.Progress()
    with ctx.open() as library:
        handler = stop_politely(library.stop_import)
        try:
            for step in library.recompute(what, workers=count, cluster=where):
                if isinstance(step, views.Progress):
                    progress.told(step)
                elif isinstance(step, model.ImportSummary):
                    summary = step
                else:
                    _rejected(step, as_json)
        finally:
            signal.signal(signal.SIGINT, handler)
            progress.clear()
    assert summary is not None
    _summary(summary, as_json)
    if summary.interrupted:
        terminal.note("Stopped. What is done is kept; run the same command again to go on.")
        sys.exit(INTERRUPTED)
    sys.exit(1 if summary.counts["rejected"] else 0)


def _rejected(result: ImportResult, as_json: bool) -> None:
    if as_json:
        terminal.emit({k: v for k, v in codec.to_dict(result).items() if v})
    else:
        terminal.say(f"! rejected  {display(result.path)}: {result.reason}")


def _summary(summary: ImportSummary, as_json: bool) -> None:
    if as_json:
        found = {k: getattr(summary, k) for k in ("images", "links", "matches", "findings")}
        warned = {"warnings": summary.warnings} if summary.warnings else {}
        terminal.emit({"summary": {**summary.counts, **found, "seconds": summary.seconds, **warned}})
        return
    parts = [f"{summary.images:,} fingerprints"] if summary.images else []
    parts += [f"{summary.matches:,} matches", f"{summary.links:,} links", f"{summary.findings:,} findings"]
    terminal.say(f"Changed or found again: {', '.join(parts)}, in {summary.seconds:.1f} s.")
    for warning in summary.warnings:
        terminal.say(f"! warning   {display(warning)}")
