"""The search index of a catalogue on PostgreSQL: one for all who share the catalogue, in its database."""

from .index import PostgresIndex

__all__ = ["PostgresIndex"]
