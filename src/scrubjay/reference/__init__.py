"""Dated, cited reference data: what was valid on a day, as known on another (two clocks)."""

from scrubjay.reference.store import Edition, Reference

__all__ = ["Edition", "Reference"]
