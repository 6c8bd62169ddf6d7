"""`decide link caption undo log hide restore`: what people say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..config import setting
from ..errors import NotFound
from ..later import later
from . import terminal
from .group import Context, cli, json_option

if TYPE_CHECKING:
    from .. import codec
    from ..library import Library
else:
    (codec,) = later(".codec")


def who() -> str:
    """Return the name that decisions are signed with: $CUTLINE_WHO, cutline.toml, else nothing."""
    return str(setting("who").value)


def _subject(library: Library, typed: str) -> str:
    """``image:ID`` or ``article:ID`` with the whole id; anything else as it was typed."""
    kind, _, ident = typed.partition(":")
    return f"{kind}:{library.named(kind, ident)}" if ident and kind in ("image", "article") else typed


def _finding(library: Library, typed: str) -> str:
    """The id of a finding; one that is not there any more as it was typed, since deciding knows whether it was settled."""
    try:
        return library.named("finding", typed)
    except NotFound:
        return typed


@cli.command()
@click.argument("finding")
@click.argument("action")
@click.option("--note", default="", help="Why, in your words.")
@click.option("--seen", default=None, help="The `seen` of the finding as you saw it; refused when it has changed.")
@json_option
@click.pass_obj
def decide(ctx: Context, finding: str, action: str, note: str, seen: str | None, as_json: bool) -> None:
    """Decide a finding. `cutline findings` shows the actions of each; some take an object after a colon.

    \b
    Examples:
      cutline decide 5a1f0c... accept
      cutline decide 5a1f0c... choose:3f2a9c0b1d4e5f60 --note "checked with the agency"
      cutline decide 77b2d1... same:3f2a9c0b1d4e5f60
    """
    with ctx.open() as library:
        made = library.decide(_finding(library, finding), action, seen=seen, note=note, who=who())
        if as_json:
            terminal.emit(made)
        else:
            terminal.say(f"Decision {made.id}: {made.action}. `cutline undo` takes it back.")


@cli.command("decide-many", short_help="Decide all findings of some kinds for a search at once.")
@click.argument("query")
@click.argument("said", nargs=-1, required=True, metavar="KIND=ACTION...")
@click.option("--dry-run", is_flag=True, help="Only tell what would be decided.")
@click.option("--note", default="", help="Why, in your words.")
@json_option
@click.pass_obj
def decide_many(ctx: Context, query: str, said: tuple[str, ...], dry_run: bool, note: str, as_json: bool) -> None:
    """Decide what waits for the pictures that a query selects, as one step: `undo` takes all of it back.

    Of each KIND (conflict, link, duplicate, metadata, image-without-caption) ACTION is said: one of those that `findings` shows and
    that need no object, or `suggested`. Tells each decision, and what is left with the reason.

    \b
    Examples:
      cutline decide-many "credit:AFP" duplicate=suggested --dry-run
      cutline decide-many "credit:AFP date:2017" duplicate=suggested metadata=iptc --note "the agency's own"
    """
    wanted = dict(one.partition("=")[::2] for one in said)
    with ctx.open() as library:
        plan = library.plan(query, wanted)
        left = list(plan.skipped)
        if plan.planned and not dry_run:
            done = library.decide_together([p.said for p in plan.planned], note=note, who=who())
            left += done.skipped
        gone = {one.finding for one in left}
        told = [p for p in plan.planned if p.said.finding not in gone]
        for line in told:
            if as_json:
                terminal.emit(line)
            else:
                terminal.say(f"{line.said.finding}  {line.kind}: {line.said.action}  {' · '.join(line.about)}")
        for one in left:
            if as_json:
                terminal.emit({"skipped": codec.to_dict(one)})
            else:
                terminal.say(f"{one.finding}  {one.kind} left: {one.reason}")
        if not as_json:
            counted = terminal.counted(len(told), "finding")
            terminal.say(
                f"{counted} would be decided." if dry_run else f"{counted} decided. `cutline undo` takes all back."
            )


@cli.command(short_help="Say which picture a caption belongs to.")
@click.argument("caption")
@click.argument("image", metavar="IMAGE|none")
@click.option("--not", "reject", is_flag=True, help="Say that the caption does not belong to this picture.")
@click.option("--note", default="", help="Why, in your words.")
@click.pass_obj
def link(ctx: Context, caption: str, image: str, reject: bool, note: str) -> None:
    """Say which picture a caption belongs to, also where the link was certain. `show ID --json` gives the ids of captions.

    \b
    Examples:
      cutline link 9c0b1d4e5f603f2a 3f2a9c0b1d4e5f60
      cutline link 9c0b1d4e5f603f2a 3f2a9c0b1d4e5f60 --not
      cutline link 9c0b1d4e5f603f2a none
    """
    action = "none" if image == "none" else "reject" if reject else "link"
    with ctx.open() as library:
        of = library.named("caption", caption)
        made = library.link(of, action, "" if image == "none" else library.named("image", image), who=who(), note=note)
        terminal.say(f"Decision {made.id}: {made.action}. `cutline undo` takes it back.")


@cli.command(short_help="Say that a line of an article is a caption, or none.")
@click.argument("article")
@click.argument("line", type=click.IntRange(1))
@click.option("--not", "dismiss", is_flag=True, help="Say that the caption at this line is none.")
@click.option("--note", default="", help="Why, in your words.")
@json_option
@click.pass_obj
def caption(ctx: Context, article: str, line: int, dismiss: bool, note: str, as_json: bool) -> None:
    """Say that a line of an article is a caption, or is none. Its page numbers the lines, from 1; of plain text `extract` does too.

    \b
    Examples:
      cutline caption 9c0b1d4e5f603f2a 31
      cutline caption 9c0b1d4e5f603f2a 27 --not --note "a summary"
    """
    with ctx.open() as library:
        of = library.named("article", article)
        if dismiss:
            made = library.dismiss(of, line, who=who(), note=note)
        else:
            made, _ = library.mark(of, line, who=who(), note=note)
        if as_json:
            terminal.emit(made)
        else:
            terminal.say(f"Decision {made.id}: {made.action}. `cutline undo` takes it back.")


@cli.command()
@click.argument("n", type=click.IntRange(1), default=1)
@click.option(
    "--decision", "idents", multiple=True, metavar="ID", help="Take back this decision; an undo may itself be undone."
)
@json_option
@click.pass_obj
def undo(ctx: Context, n: int, idents: tuple[str, ...], as_json: bool) -> None:
    """Take back the last N decisions (1). A bulk step counts as one.

    \b
    Examples:
      cutline undo
      cutline undo 5
      cutline undo --decision 0000000012
    """
    with ctx.open() as library:
        for taken in library.undo(n, idents=idents, who=who()):
            if as_json:
                terminal.emit(taken)
            else:
                terminal.say(f"Taken back: {taken.id} {taken.action} on {taken.subject}")


@cli.command()
@click.option("--limit", type=click.IntRange(1), default=None, help="At most so many.")
@json_option
@click.pass_obj
def log(ctx: Context, limit: int | None, as_json: bool) -> None:
    """Show who decided what when, latest first.

    \b
    Example:
      cutline log --limit 20
    """
    with ctx.open() as library:
        cursor, shown = None, 0
        while True:
            page = library.log(limit=200, cursor=cursor)
            names = library.told(d.subjects for d in page.items) if not as_json else [()] * len(page.items)
            for decision, about in zip(page.items, names, strict=True):
                if limit is not None and shown >= limit:
                    return
                shown += 1
                if as_json:
                    terminal.emit({**_fields(decision), "undone": decision.id in page.undone})
                else:
                    mark = "undone " if decision.id in page.undone else ""
                    when, who_ = decision.time[:19].replace("T", " "), decision.who or "-"
                    parts = (f"{mark}{decision.action}", decision.kind, decision.subject, decision.note)
                    terminal.say(f"{decision.id}  {when}  {who_}: {' '.join(filter(None, parts))}")
                    if about:
                        terminal.say(f"    {' · '.join(about)}")
            cursor = page.next
            if cursor is None:
                break
        if not shown:
            terminal.note("Nothing is decided yet.")


def _fields(decision: object) -> dict[str, object]:
    return codec.to_dict(decision)


@cli.command(short_help="Take a picture or article out of searches and queues.")
@click.argument("subject", metavar="image:ID|article:ID")
@click.pass_obj
def hide(ctx: Context, subject: str) -> None:
    """Take a picture or article out of searches and queues. Nothing is deleted; `restore` or `undo` brings it back.

    \b
    Example:
      cutline hide image:3f2a9c0b1d4e5f60
    """
    with ctx.open() as library:
        terminal.say(f"Hidden (decision {library.hide(_subject(library, subject), who=who()).id}).")


@cli.command()
@click.argument("subject", metavar="image:ID|article:ID")
@click.pass_obj
def restore(ctx: Context, subject: str) -> None:
    """Show a hidden picture or article again.

    \b
    Example:
      cutline restore image:3f2a9c0b1d4e5f60
    """
    with ctx.open() as library:
        terminal.say(f"Restored (decision {library.restore(_subject(library, subject), who=who()).id}).")


@cli.command(short_help="Remove something hidden for good.")
@click.argument("subject", metavar="image:ID|article:ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def purge(ctx: Context, subject: str, yes: bool) -> None:
    """Remove something hidden for good: its record, what was inferred of it, and the catalogue's copy of the original.

    This cannot be undone. Decisions stay in the log.

    \b
    Example:
      cutline purge image:3f2a9c0b1d4e5f60
    """
    if not yes and not click.confirm(f"Remove {subject} for good?", err=True):
        terminal.note("Nothing was removed.")
        return
    with ctx.open() as library:
        terminal.say(f"Removed {terminal.counted(library.purge(_subject(library, subject)), 'document')}.")
