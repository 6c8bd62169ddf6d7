"""Articles written for this project, in many languages and manners, that the scorer of caption lines learns from as well.

They lie in ``bench/articles``; the README there says how they are written down. Those in ``bench/articles/unseen`` measure it,
and nothing is learned from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).with_name("articles")
#: The marks of lines that are no paragraphs.
MARKS = {"=": "summary", "-": "subheading", ">": "caption", "~": "furniture", "+": "credit"}
_CREDIT = re.compile(r"\{[^{}]*\}")


@dataclass
class OwnArticle:
    """One article of a file: its lines below the headline, each as (text, what it is); captions with their credit in braces.

    A line that is only a credit belongs to the caption before it, and is left out where captions have no credit.
    """

    name: str
    file: str = ""
    title: str = ""
    lines: list[tuple[str, str]] = field(default_factory=list)

    def printed(self, *, credits_too: bool) -> tuple[str, list[str]]:
        """Return the article as a plain text, with or without credits, and what each line below the headline is."""
        lines = [
            (_line(text, credits_too=credits_too), kind) for text, kind in self.lines if credits_too or kind != "credit"
        ]
        kept = [(text, kind) for text, kind in lines if text]
        return "\n\n".join([self.title, *(text for text, _ in kept)]) + "\n", [kind for _, kind in kept]


def _line(text: str, *, credits_too: bool) -> str:
    return " ".join((re.sub(r"[{}]", "", text) if credits_too else _CREDIT.sub("", text)).split())


def articles(folder: Path = FOLDER) -> Iterator[OwnArticle]:
    """Yield the articles of all files of a folder, in the order of their names."""
    for path in sorted(folder.glob("*.txt")):
        yield from _parsed(path.read_text(encoding="utf-8"), path.stem)


def _parsed(text: str, file: str) -> Iterator[OwnArticle]:
    article: OwnArticle | None = None
    for line in filter(str.strip, text.splitlines()):
        mark, _, rest = line.partition(" ")
        if mark == "@":
            if article is not None:
                yield article
            article = OwnArticle(rest, file)
        elif article is None:
            raise ValueError(f"before the first article: {line[:60]}")
        elif mark == "#":
            article.title = rest
        elif mark in MARKS:
            article.lines.append((rest, MARKS[mark]))
        else:
            article.lines.append((line, "paragraph"))
    if article is not None:
        yield article
