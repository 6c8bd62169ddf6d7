"""`config` and `doctor`: what is set, what is installed, what is missing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ..config import SETTINGS, find_file, setting
from ..later import later
from . import terminal
from .group import Context, cli, json_option

if TYPE_CHECKING:
    from ..upkeep import doctoring
else:
    (doctoring,) = later(".upkeep.doctoring")


@cli.command(short_help="Show every setting and where its value comes from.")
@json_option
@click.pass_obj
def config(ctx: Context, as_json: bool) -> None:
    """Show every setting and where its value comes from: flag, environment, cutline.toml or default.

    \b
    Example:
      cutline config
    """
    rows = [ctx.catalog if name == "catalog" else setting(name) for name in SETTINGS]
    if as_json:
        for row in rows:
            terminal.emit(row)
        return
    shown = [(r.name, "-" if r.value in (None, "") else str(r.value), r.origin) for r in rows]
    terminal.table(("setting", "value", "from"), shown)
    terminal.say(f"File: {find_file() or 'none (a cutline.toml here, above, or in the configuration folder is read)'}")


@cli.command(short_help="Say what is missing, and the command that mends it.")
@json_option
@click.pass_obj
def doctor(ctx: Context, as_json: bool) -> None:
    """Say what is installed, found and missing, and the command that mends it. Exit 1 if something needed is wrong.

    \b
    Example:
      cutline doctor
    """
    wrong = False
    for check in doctoring.checks(ctx.url):
        wrong |= check.state == "wrong"
        if as_json:
            terminal.emit(check)
        else:
            mend = f"\n      {check.mend}" if check.mend else ""
            terminal.say(f"{check.state:<8} {check.name}: {check.found}{mend}")
    sys.exit(1 if wrong else 0)
