"""Searching: the query language, its evaluation in memory, and the index that answers it."""

from .nodes import Query
from .parser import parse

__all__ = ["Query", "parse"]
