"""Getting pages and pictures from the network: only what the user asked for, only http and https, only public hosts.

==================  ==================================================================================================
:mod:`.target`      an address taken apart and put into the one form in which it is asked for
:mod:`.addresses`   which machines may be reached; a name is resolved once and the checked address is connected to
:mod:`.exchange`    one request and its answer, within limits of time and size
:mod:`.robots`      what a host's robots.txt allows
:mod:`.politeness`  how long a host is left alone between requests
:mod:`.shelf`       what was fetched, on disk, and for how long it is fresh
:mod:`.fetcher`     all of these together: redirects, conditional requests, waiting when a server asks for it
:mod:`.inputs`      what importing needs: addresses as entries, and the pictures that a document names
==================  ==================================================================================================

Nothing here runs unless an import was given an address or ``--fetch``.
"""

from __future__ import annotations

from .failure import FetchFailed
from .fetcher import Fetcher
from .inputs import Inputs, for_import
from .rules import RULES, Rules
from .shelf import Kept, Shelf

__all__ = ["RULES", "FetchFailed", "Fetcher", "Inputs", "Kept", "Rules", "Shelf", "for_import"]
