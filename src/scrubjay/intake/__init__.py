"""Intake: claim files by content, as columns, in batches of whole claims, with every problem placed."""

from scrubjay.intake.reader import BATCH_BYTES, ClaimReader, read_claims, read_claims_bytes
from scrubjay.intake.reading import Reading, begun
from scrubjay.intake.reports import FileReport

__all__ = [
    "BATCH_BYTES",
    "ClaimReader",
    "FileReport",
    "Reading",
    "begun",
    "read_claims",
    "read_claims_bytes",
]
