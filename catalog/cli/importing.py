"""`import` and `extract`: reading."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from ..config import setting
from ..later import later
from ..paths import display
from . import terminal
from .group import INTERRUPTED, Context, cli, json_option

if TYPE_CHECKING:
    from .. import addresses, codec, extracting, model
    from .. import cluster as clusters
    from ..images.pool import Pool
    from ..model import ImportResult, ImportSummary
    from ..runs import watching
else:
    addresses, clusters, codec, extracting, model, watching = later(
        ".addresses", ".cluster", ".codec", ".extracting", ".model", ".runs.watching"
    )

_MARKS = {"new": "+", "updated": "~", "unchanged": "=", "duplicate": "2", "ignored": "-", "rejected": "!"}

workers_option: Callable[[Any], Any] = click.option(
    "--workers", type=click.IntRange(0, 256), help="Processes that do the heavy part (default: one for each core)."
)
cluster_option: Callable[[Any], Any] = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Dask scheduler (tcp://host:8786) whose workers do it; `local` starts them here.",
)


@cli.command("import", short_help="Read articles and pictures into the catalogue.")
@click.argument("inputs", nargs=-1, required=True, metavar="PATH|URL...")
@click.option(
    "--dry-run", is_flag=True, help="Say what would become of each input, and what would be found; keep nothing."
)
@click.option("--in-place", is_flag=True, help="Do not copy originals; remember where they lie.")
@click.option("--fetch", is_flag=True, help="Also get the pictures that a page names, from the network.")
@click.option(
    "--allow-private", is_flag=True, help="Fetch from hosts of your own network too, not only from the public internet."
)
@click.option(
    "--media", metavar="ADDRESS", help="Where a new catalogue keeps its pictures, such as s3://bucket/folder."
)
@workers_option
@cluster_option
@json_option
@click.pass_obj
def import_(
    ctx: Context,
    inputs: tuple[str, ...],
    dry_run: bool,
    in_place: bool,
    fetch: bool,
    allow_private: bool,
    media: str | None,
    workers: int | None,
    cluster: str | None,
    as_json: bool,
) -> None:
    """Read articles and pictures, files, folders and web addresses, into the catalogue.

    Every input ends in one result: new, updated, unchanged, duplicate (of what), ignored (why) or rejected (why). A run can be
    stopped at any time (Ctrl-C finishes the transaction under way) and run again.

    Read are web pages (HTML, with the folder saved beside them), MHTML, web archives (WARC, WACZ), plain text and news items
    (ninjs), each also packed by gzip; and JPEG, PNG, GIF, WebP, TIFF, BMP, AVIF and HEIC pictures (HEIC needs the extra [heic])
    with their XMP sidecars. What a file is, its content says and not its name.

    \b
    Examples:
      cutline import story/
      cutline import page.html page_files/ --dry-run
      cutline import https://example.com/story --fetch
      cutline import /mnt/archive --in-place --workers 4 --json > report.jsonl
      cutline import /mnt/archive --media s3://desk/pictures --cluster tcp://scheduler:8786
    """
    count, where = setting("workers", workers).value, str(setting("cluster", cluster).value or "")
    ctx.media = media
    progress = terminal.Progress(inputs)
    there = any(map(_is_there, inputs))
    # The cluster first: one that does not answer is to leave no empty catalogue behind.
    with (
        _reached(where, count) as reached,
        ctx.open(create=True) if there and not dry_run else ctx.trial() as library,
    ):
        run = library.import_(
            inputs,
            told=progress.told,
            dry_run=dry_run,
            in_place=in_place,
            fetch=fetch,
            allow_private=allow_private,
            workers=count,
            cluster=reached,
        )
        stopping = stop_politely(library.stop_import)
        try:
            summary = _follow(run, progress, as_json)
        finally:
            signal.signal(signal.SIGINT, stopping)
    if dry_run and not as_json:
        terminal.note("Nothing of this was kept. The same command without --dry-run imports it.")
    if not there:
        terminal.note("cutline: Nothing is there to be read. Check the paths, and the folder that you are in.")
    if summary is None:
        sys.exit(INTERRUPTED)
    if summary.interrupted:
        terminal.note("Stopped. Everything reported is kept; run the same command again to go on.")
        sys.exit(INTERRUPTED)
    sys.exit(1 if summary.counts.get("rejected") else 0)


def _reached(address: str, workers: int | None) -> AbstractContextManager[str | Pool]:
    """The cluster of an address, connected; none where there is no address."""
    return clusters.connect(address, workers) if address else nullcontext("")


def _is_there(given: str) -> bool:
    """Whether an input can be looked into at all. An address is asked later."""
    return addresses.is_remote(given) or os.path.lexists(given)


def stop_politely(stop: Callable[[], None]) -> Any:
    """The first Ctrl-C ends the run after its transaction, a second one at once. Returns the handler that was there."""

    def handler(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        terminal.note("\nFinishing the transaction under way; Ctrl-C again ends at once.")
        stop()

    return signal.signal(signal.SIGINT, handler)


def _follow(
    run: Iterator[ImportResult | ImportSummary], progress: terminal.Progress, as_json: bool
) -> ImportSummary | None:
    summary = None
    for result in run:
        progress.clear()
        if isinstance(result, model.ImportSummary):
            summary = result
            if as_json:
                summed = {**result.counts, **_found(result), "seconds": result.seconds}
                terminal.emit({"summary": {**summed, **({"warnings": result.warnings} if result.warnings else {})}})
            else:
                terminal.say(terminal.tally(result))
                for warning in result.warnings:
                    terminal.say(f"! warning   {display(warning)}")
        elif as_json:
            terminal.emit({k: v for k, v in codec.to_dict(result).items() if v})
        elif result.result != "unchanged":
            reason = f": {result.reason}" if result.reason else ""
            terminal.say(f"{_MARKS[result.result]} {result.result:<9} {display(result.path)}{reason}")
    return summary


def _found(summary: ImportSummary) -> dict[str, int]:
    return {k: getattr(summary, k) for k in ("articles", "captions", "images", "links", "matches", "findings")}


@cli.command(short_help="Import whatever arrives in a folder.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--in-place", is_flag=True, help="Do not copy originals; remember where they lie.")
@click.option(
    "--settle",
    type=click.FloatRange(0.1, 3600),
    default=2.0,
    show_default=True,
    help="Seconds a file must stand still.",
)
@json_option
@click.pass_obj
def watch(ctx: Context, folder: Path, in_place: bool, settle: float, as_json: bool) -> None:
    """Import what is in a folder, then whatever arrives in it, until Ctrl-C. A file is taken when it has stopped growing and no
    program of this machine has it open for writing, also one that was there before; a saved page waits for the files saved with it.

    \b
    Example:
      cutline watch /srv/incoming
    """
    with watching.Watcher(folder, settle) as watcher, ctx.open(create=True) as library:
        handler = signal.signal(signal.SIGINT, lambda *_: watcher.stop())
        try:
            progress = terminal.Progress([str(folder)])
            run = library.import_([folder], in_place=in_place, told=progress.told, waits=watcher.waits)
            _follow(run, progress, as_json)
            terminal.note(f"Watching {folder}. Ctrl-C ends it.")
            for batch in watcher.batches():
                progress = terminal.Progress([str(path) for path in batch])
                _follow(library.import_(batch, in_place=in_place, told=progress.told), progress, as_json)
        finally:
            signal.signal(signal.SIGINT, handler)
    sys.exit(INTERRUPTED)


@cli.command(short_help="Show the article and captions of files.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--url", default=None, help="The address that the page was served from.")
@json_option
def extract(files: tuple[str, ...], url: str | None, as_json: bool) -> None:
    """Show the article, pictures and captions of files, without a catalogue.

    \b
    Examples:
      cutline extract story.txt
      cutline extract page.html --url https://example.com/story --json
    """
    failed = False
    for file in files:
        for line in extracting.extract(file, url):
            failed |= "error" in line
            if as_json:
                terminal.emit(line)
            elif "error" in line:
                terminal.note(f"cutline: {line['path']}: {line['error']}")
            else:
                _print_extract(line)
    sys.exit(1 if failed else 0)


def _print_extract(line: dict[str, object]) -> None:
    article = line["article"]
    assert isinstance(article, dict)
    terminal.say(f"{article['title'] or '(no title)'}")
    about = [str(article[k]) for k in ("byline", "published", "url") if article[k]]
    if about:
        terminal.say("  " + " · ".join(about))
    captions = line["captions"]
    assert isinstance(captions, list)
    rows = [
        (
            str(c["line"]),
            f"{c['confidence']:.2f}",
            c["text"],
            c["credit"],
            ", ".join(r["name"] for r in c["reasons"][:3]),
        )
        for c in captions
    ]
    if rows:
        terminal.table(("line", "score", "caption", "credit", "because"), rows)
    images = line["images"]
    named = len(images) if isinstance(images, list) else 0
    terminal.say(f"{terminal.counted(len(captions), 'caption')}, {terminal.counted(named, 'picture')} named.\n")
