"""The group of commands, where its catalogue comes from, and the one place that maps errors to exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import click

from ..config import Setting, setting
from ..errors import CatalogError
from ..later import later
from ..stores import require
from ..version import __version__
from . import terminal

if TYPE_CHECKING:
    from .. import library
    from ..library import Library
else:
    (library,) = later(".library")

#: Exit code of what Ctrl-C ended.
INTERRUPTED = 130

#: Commands by what they are for, as help and documentation show them.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "Reading": ("import", "watch", "extract", "rehash", "relink", "regroup"),
    "Looking": ("list", "show", "search", "similar", "duplicates", "findings"),
    "Deciding": ("decide", "decide-many", "link", "caption", "undo", "log", "hide", "restore", "purge"),
    "Taking out and keeping": ("export", "copy", "verify"),
    "Serving": ("serve", "password", "demo"),
    "Setting up": ("config", "doctor"),
}


class Door(click.Group):
    """The command group: every CatalogError ends as one sentence and its exit code, never as a traceback."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show the commands by what they are for, each with its summary."""
        for title, names in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(n, self.commands[n].get_short_help_str(70)) for n in names])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Part the group's options from the command; say of a command's option that stands too early where it belongs."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            name = error.option_name
            if not any(name in param.opts for command in self.commands.values() for param in command.params):
                raise
            raise click.UsageError(f"{name} stands after the command: cutline COMMAND {name}", ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; map what goes wrong."""
        try:
            return super().invoke(ctx)
        except CatalogError as error:
            terminal.note(f"cutline: {error}")
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(0)
        except OSError as error:
            where = f": {error.filename}" if error.filename else ""
            terminal.note(f"cutline: the system refuses: {error.strerror or error}{where}.")
            ctx.exit(3)
        except UnicodeError as error:
            why = error.reason if isinstance(error, UnicodeDecodeError | UnicodeEncodeError) else str(error)
            terminal.note(f"cutline: an argument is not text: {why}.")
            ctx.exit(2)


@click.group(cls=Door, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--catalog",
    metavar="FOLDER|postgresql://...",
    help="The catalogue. Else $CUTLINE_CATALOG, else `catalog` in cutline.toml.",
)
@click.version_option(__version__, prog_name="cutline")
@click.pass_context
def cli(ctx: click.Context, catalog: str | None) -> None:
    """Cutline catalogues news pictures and their captions.

    It finds captions in articles, links each to its picture with its reasons, recognises the same photograph in another
    shape, and shows where it ran under other words.

    \b
    Start with:
      cutline import FOLDER        articles and pictures, files and folders
      cutline search "credit:AFP"  pictures by words, fields and dates
      cutline serve                search and review in a browser
    """
    ctx.obj = Context(catalog)


class Context:
    """What commands share: the address of the catalogue, opened when a command needs it."""

    def __init__(self, catalog: str | None) -> None:
        self._flag = catalog
        self.media: str | None = None

    @property
    def catalog(self) -> Setting:
        """The catalogue's address and where it comes from: flag, environment, file, default."""
        return setting("catalog", self._flag)

    @property
    def url(self) -> str:
        """The catalogue's address."""
        return str(self.catalog.value)

    def open(self, *, create: bool = False) -> Library:
        """Open the catalogue. Raises CatalogueUnusable when it is not there and ``create`` is false."""
        if not create:
            require(self.url)
        return library.open_library(self.url, create=create, media=self._media())

    def trial(self) -> AbstractContextManager[Library]:
        """Open the catalogue for what makes none where there is none: see :func:`catalog.library.trial`."""
        return library.trial(self.url, media=self._media())

    def _media(self) -> str:
        return str(setting("media", self.media).value or "")


json_option: Callable[[Any], Any] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON Lines and nothing else on stdout."
)
