"""The pages in docs/ say what the code does: each command, option, evidence name and link is held to it."""

from __future__ import annotations

import importlib.util
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

from catalog.cli import commands  # noqa: F401 - registers the commands
from catalog.cli.group import cli
from catalog.findings import KINDS
from catalog.linking.calibration import weights
from catalog.search import nodes, parser

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
PROSE = [*PAGES, ROOT / "README.md", ROOT / "CHANGELOG.md"]


@pytest.fixture(scope="module")
def make() -> ModuleType:
    """The script ``docs/make.py`` as a module."""
    spec = importlib.util.spec_from_file_location("docs_make", DOCS / "make.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _section(name: str) -> str:
    text = (DOCS / "commands.md").read_text("utf-8")
    match = re.search(rf"^### {re.escape(name)}\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE)
    assert match is not None, f"docs/commands.md does not tell of {name}: run python docs/make.py"
    return match.group(1)


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_is_documented_with_every_option_and_an_example(name: str) -> None:
    """docs/commands.md has a section for it, with each option and at least one example that calls it."""
    section = _section(name)
    for param in cli.commands[name].params:
        if isinstance(param, click.Option):
            for option in param.opts:
                assert re.search(rf"`{re.escape(option)}[ `]", section), option
    assert re.search(rf"^cutline( --\w+ \S+)? {name}\b", section.split("```sh", 1)[1], re.MULTILINE)


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_help_has_an_example_and_explains_its_options(name: str) -> None:
    """--help shows how the command is called, and no option goes without a word."""
    command = cli.commands[name]
    text = inspect.cleandoc(command.help or "")
    assert re.search(r"\x08\nExamples?:\n", text)
    assert all(p.help for p in command.params if isinstance(p, click.Option) and p.name != "limit")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_made_parts_are_what_the_code_says(page: Path, make: ModuleType) -> None:
    """Running docs/make.py would change nothing."""
    text = page.read_text("utf-8")
    assert make.made(text) == text, "run python docs/make.py"


def test_every_made_part_stands_on_some_page(make: ModuleType) -> None:
    """No part is made for nothing, and none is missing."""
    used = re.findall(r"<!-- made: (\w+) -->", "".join(p.read_text("utf-8") for p in PAGES))
    assert sorted(used) == sorted(make.PARTS)


def test_every_evidence_name_is_explained() -> None:
    """docs/evidence.md tells each name of weights.tsv with its meaning and weight."""
    text = (DOCS / "evidence.md").read_text("utf-8")
    for weight in weights().values():
        if weight.name != "base":
            assert f"| {weight.name} | {weight.weight:+.1f} |" in text and weight.meaning in text


def test_every_finding_and_action_is_explained() -> None:
    """Each kind of finding and each thing that can be said of it stands in docs/evidence.md."""
    text = (DOCS / "evidence.md").read_text("utf-8")
    for kind, (_, _, actions) in KINDS.items():
        assert f"**{kind}**" in text and f"`{kind}`" in text
        assert all(f"`{action}`" in text for action in actions)


def test_every_field_is_in_the_search_page() -> None:
    """The grammar names each field, and the words of has:, is: and sort: are listed."""
    text = (DOCS / "search.md").read_text("utf-8")
    fields = (*nodes.TEXT_FIELDS, *nodes.VALUE_FIELDS, *nodes.DATE_FIELDS, *nodes.NUMBER_FIELDS)
    grammar = text.split("## Grammar", 1)[1]
    assert all(re.search(rf"\b{field}\b", grammar) for field in fields)
    assert all(f"`{word}`" in text for word in (*nodes.HAS, *nodes.IS, *nodes.SORTS))


def test_example_queries_are_understood() -> None:
    """What the search page says one can write, parses."""
    rows = re.findall(
        r"^\| [^|]+ \| (`.+`) \|$", (DOCS / "search.md").read_text("utf-8").split("##", 1)[0], re.MULTILINE
    )
    examples = [q for row in rows for q in re.findall(r"`([^`]+)`", row) if q != "you write"]
    assert len(examples) > 15
    for example in examples:
        parser.parse(example)


def _links(page: Path) -> Iterator[str]:
    yield from re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", page.read_text("utf-8"))


@pytest.mark.parametrize("page", PROSE, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    """A link to a file names one that is there; its anchor is a heading of that page."""
    for link in _links(page):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}, link


def test_every_page_can_be_found_from_the_readme() -> None:
    """No page of docs/ is an orphan."""
    seen: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        for link in _links(page):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.exists() and target not in seen:
                seen.add(target)
                ahead.append(target)
    assert {p.resolve() for p in PAGES} <= seen


@pytest.mark.parametrize("page", PROSE, ids=lambda p: p.name)
def test_pages_name_no_place_of_one_machine(page: Path) -> None:
    """No path of the machine that a page was written on, and no command that only works there."""
    home = re.escape(str(Path.home()))
    assert not re.search(rf"(?<![\w.])(?:{home}|{re.escape(str(ROOT))}|/opt/|/tmp/|/home/)", page.read_text("utf-8"))


def test_the_guide_shows_what_commands_print() -> None:
    """Each command of the guide has its output below it, and calls a command that there is."""
    text = (DOCS / "guide.md").read_text("utf-8")
    blocks = re.findall(r"```console\n\$ cutline (\w+)[^\n]*\n(.*?)```", text, re.DOTALL)
    assert len(blocks) >= 10
    for name, output in blocks:
        assert name in cli.commands
        assert output.strip() and "cutline: " not in output and "Traceback" not in output


def test_readme_has_two_ways_in() -> None:
    """The README's shell blocks are two: how to start, and how to test."""
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(re.findall(r"^```sh$", text, re.MULTILINE)) == 2
    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[:2] == ["Start", "Test"]
