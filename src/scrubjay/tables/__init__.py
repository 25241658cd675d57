"""Canonical tables: declarations only. Every frame in the program has one of these shapes."""

from scrubjay.tables.claims import ADJUSTMENTS, CLAIMS, LINES, OTHER_PAYERS, ClaimBundle
from scrubjay.tables.columns import CODE, DATE, MONEY, QUANTITY, Column, Kind, Table
from scrubjay.tables.evidence import AUTHORIZATIONS, ELIGIBILITY, NO_EVIDENCE, Evidence
from scrubjay.tables.findings import COVERAGE, FINDINGS, NOT_EVALUATED
from scrubjay.tables.waivers import WAIVER_UNKNOWN, WAIVERS

__all__ = [
    "ADJUSTMENTS",
    "AUTHORIZATIONS",
    "CLAIMS",
    "CODE",
    "COVERAGE",
    "DATE",
    "ELIGIBILITY",
    "FINDINGS",
    "LINES",
    "MONEY",
    "NOT_EVALUATED",
    "NO_EVIDENCE",
    "OTHER_PAYERS",
    "QUANTITY",
    "WAIVERS",
    "WAIVER_UNKNOWN",
    "ClaimBundle",
    "Column",
    "Evidence",
    "Kind",
    "Table",
]
