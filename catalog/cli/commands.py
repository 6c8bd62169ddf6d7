"""Every command, by what it is for. Importing this module registers them all."""

from . import configuring, deciding, exporting, importing, looking, recomputing, serving

__all__ = ["configuring", "deciding", "exporting", "importing", "looking", "recomputing", "serving"]
