"""Canonical tables: declarations only. Every frame in the program has one of these shapes."""

from scrubjay.tables.chart_events import CHART_DOCUMENTS, CHART_EVENTS, EVENT_KINDS
from scrubjay.tables.chart_lines import CHART_LINES, CHART_UNKNOWN
from scrubjay.tables.claims import ADJUSTMENTS, CLAIMS, LINES, OTHER_PAYERS, ClaimBundle
from scrubjay.tables.columns import CODE, DATE, MONEY, NAME, QUANTITY, Column, Kind, Table
from scrubjay.tables.evidence import AUTHORIZATIONS, ELIGIBILITY, NO_EVIDENCE, Evidence
from scrubjay.tables.findings import COVERAGE, FINDINGS, NOT_EVALUATED
from scrubjay.tables.statements import STATEMENT_UNKNOWN, STATEMENTS
from scrubjay.tables.waivers import WAIVER_UNKNOWN, WAIVERS

__all__ = [
    "ADJUSTMENTS",
    "AUTHORIZATIONS",
    "CHART_DOCUMENTS",
    "CHART_EVENTS",
    "CHART_LINES",
    "CHART_UNKNOWN",
    "CLAIMS",
    "CODE",
    "COVERAGE",
    "DATE",
    "ELIGIBILITY",
    "EVENT_KINDS",
    "FINDINGS",
    "LINES",
    "MONEY",
    "NAME",
    "NOT_EVALUATED",
    "NO_EVIDENCE",
    "OTHER_PAYERS",
    "QUANTITY",
    "STATEMENTS",
    "STATEMENT_UNKNOWN",
    "WAIVERS",
    "WAIVER_UNKNOWN",
    "ClaimBundle",
    "Column",
    "Evidence",
    "Kind",
    "Table",
]
