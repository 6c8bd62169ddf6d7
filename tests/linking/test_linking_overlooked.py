"""Lines of plain text that only a picture shows to be captions."""

from __future__ import annotations

import pytest

from catalog import captions as reading
from catalog.linking import Candidate, is_overlooked, link, with_overlooked
from catalog.model import Extraction
from catalog.sources.base import Document

from .linkingfakes import picture

LINE = "Volunteers have been stacking sandbags along the quay since the early hours of Monday."
TEXT = f"""Storm closes the harbour of Vigo

The storm that crossed Galicia on Monday closed the harbour of Vigo for the first time in eleven years, the port said.

{LINE}

Fishermen said that they had moved their boats up the river on Sunday. The town hall opened two schools for families whose
homes were flooded.

"We have not slept," said the mayor, who visited the quay in the afternoon and promised help for those who lost their boats.
"""


@pytest.fixture
def story() -> Extraction:
    """The text as it is read without its pictures."""
    return reading.extract_document(Document("story/article.txt", "plaintext", TEXT, "utf-8", "0" * 64))


def _files(words: str = LINE) -> list[Candidate]:
    return [picture("story/a.jpg", caption=f"VIGO, Spain (AP) - {words} (AP Photo/Jane Doe)"), picture("story/b.jpg")]


def test_a_line_that_a_picture_carries_becomes_a_caption_with_its_span(story: Extraction) -> None:
    """The line is added with its place in the text and the reason, and then links to that picture."""
    read = tuple(c for c in story.captions if c.text != LINE)
    every = with_overlooked(story.article, read, _files())
    added = [c for c in every if is_overlooked(c)]
    assert [c.printed for c in added] == [LINE]
    assert TEXT[added[0].start : added[0].end] == LINE
    assert added[0].line == 5
    assert added[0].confidence >= 0.5
    assert [x.caption for x in link(story.article, every, _files())] == [added[0].id]


def test_what_reading_found_stays_as_it_was(story: Extraction) -> None:
    """Nothing of the facts changes by adding, so that reading again tells no difference."""
    every = with_overlooked(story.article, story.captions, _files())
    assert [c for c in every if not is_overlooked(c)] == list(story.captions)
    assert with_overlooked(story.article, every, _files()) == every


def test_added_captions_go_when_their_picture_goes(story: Extraction) -> None:
    """A line is a caption only as long as a picture says so."""
    every = with_overlooked(story.article, story.captions, _files())
    assert with_overlooked(story.article, every, [picture("story/b.jpg")]) == tuple(story.captions)


def test_pictures_of_something_else_add_nothing(story: Extraction) -> None:
    """Prose does not become a caption because a file name has one of its words, or a picture another caption."""
    files = [
        picture("story/harbour.jpg"),
        picture("story/c.jpg", caption="A cat sleeps on a red chair in a Lisbon café."),
    ]
    assert with_overlooked(story.article, story.captions, files) == tuple(story.captions)


def test_pictures_of_other_imports_add_nothing(story: Extraction) -> None:
    """Only pictures that lie with the text can tell about its lines."""
    far = [Candidate(c.image, "catalogue") for c in _files()]
    assert with_overlooked(story.article, story.captions, far) == tuple(story.captions)


PROSE = "“We have not slept,” said the mayor, who visited the quay in the afternoon and promised help for those who lost boats."


@pytest.mark.parametrize(("line", "band"), [(LINE, "certain"), (PROSE, "likely")])
def test_a_sentence_of_the_story_is_no_certain_caption(line: str, band: str) -> None:
    """A desk may take the embedded caption from the story and print none: a person says whether the sentence is one."""
    text = TEXT.replace(LINE, line)
    read = reading.extract_document(Document("story/article.txt", "plaintext", text, "utf-8", "0" * 64))
    found = tuple(c for c in read.captions if c.text != line)
    every = with_overlooked(read.article, found, _files(line))
    assert [c.printed for c in every if is_overlooked(c)] == [line]
    assert [x.band for x in link(read.article, every, _files(line))] == [band]
