"""Write the parts of these pages that are made from the code: run ``python docs/make.py`` after changing what they tell of.

A made part stands between ``<!-- made: NAME -->`` and ``<!-- end -->``; everything else is written by hand. With ``--guide``
the commands of guide.md are run anew in a temporary folder and their output is put in (seconds; the example stories are imported).
"""

from __future__ import annotations

import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import click

from catalog.cli import commands  # noqa: F401 - registers the commands
from catalog.cli.group import GROUPS, cli
from catalog.config import SETTINGS
from catalog.findings import KINDS
from catalog.linking.calibration import CERTAIN, GAP_CERTAIN, GAP_LIKELY, LIKELY, favours, weights
from catalog.model import Evidence
from catalog.search import nodes, parser

DOCS = Path(__file__).resolve().parent
STORIES = DOCS.parent / "fixtures" / "stories"

_PART = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_CONSOLE = re.compile(r"(```console\n)(\$ .*?\n)(.*?)(```)", re.DOTALL)


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table; ``|`` in cells is escaped."""
    lines = [list(columns)]
    lines.append(["---"] * len(lines[0]))
    lines += [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


# ---------------------------------------------------------------- commands


def commands_part() -> str:
    """Return the reference of every command and option, from the help that the commands themselves print."""
    pieces = ["## Every command\n\n", _options(cli), "\n"]
    for title, names in GROUPS.items():
        pieces.append(f"## {title}\n\n")
        pieces += [_command(name, cli.commands[name]) for name in names]
    return "".join(pieces).rstrip() + "\n"


def _command(name: str, command: click.Command) -> str:
    usage = " ".join(["cutline", name, *command.collect_usage_pieces(click.Context(command, info_name=name))])
    prose, examples = [], []
    for block in inspect.cleandoc(command.help or "").split("\n\n"):
        if block.startswith("\b"):
            examples = [line.strip() for line in block.splitlines()[2:]]
        else:
            prose.append(" ".join(block.split()))
    parts = [f"### {name}\n", f"```text\n{usage}\n```\n", *(f"{p}\n" for p in prose)]
    if options := _options(command):
        parts.append(options)
    if examples:
        parts.append("```sh\n" + "\n".join(examples) + "\n```\n")
    return "\n".join(parts) + "\n"


def _options(command: click.Command) -> str:
    rows = []
    for param in command.params:
        if isinstance(param, click.Option):
            value = "" if param.is_flag else f" {param.metavar or param.type.name.upper()}"
            default = f" (default {param.default})" if param.show_default and param.default is not None else ""
            rows.append((", ".join(f"`{o}{value}`" for o in param.opts), f"{param.help or ''}{default}"))
    return table(("option", "what it does"), rows) if rows else ""


def settings_part() -> str:
    """Return the table of settings."""
    return table(
        ("in cutline.toml", "in the environment", "what it is"),
        ((f"`{name}`", f"`{variable}`", what) for name, (variable, _, what) in SETTINGS.items()),
    )


# ---------------------------------------------------------------- evidence, findings, queries


def evidence_part() -> str:
    """Return the table of linking evidence, strongest first, from ``weights.tsv``."""
    rows = sorted((w for w in weights().values() if w.name != "base"), key=lambda w: -w.weight)
    listed = table(
        ("evidence", "weight", "", "what was seen"),
        (
            (w.name, f"{w.weight:+.1f}", "weak" if w.weak and favours(Evidence(w.name, 0)) else "", w.meaning)
            for w in rows
        ),
    )
    return f"Every pair starts from {weights()['base'].weight:+.1f}.\n\n{listed}"


def bands_part() -> str:
    """Return what each band asks for."""
    certain = f"score at least {CERTAIN:.2f}, runner-up {GAP_CERTAIN:.0f} or more behind, and {LIKELY:.2f} without weak evidence"
    likely = f"score at least {LIKELY:.2f}, runner-up {GAP_LIKELY:.0f} or more behind, and not on weak evidence alone"
    return table(
        ("band", "what it asks for", "what happens"),
        (
            ("certain", certain, "taken as it is; it can still be rejected"),
            ("likely", likely, "a finding, with this link suggested"),
            ("unsure", "anything else worth showing", "a finding"),
        ),
    )


def findings_part() -> str:
    """Return the kinds of finding with what can be decided, in the order of the queue."""
    return table(
        ("kind", "worth", "what can be decided"),
        (
            (f"`{kind}`", f"{low:.0f}–{low + span:.0f}", ", ".join(f"`{a}`" for a in actions))
            for kind, (low, span, actions) in KINDS.items()
        ),
    )


def grammar_part() -> str:
    """Return the grammar, as the parser's docstring has it."""
    _, _, rest = (parser.__doc__ or "").partition("::\n\n")
    lines = rest.split("\n\nWords stand", 1)[0].splitlines()
    return "```text\n" + "\n".join(line.removeprefix("    ") for line in lines) + "\n```\n"


def words_part() -> str:
    """Return the words that ``has:``, ``is:`` and ``sort:`` take, and other names of fields."""
    named = [("has:", nodes.HAS), ("is:", nodes.IS), ("sort:", nodes.SORTS)]
    rows = [(f"`{name}`", ", ".join(f"`{w}`" for w in words)) for name, words in named]
    rows += [(f"`{alias}:`", f"the same as `{name}:`") for alias, name in nodes.ALIASES.items()]
    return table(("", "words"), rows)


def limits_part() -> str:
    """Return what one query may hold."""
    return (
        f"A query has at most {parser.MAX_LENGTH:,} characters, {parser.MAX_TERMS} terms and {parser.MAX_DEPTH} brackets within "
        f"brackets; at least {parser.MIN_PREFIX} letters stand before `*`. So any text is answered or refused at once.\n"
    )


PARTS: Mapping[str, Callable[[], str]] = {
    "commands": commands_part,
    "settings": settings_part,
    "evidence": evidence_part,
    "bands": bands_part,
    "findings": findings_part,
    "grammar": grammar_part,
    "words": words_part,
    "limits": limits_part,
}


def made(text: str) -> str:
    """Return a page with its made parts as they should be. Raises KeyError for a part that there is not."""
    return _PART.sub(lambda m: f"{m.group(1)}\n{PARTS[m.group(2)]()}\n{m.group(3)}", text)


# ---------------------------------------------------------------- the guide


def told(text: str) -> str:
    """Return the guide with the output of its commands, run one after the other in an empty folder beside the stories.

    The ids of findings move when the stories do: what is decided on is the link that is most worth looking at.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(STORIES, folder / "stories")

        def answered(block: re.Match[str]) -> str:
            line = block.group(2)
            if " decide " in line:
                first = _output("cutline findings --kind link --json", folder).splitlines()[0]
                line = re.sub("decide [0-9a-f]{16}", f"decide {json.loads(first)['id']}", line)
            return block.group(1) + line + _output(line.removeprefix("$ "), folder) + block.group(4)

        return _CONSOLE.sub(answered, text)


def _output(command: str, folder: Path) -> str:
    """What a shell shows for a command that begins with ``cutline``."""
    command = command.replace("cutline", f"{sys.executable} -m catalog.cli", 1)
    environment = {**os.environ, "PYTHONPATH": str(DOCS.parent), "CUTLINE_CATALOG": "desk", "CUTLINE_WHO": "Anna"}
    done = subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return "".join(
        f"{row.rstrip()}\n" for row in (done.stdout + done.stderr).replace("\ufeff", "").strip().splitlines()
    )


def main() -> None:
    """Write every page that changed and name it."""
    for page in sorted(DOCS.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        new = made(text)
        if page.name == "guide.md" and "--guide" in sys.argv[1:]:
            new = told(new)
        if new != text:
            page.write_text(new, encoding="utf-8")
            print(page.name)


if __name__ == "__main__":
    main()
