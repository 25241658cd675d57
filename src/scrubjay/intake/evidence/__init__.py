"""Evidence beside the claims: earlier claims, authorizations, eligibility, each from several formats."""

from scrubjay.intake.evidence.authorizations import read_authorizations
from scrubjay.intake.evidence.eligibility import read_eligibility
from scrubjay.intake.evidence.given import read_evidence
from scrubjay.intake.evidence.history import first_day, read_history

__all__ = ["first_day", "read_authorizations", "read_eligibility", "read_evidence", "read_history"]
