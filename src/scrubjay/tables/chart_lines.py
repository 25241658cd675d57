"""What a claim line's chart was found to hold: the frame that edits of the grain `chart` judge.

Every line of the claim columns and facts is there too. A state is `present`, `absent` or `contradictory`;
null is unknown, and the edit is then not evaluated.
"""

from __future__ import annotations

import polars as pl

from scrubjay.tables.columns import CODE, QUANTITY, Column, Kind, Table

STATES = ("present", "absent", "contradictory")

ELEMENTS: dict[str, str] = {
    "order": "signed and dated order with drug, dose and route",
    "administration": "record of dose, time and who gave it",
    "dose": "administered dose that the billed units agree with",
    "drug": "the billed drug is the one given",
    "date": "the drug was given on the billed day",
    "route": "route, and the site where the route asks for one",
    "discard": "amount discarded",
    "times": "start and stop of the infusion",
    "diagnosis": "diagnosis or reason for the drug",
    "prior": "earlier treatment, or why another route is not feasible",
    "weight": "body weight",
    "visit": "work of the visit beyond the injection",
    "lot": "lot number or NDC",
    "response": "response or monitoring",
    "consent": "consent",
}
"""Elements of a record, in the order of the DO edits."""

_UNKNOWN = {
    "order": "the chart points to an order that was not given to this run",
    "administration": "the chart points to an administration record that was not given to this run",
    "dose": "the record states no dose that can be compared with the units (see administration-not-recorded)",
    "drug": "the chart records no drug given (see administration-not-recorded)",
    "date": "the chart does not say on which day the drug was given, or gives it in universal time, which leaves the day open",
    "route": "the chart records no administration (see administration-not-recorded)",
    "discard": "the size of the vials opened is not in the chart, so whether anything was left is not known",
    "times": "the chart points to an infusion record that was not given to this run",
    "diagnosis": "the chart's diagnosis cannot be told",
    "prior": "the chart's earlier treatments cannot be told",
    "weight": "the chart's weight cannot be told",
    "visit": "the chart has no note of the visit",
    "lot": "the chart points to a record that was not given to this run",
    "response": "the chart records no administration (see administration-not-recorded)",
    "consent": "the chart points to a consent form that was not given to this run",
}


def _flag(name: str, about: str) -> Column:
    return Column(name, pl.Boolean(), Kind.FLAG, about)


def _amount(name: str, about: str) -> Column:
    return Column(name, QUANTITY, Kind.QUANTITY, about)


CHART_LINES = Table(
    "chart_lines",
    (
        _flag("has_chart", "a chart of the run belongs to the claim"),
        _flag(
            "is_chart_drug",
            "a drug line that its chart is asked about: the first line without JW of its code and day",
        ),
        _flag(
            "is_chart_discard",
            "the line that the amount discarded belongs to: the JW line, else the drug line",
        ),
        _flag("is_chart_infusion", "the first line of the claim and day that bills an infusion by time"),
        _flag("is_chart_visit", "a visit billed with 25"),
        _flag(
            "asks_discard", "JW is billed, or a single-dose vial held more than the dose; null if not known"
        ),
        _flag("asks_prior", "label or policy asks what was tried before, by the checklist of the code"),
        _flag("asks_weight", "the dose goes by weight, by the checklist of the code or by the order"),
        _flag("asks_lot", "the payer asks for the NDC, or the checklist for the lot"),
        _flag("asks_consent", "the checklist of the practice asks for consent"),
        *(Column(f"{name}_state", CODE, Kind.CODE, f"{about}: state") for name, about in ELEMENTS.items()),
        *(
            Column(f"{name}_gap", pl.String(), Kind.TEXT, f"{about}: what is wrong, in words without quotes")
            for name, about in ELEMENTS.items()
        ),
        _amount("recorded_dose", "amount given that day by the chart, in `recorded_dose_unit`"),
        Column("recorded_dose_unit", CODE, Kind.CODE, "unit of the recorded dose"),
        _amount("units_of_recorded_dose", "units that the recorded dose makes, rounded up once"),
        _amount("units_billed_as_given", "units of the code billed that day without JW"),
        _amount("recorded_discard", "amount thrown away by the chart, in `recorded_dose_unit`"),
        _amount("discarded_units_of_record", "whole units left in the vials, rounded down"),
        _amount("discarded_units_billed", "units of the code billed that day with JW"),
        Column("recorded_minutes", pl.Int64(), Kind.COUNT, "minutes from start to stop"),
        Column(
            "codes_of_minutes", pl.List(pl.String()), Kind.CODE, "administration codes that the minutes fit"
        ),
        _flag("do_minutes_fit_code", "the billed administration code is among them; null if not known"),
        Column("recorded_ndc", CODE, Kind.CODE, "the NDC in the chart, eleven digits"),
        Column("billed_ndc", CODE, Kind.CODE, "the NDC on the line, eleven digits"),
        Column("expected_lines", pl.String(), Kind.TEXT, "the lines that the record supports, in words"),
    ),
)

CHART_UNKNOWN: dict[str, str] = {
    **{f"{name}_state": words for name, words in _UNKNOWN.items()},
    "asks_discard": _UNKNOWN["discard"],
    "asks_prior": "whether anybody asks for earlier treatments on this code is not known",
    "asks_weight": "whether the dose of this code goes by weight is not known",
    "asks_consent": "whether the practice asks for consent is not known",
    "asks_lot": "whether this payer asks for the NDC is not known; add it to a policy (--policy)",
    "units_of_recorded_dose": _UNKNOWN["dose"],
    "discarded_units_of_record": "the dose, or the size of the vials opened, is not in the chart",
    "do_minutes_fit_code": "the chart has no start and stop, or what the code asks is not in the reference",
    "recorded_ndc": "the chart has no NDC that can be read in eleven digits",
    "billed_ndc": "the line has no NDC that can be read in eleven digits",
}
"""What to tell a user where one of these columns is null."""
