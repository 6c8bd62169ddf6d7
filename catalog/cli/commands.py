"""Every command, by what it is for. Importing this module registers them all."""

from . import configuring, copying, deciding, exporting, importing, looking, recomputing, serving

__all__ = ["configuring", "copying", "deciding", "exporting", "importing", "looking", "recomputing", "serving"]
