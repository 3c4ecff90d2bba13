"""Compares two definitions: which changes break flows that exist, and which don't."""

from viesti.connector.compare.compare import compare
from viesti.connector.compare.facts import condense
from viesti.connector.compare.kinds import KINDS, Change

__all__ = ["KINDS", "Change", "compare", "condense"]
