"""Tell whether a picture on a page is the still of a film: the words beside it then speak of the film.

Such a still is any moment of the film, or a picture of its own, and what stands below may name neither. The desks of most
publishers do not count it as the picture's caption, which the weight of the reason says (``bench/confidence.py``).
"""

from __future__ import annotations

import re

from ..model import Evidence
from .dom import Element, ends_search, names
from .holder import Found
from .pictures import Picture

BESIDE = "beside-film"
#: Log-odds that words beside a film are the caption of its still.
WEIGHTS = {BESIDE: 0.0}
#: Steps outwards from a picture within which a player or its button stands.
MOST_STEPS = 8
_PARTS = re.compile(r"[A-Za-z][a-z]+|[A-Z]+(?![a-z])")
#: What the names of an element that is, holds or starts a player say.
_PLAYS = frozenset(["video", "videos", "videoplayer", "player", "play", "playbutton", "playtrigger"])


def mark(picture: Picture, found: Found, story: Element) -> None:
    """Add the reason :data:`BESIDE` to what was found with a picture that starts a film."""
    if found.text and is_still(picture.element, story):
        found.reasons.append(Evidence(BESIDE, WEIGHTS[BESIDE]))


def is_still(element: Element, story: Element) -> bool:
    """Tell whether the picture that ``element`` shows starts a film, looking no further out than its figure or the story."""
    if element.tag == "video":
        return True
    for steps, above in enumerate(element.iterancestors()):
        if steps == MOST_STEPS or above is story or ends_search(above):
            return False
        if _plays(above) or next(above.iter("video"), None) is not None:
            return True
        if above.tag == "figure":
            return False
    return False


def _plays(element: Element) -> bool:
    """Whether an element is a player by its names or by the data that a script starts one from."""
    if any(isinstance(name, str) and name.startswith("data-video") for name in element.keys()):  # noqa: SIM118
        return True
    said = names(element)
    is_likely = "play" in (folded := said.lower()) or "video" in folded  # all of them hold one or the other
    return is_likely and not _PLAYS.isdisjoint(w.lower() for w in _PARTS.findall(said))
