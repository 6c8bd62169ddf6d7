"""`list show search similar duplicates findings log verify`: looking."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError
from ..later import later
from ..paths import display
from . import terminal
from .group import Context, cli, json_option

if TYPE_CHECKING:
    from .. import codec, library, views
    from ..export import jsonl
    from ..linking import calibration
    from ..model import Group, Record
else:
    codec, library, views, jsonl, calibration = later(
        ".codec", ".library", ".views", ".export.jsonl", ".linking.calibration"
    )

#: What may be an id, or the beginning of one.
_ID = re.compile(r"(?:image:)?[0-9a-fA-F]{4,16}")
#: Findings whose captions and pictures are looked up together.
_AT_ONCE = 200


def _line(record: Record) -> dict[str, Any]:
    return jsonl.record_line(record)


def _name(record: Record) -> str:
    return display(record.image.paths[0].rsplit("/", 1)[-1]) if record.image.paths else record.id


def _print_records(records: Iterable[Record]) -> None:
    rows = [
        (r.id, _name(r), f"{r.image.width} x {r.image.height}", r.captions[0] if r.captions else "-", r.credit or "-")
        for r in records
    ]
    if rows:
        terminal.table(("id", "file", "size", "caption", "credit"), rows)
    else:
        terminal.note("No picture is catalogued yet. `cutline import FOLDER` reads articles and pictures.")


@cli.command("list")
@json_option
@click.pass_obj
def list_(ctx: Context, as_json: bool) -> None:
    """List every picture, in the order of ids.

    \b
    Example:
      cutline list --json | wc -l
    """
    with ctx.open() as library:
        if as_json:
            for record in library.records():
                terminal.emit(_line(record))
        else:
            _print_records(library.records())


def record_json(record: Record) -> dict[str, Any]:
    """Return a record with everything: what `show` prints and the API answers."""
    return {**_line(record), **codec.to_dict(record), "captions": list(record.captions)}


@cli.command(short_help="Show one picture's record, with its evidence.")
@click.argument("ident", metavar="ID")
@click.option("--as-of", default="", metavar="DATE", help="As it stood on a day (its end), or at a time: 2024-05-01.")
@json_option
@click.pass_obj
def show(ctx: Context, ident: str, as_of: str, as_json: bool) -> None:
    """Show one picture's record: evidence, usages, matches, decisions. The beginning of an id will do.

    \b
    Examples:
      cutline show 3f2a9c0b1d4e5f60
      cutline show 3f2a9c0b1d4e5f60 --as-of 2024-05-01
    """
    with ctx.open() as library:
        record = library.record(library.named("image", ident), as_of)
        if as_json:
            terminal.emit(record_json(record))
            return
        image = record.image
        terminal.say(f"{record.id}  {image.width} x {image.height} {image.format}, {image.size:,} bytes")
        for path in image.paths:
            terminal.say(f"  {path}")
        for label, value in (("credit", record.credit), ("tags", ", ".join(record.tags)), ("note", record.note)):
            if value:
                terminal.say(f"  {label}: {value}")
        earlier = {} if as_of else library.earlier(record)
        for usage in record.usages:
            when = usage.published[:10] or "undated"
            terminal.say(
                f"\n{usage.status} ({usage.link.band} {usage.link.score:.2f})  {when}  {usage.title or usage.article}"
            )
            terminal.say(f"  “{usage.caption.text}” {usage.caption.credit}")
            for worded in earlier.get(usage.caption.id, ()):
                terminal.say(f"  until {worded.until[:16]}: “{worded.caption.text}” {worded.caption.credit}")
            for evidence in usage.link.evidence:
                known = calibration.weights().get(evidence.name)
                terminal.say(f"    {evidence.weight:+5.1f}  {evidence.name}  {evidence.detail}")
                if known:
                    terminal.say(f"           {known.meaning}")
        if image.metadata.caption:
            terminal.say(f"\nembedded: “{image.metadata.caption}” {image.metadata.credit}")
        for stated in (one for one in image.metadata.fields if one.group == "C2PA"):
            terminal.say(f"\nC2PA {stated.name}: {stated.value}")
        for match in record.matches:
            other = match.b if match.a == record.id else match.a
            terminal.say(f"\n{match.relation} {match.score:.2f}: {other}  {views.told_of(match, other=other)}")
        for conflict in record.conflicts:
            terminal.say(f"\ncontradiction: {', '.join(conflict.comparison.kinds)}")
        for decision in record.decisions:
            terminal.say(f"\n{decision.time[:16]} {decision.who or 'someone'}: {decision.action} {decision.note}")


class _Search(click.Command):
    """A command whose arguments may begin with one minus sign: in a query it means to leave out."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Part options from words, and put the words behind ``--``."""
        valued = {o for p in self.params if isinstance(p, click.Option) and not p.is_flag for o in p.opts}
        options: list[str] = []
        words: list[str] = []
        rest = iter(args)
        for arg in rest:
            if arg == "--":
                words += rest
            elif arg in valued:
                options += [arg, *islice(rest, 1)]
            elif arg.startswith("--") or arg == "-h":
                options.append(arg)
            else:
                words.append(arg)
        return super().parse_args(ctx, [*options, "--", *words] if words else options)


@cli.command(cls=_Search)
@click.argument("query", nargs=-1)
@click.option("--sort", help="relevance, date, -date, imported, -imported, width, -width, filename ...")
@click.option("--limit", type=click.IntRange(1, 100_000), help="At most so many (default 50; with --ids, all of them).")
@click.option("--facets", is_flag=True, help="Also count values of credit, year, place and more.")
@click.option("--ids", is_flag=True, help="Print ids only.")
@click.option(
    "--articles",
    is_flag=True,
    help="Find articles instead, newest first (or --sort date), those without a picture too.",
)
@json_option
@click.pass_obj
def search(
    ctx: Context, query: tuple[str, ...], sort: str | None, limit: int | None, facets: bool, ids: bool, articles: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Find pictures by words, fields, dates and states; or articles.

    \b
    Examples:
      cutline search bridge credit:AFP date:2017-03..2017-04
      cutline search is:conflict -is:reviewed --ids
      cutline search similar:3f2a9c0b1d4e5f60~8
      cutline search --articles bridge
    """
    text = " ".join(query)
    with ctx.open() as library:
        if articles:
            if facets:
                raise UsageError("Values are counted of pictures: leave --facets out.", field="facets")
            _search_articles(library, text, sort, limit, ids=ids, as_json=as_json)
            return
        if ids:
            for ident in islice(library.ids(text, sort), limit):
                terminal.emit(ident) if as_json else terminal.say(ident)
            return
        limit = limit or 50
        names = ("credit", "publisher", "year", "place", "person", "format", "state") if facets else ()
        page = library.search(text, sort=sort, limit=min(limit, 500), facets=names)
        left, hits = limit, page
        while True:
            for hit in islice(hits.items, left):
                record = library.record(hit.id)
                terminal.emit(_line(record)) if as_json else terminal.say(
                    f"{hit.id}  {_name(record)}\n    {record.captions[0] if record.captions else '-'}  {record.credit}"
                )
            left -= len(hits.items)
            if left <= 0 or hits.next is None:
                break
            hits = library.search(text, sort=sort, limit=min(left, 500), cursor=hits.next)
        if as_json:
            if facets:
                terminal.emit(
                    {"facets": {k: [{"value": v.value, "count": v.count} for v in f] for k, f in page.facets.items()}}
                )
            return
        terminal.say(f"{page.total:,}+ pictures." if page.capped else f"{terminal.counted(page.total, 'picture')}.")
        if page.did_you_mean:
            terminal.note(f"Did you mean: {page.did_you_mean}")
        if not page.items and text and (told := library.search_articles(text, limit=1).total):
            asked = shlex.join(["cutline", "search", "--articles", *query])
            have = "has" if told == 1 else "have"
            terminal.note(
                f"{terminal.counted(told, 'article')} {have} these words, with no picture that does: `{asked}`."
            )
        for name, values in page.facets.items():
            if values:
                terminal.say(f"{name}: " + ", ".join(f"{v.value} {v.count:,}" for v in values[:8]))


def _search_articles(
    desk: library.Library, text: str, sort: str | None, limit: int | None, *, ids: bool, as_json: bool
) -> None:
    """Print the articles that a query selects: ids of all of them, or at most so many."""
    left = limit or (sys.maxsize if ids else 50)
    page = desk.search_articles(text, sort=sort, limit=min(left, 500))
    hits = page
    while True:
        for hit in hits.items:
            if ids:
                terminal.emit(hit.id) if as_json else terminal.say(hit.id)
            elif as_json:
                terminal.emit({k: v for k, v in codec.to_dict(hit).items() if k != "snippets"})
            else:
                beside = (hit.publisher, hit.published, terminal.counted(len(hit.captions), "caption"))
                told = " · ".join(part for part in beside if part)
                terminal.say(f"{hit.id}  {hit.title or display(hit.source)}\n    {told}")
        left -= len(hits.items)
        if left <= 0 or hits.next is None:
            break
        hits = desk.search_articles(text, sort=sort, limit=min(left, 500), cursor=hits.next)
    if page.did_you_mean:
        terminal.note(f"Did you mean: {page.did_you_mean}")
    if not ids and not as_json:
        terminal.say(f"{page.total:,}+ articles." if page.capped else f"{terminal.counted(page.total, 'article')}.")


@cli.command(short_help="Find the pictures that match one.")
@click.argument("what", metavar="FILE|ID")
@json_option
@click.pass_obj
def similar(ctx: Context, what: str, as_json: bool) -> None:
    """Find the pictures that match one, by id or by a file that need not be catalogued.

    \b
    Examples:
      cutline similar 3f2a9c0b1d4e5f60
      cutline similar found-on-the-web.jpg --json
    """
    with ctx.open() as library:
        found = library.similar(
            library.named("image", what) if _ID.fullmatch(what) and not Path(what).exists() else what
        )
        if as_json:
            for s in found:
                m = s.match
                terminal.emit(
                    {
                        "id": s.id,
                        "paths": s.paths,
                        "relation": m.relation,
                        "score": m.score,
                        "detail": m.detail,
                        "box": m.box,
                        "whole": m.whole,
                    }
                )
            return
        rows = [(s.match.relation, f"{s.match.score:.2f}", s.id, s.paths[0], _part(s.match.box, s.told)) for s in found]
        if rows:
            terminal.table(("relation", "score", "id", "file", "detail"), rows)
        terminal.say("1 picture matches." if len(found) == 1 else f"{len(found):,} pictures match.")


def _part(box: tuple[float, ...] | None, detail: str) -> str:
    where = "" if box is None else "from {:.0%} {:.0%} to {:.0%} {:.0%}".format(*box)
    return ": ".join(filter(None, (detail, where)))


@cli.command(short_help="List groups of pictures that show one photograph.")
@click.option("--pairs", is_flag=True, help="Print the matches only, one a line.")
@click.option("--max-score", type=float, default=None, help="Only matches with at most this score (doubtful ones).")
@json_option
@click.pass_obj
def duplicates(ctx: Context, pairs: bool, max_score: float | None, as_json: bool) -> None:
    """List groups of pictures that show one photograph, with relation, score and the best copy.

    \b
    Examples:
      cutline duplicates
      cutline duplicates --pairs --json
    """
    with ctx.open() as library:
        if pairs:
            for match in library.matches(max_score=max_score):
                if as_json:
                    terminal.emit(match)
                else:
                    terminal.say(
                        f"{match.relation:<10} {match.score:.2f}  {match.a}  {match.b}  {_part(match.box, match.detail)}"
                    )
            return
        found = 0
        for group in library.groups():
            if max_score is not None and all(m.score > max_score for m in group.matches):
                continue
            paths = {i: library.record(i).image.paths for i in group.images}
            terminal.emit(_group_json(group, paths)) if as_json else _print_group(group, paths)
            found += 1
        if not found:
            terminal.note(
                "No photograph is met twice." if max_score is None else "No group has a match of so low a score."
            )


def _group_json(group: Group, paths: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    return {
        "group": group.id,
        "images": [{"id": i, "paths": paths[i], "best": i == group.best} for i in group.images],
        "matches": [
            {
                "a": m.a,
                "b": m.b,
                "relation": m.relation,
                "score": m.score,
                "detail": m.detail,
                "box": m.box,
                "whole": m.whole,
            }
            for m in group.matches
        ],
        "reasons": group.reasons,
    }


def _print_group(group: Group, paths: dict[str, tuple[str, ...]]) -> None:
    terminal.say(f"\n{terminal.counted(len(group.images), 'picture')}, best {group.best}: {'; '.join(group.reasons)}")
    for ident in group.images:
        for path in paths[ident]:
            terminal.say(f"  {'*' if ident == group.best else ' '} {ident}  {path}")
    for m in group.matches:
        terminal.say(f"    {m.relation} {m.score:.2f}  {m.a} {m.b}  {_part(m.box, m.detail)}")


@cli.command()
@click.option(
    "--kind", default="", help="conflict, link, duplicate, metadata, caption-without-image, image-without-caption"
)
@click.option("--query", default="", help="Only findings about pictures that this search selects.")
@click.option("--all", "all_", is_flag=True, help="Decided ones too.")
@click.option("--limit", type=click.IntRange(1), default=None, help="At most so many.")
@json_option
@click.pass_obj
def findings(ctx: Context, kind: str, query: str, all_: bool, limit: int | None, as_json: bool) -> None:
    """List what waits for a person, worth most first.

    \b
    Examples:
      cutline findings --kind conflict
      cutline findings --query 'credit:AFP date:2017' --json
    """
    with ctx.open() as library:
        found = islice(library.all_findings(kind, query, status="all" if all_ else "open"), limit)
        if as_json:
            for finding in found:
                terminal.emit(finding)
            return
        actions: dict[str, tuple[str, ...]] = {}
        while some := list(islice(found, _AT_ONCE)):
            for finding, names in zip(some, library.told(f.subjects for f in some), strict=True):
                actions.setdefault(finding.kind, finding.actions)
                terminal.say(f"{finding.id}  {finding.score:5.1f}  {finding.kind:<21}  {finding.summary}")
                if names:
                    terminal.say(f"    {' · '.join(names)}")
    if not actions:
        terminal.note("No such finding is open." if kind or query else "No finding is open.")
        return
    terminal.note(
        "\nDecide one with `cutline decide ID ACTION`, or see them with their pictures: `cutline serve`. Actions:"
    )
    for kind_, words in actions.items():
        terminal.note(f"  {kind_}: {', '.join(words)}")


@cli.command(short_help="Check the whole catalogue; --repair mends it.")
@click.option("--repair", is_flag=True, help="Rebuild what is derived and restore what can be, saying what was done.")
@json_option
@click.pass_obj
def verify(ctx: Context, repair: bool, as_json: bool) -> None:
    """Check the whole catalogue: documents, originals by their hashes, derived files. Exit 1 if anything is damaged.

    \b
    Example:
      cutline verify --repair
    """
    damages = 0
    for damage in library.verify_catalogue(ctx.url, repair=repair):
        damages += not damage.repaired
        if as_json:
            terminal.emit(damage)
        else:
            mended = f" ({damage.repaired})" if damage.repaired else ""
            terminal.say(f"{damage.part}: {damage.where}: {damage.what}{mended}")
    if not damages and not as_json:
        terminal.say("Everything is as it was written.")
    sys.exit(1 if damages else 0)
