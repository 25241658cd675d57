"""Canonical tables: declarations only. Every frame in the program has one of these shapes."""

from scrubjay.tables.claims import ADJUSTMENTS, CLAIMS, LINES, OTHER_PAYERS, ClaimBundle
from scrubjay.tables.columns import CODE, DATE, MONEY, QUANTITY, Column, Kind, Table
from scrubjay.tables.findings import COVERAGE, FINDINGS, NOT_EVALUATED
from scrubjay.tables.statements import STATEMENT_UNKNOWN, STATEMENTS
from scrubjay.tables.waivers import WAIVER_UNKNOWN, WAIVERS

__all__ = [
    "ADJUSTMENTS",
    "CLAIMS",
    "CODE",
    "COVERAGE",
    "DATE",
    "FINDINGS",
    "LINES",
    "MONEY",
    "NOT_EVALUATED",
    "OTHER_PAYERS",
    "QUANTITY",
    "STATEMENTS",
    "STATEMENT_UNKNOWN",
    "WAIVERS",
    "WAIVER_UNKNOWN",
    "ClaimBundle",
    "Column",
    "Kind",
    "Table",
]
