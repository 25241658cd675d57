"""Intake: claim files by content, as columns, in batches of whole claims, with every problem placed."""

from scrubjay.intake.reader import BATCH_BYTES, ClaimReader, read_claims, read_claims_bytes
from scrubjay.intake.reports import FileReport

__all__ = ["BATCH_BYTES", "ClaimReader", "FileReport", "read_claims", "read_claims_bytes"]
