"""Lines that the text itself calls captions, as notes, Markdown and scripts of websites do."""

from __future__ import annotations

import re

from .credit import cut
from .textviews import View
from .textwords import word_list

#: Words after a label that a caption has at least; with fewer the line is a credit or a heading.
_FEWEST = 4
_MARKDOWN = re.compile(r"!\[([^\[\]]{1,400})\]\([^()\s]{1,500}\)")
_LABEL = re.compile(r"[\[(*_<]{0,3}([^\W\d_][^:：\[\]()]{0,24}?)\s?[*_]{0,2}[:：][*_]{0,2}\s{0,3}(?=\S)")


def is_labelled(v: View) -> bool:
    """Whether a line says that it is a caption: by a label before it, or as the words of a picture in Markdown."""
    text = v.text
    if match := _MARKDOWN.match(text):
        return len(match.group(1).split()) >= _FEWEST
    match = _LABEL.match(text)
    if match is None or match.group(1).strip().casefold() not in word_list("labels", "caption"):
        return False
    return v.width > _FEWEST and bool(cut(text).text)
