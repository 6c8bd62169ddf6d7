"""What linking chooses from: a picture, how near it is to the article, and what is already known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..model import Image

Scope = Literal["document", "import", "catalogue"]
Folder = Literal["same", "below", "above", "elsewhere", ""]


@dataclass(frozen=True, slots=True)
class Known:
    """A caption text whose link to a picture is settled.

    ``accepted`` is False when a person said that it does not belong; ``decided`` tells a person's word from an inference
    that is certain; ``via`` is the id of the matching picture it was settled for, ``""`` for the candidate itself.
    """

    text: str
    accepted: bool = True
    decided: bool = False
    via: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A picture that a caption may belong to.

    ``scope`` says where it is from: the article's own document, the same import, or the catalogue. ``urls`` are the
    addresses and paths it is known by (its ``image.paths`` count too). ``folder`` is where the picture file lies, seen from
    the folder of the article's source.
    """

    image: Image
    scope: Scope = "import"
    urls: tuple[str, ...] = ()
    known: tuple[Known, ...] = ()
    folder: Folder = ""
