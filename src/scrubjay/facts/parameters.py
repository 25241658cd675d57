"""The parameters that a payer policy may set: names, types, meaning.

Each becomes a line fact `payer_<name>` as of the line's date of service, and a claim fact
`claim_payer_<name>` as of the claim's first. Null means that no policy says: the edits that need it
answer *not evaluated*.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from scrubjay.tables.columns import MONEY, QUANTITY

_STRINGS = pl.List(pl.String())
DEMANDS = ("required", "optional", "not_accepted", "unknown")
"""What a payer may say of a modifier: `optional` is honoured and not asked for, `unknown` is left open."""

_WORDS = ", ".join(DEMANDS)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that differs between payers and over time.

    Attributes:
        name: as in a policy file.
        dtype: Polars type of the fact.
        about: the meaning, one phrase.
        choices: the words that a text may be; empty where any may stand.
    """

    name: str
    dtype: pl.DataType
    about: str
    choices: tuple[str, ...] = ()


PARAMETERS: dict[str, Parameter] = {
    p.name: p
    for p in (
        Parameter(
            "discard_settings", _STRINGS, "settings in which the payer asks for JW or JZ on payable drugs"
        ),
        Parameter("pays_discarded_drug", pl.Boolean(), "the payer pays JW units of single-dose containers"),
        Parameter("requires_ndc", pl.Boolean(), "an NDC is required on every drug line"),
        Parameter("requires_ndc_on_unlisted_drug", pl.Boolean(), "an NDC is required on unlisted drug codes"),
        Parameter("ndc_units_accepted", _STRINGS, "units of measure that the payer takes with an NDC"),
        Parameter("ndc_quantity_tolerance", QUANTITY, "share by which NDC quantity and units may differ"),
        Parameter("charge_limit", MONEY, "largest charge that the payer's field holds"),
        Parameter("frequency_codes_accepted", _STRINGS, "claim frequency codes that the payer takes"),
        Parameter("member_id_form", pl.String(), "form of the member id: `mbi` or `any`", ("mbi", "any")),
        Parameter("timely_filing_months", pl.Int32(), "months from the date of service to file the claim"),
        Parameter(
            "timely_filing_days", pl.Int32(), "days from the date of service, where the rule counts days"
        ),
        Parameter("timely_filing_warning_days", pl.Int32(), "warn when so few days are left"),
        Parameter("uses_mue", pl.Boolean(), "the payer applies CMS's MUE values"),
        Parameter("mue_sums_day", pl.Boolean(), "MUE with indicator 2 or 3 is compared with the day's sum"),
        Parameter("mue_setting_professional", pl.String(), "MUE table for professional claims"),
        Parameter("mue_setting_institutional", pl.String(), "MUE table for institutional claims"),
        Parameter("uses_code_pairs", pl.Boolean(), "the payer applies NCCI pairs"),
        Parameter("uses_add_on_edits", pl.Boolean(), "the payer applies CMS add-on code edits"),
        Parameter("requires_25_on_visit", pl.Boolean(), "a visit beside an administration needs 25"),
        Parameter("laterality_on_drug_accepted", pl.Boolean(), "LT, RT or 50 is taken on drug lines"),
        Parameter(
            "pays_one_administered_line_a_day", pl.Boolean(), "one line of a drug without JW is paid a day"
        ),
        Parameter("facility_bills_drugs", pl.Boolean(), "in a facility only the facility may bill drugs"),
        Parameter("uses_hospital_status", pl.Boolean(), "OPPS and ASC status indicators decide payment"),
        Parameter("accepts_jg_modifier", pl.Boolean(), "JG is taken for 340B drugs on the date"),
        Parameter("accepts_tb_modifier", pl.Boolean(), "TB is taken for 340B drugs on the date"),
        Parameter("liability_modifiers_apply", pl.Boolean(), "GA, GX, GY, GZ have Medicare's meaning"),
        Parameter("repeat_push_professional", pl.Boolean(), "96376 may be billed on a professional claim"),
        Parameter(
            "timely_filing_ceiling_months",
            pl.Int32(),
            "months from the date of service that no filing limit of this kind of payer may exceed",
        ),
        Parameter("drug_revenue_codes", _STRINGS, "revenue codes under which drugs with a code are billed"),
        Parameter(
            "packaged_drug_revenue_codes",
            _STRINGS,
            "further revenue codes for drugs that are not paid by themselves",
        ),
        Parameter(
            "takes_pair_modifier_on_either_line",
            pl.Boolean(),
            "a modifier that bypasses a code pair may stand on either line of it",
        ),
        Parameter(
            "status_not_paid",
            _STRINGS,
            "OPPS and ASC status indicators under which nothing is paid for a code",
        ),
        Parameter(
            "requires_route_modifier",
            _STRINGS,
            "codes on which the payer asks for JA or JB, the way of giving",
        ),
        Parameter(
            "requires_route_modifier_on_several_routes",
            pl.Boolean(),
            "JA or JB is asked for on every drug that can be given in several ways",
        ),
        Parameter(
            "requires_ndc_on_discarded_line",
            pl.Boolean(),
            "where an NDC is required, the line of discarded units carries it too",
        ),
        Parameter(
            "requires_line_per_ndc",
            pl.Boolean(),
            "each NDC of a drug goes on an administered line of its own",
        ),
        Parameter(
            "requires_anemia_modifier",
            _STRINGS,
            "codes of agents against anemia on which the payer asks for one of EA, EB and EC",
        ),
        Parameter(
            "coverage_contractors",
            _STRINGS,
            "contract numbers, five digits, of the Medicare contractor whose coverage documents hold",
        ),
        Parameter(
            "complete_coverage_kinds",
            _STRINGS,
            "kinds of coverage rules (prior_authorization, limits ...) in which the policy names every drug: of a drug "
            "that it does not name the payer asks nothing of that kind",
            ("prior_authorization", "limits", "step_therapy", "site_of_care", "channel"),
        ),
        Parameter("corrected_claim_months", pl.Int32(), "months from the date of service to correct a claim"),
        Parameter(
            "corrected_claim_days",
            pl.Int32(),
            "days from the payer's answer within which a claim is corrected",
        ),
        Parameter("jw_demand", pl.String(), f"JW on a line of discarded units: {_WORDS}", DEMANDS),
        Parameter(
            "jw_needs_dose_of_one_unit",
            pl.Boolean(),
            "JW is not taken where the dose given is below one billing unit",
        ),
        Parameter("jz_demand", pl.String(), f"JZ on a line without discarded units: {_WORDS}", DEMANDS),
    )
}

CONFIDENCES = ("A", "B", "C", "D")
BENEFITS = ("medical", "pharmacy", "excluded")
"""Where a drug is covered: billed by who gives it, billed by a pharmacy only, or not at all."""
CHANNELS = ("buy_and_bill", "specialty_pharmacy", "either")
"""Who buys the drug: who gives it, a pharmacy that the payer names, or either."""

COVERAGE_KINDS: dict[str, tuple[Parameter, ...]] = {
    "prior_authorization": (
        Parameter(
            "requires_prior_authorization", pl.Boolean(), "the payer must have authorized the drug before"
        ),
        Parameter("authorization_asked_by", _STRINGS, "how it is asked for, e.g. 278, portal, phone"),
        Parameter("authorization_units", QUANTITY, "units that one authorization usually grants"),
        Parameter("authorization_days", pl.Int32(), "days that one authorization usually holds"),
        Parameter(
            "authorization_retro_days",
            pl.Int32(),
            "days after the service in which it may still be asked for",
        ),
        Parameter("authorization_places", _STRINGS, "places of service that need it; null means all"),
    ),
    "limits": (
        Parameter("max_units_per_day", QUANTITY, "most units of the code on one day"),
        Parameter("max_units_per_period", QUANTITY, "most units of the code within `limit_period_days`"),
        Parameter("max_times_per_period", pl.Int32(), "most days with the code within `limit_period_days`"),
        Parameter(
            "limit_period_days", pl.Int32(), "length of the period, in days, the day of service included"
        ),
        Parameter("max_mg_per_kg", QUANTITY, "most milligrams for each kilogram of body weight on one day"),
        Parameter("min_interval_days", pl.Int32(), "fewest days from one administration to the next"),
        Parameter("max_units_lifetime", QUANTITY, "most units of the code in the patient's life"),
    ),
    "step_therapy": (
        Parameter("step_products", _STRINGS, "codes of the drugs that must have been tried before"),
        Parameter("step_products_needed", pl.Int32(), "how many of them must have been tried"),
        Parameter("step_trial_days", pl.Int32(), "days that each trial must have lasted"),
        Parameter("step_lookback_days", pl.Int32(), "days before the service in which the trials count"),
        Parameter("step_new_starts_only", pl.Boolean(), "who had the drug itself in that time is exempt"),
        Parameter("step_exceptions", _STRINGS, "ids of the criteria, one of which exempts"),
    ),
    "site_of_care": (
        Parameter("places_allowed", _STRINGS, "places of service where the drug may be given"),
        Parameter("site_free_days", pl.Int32(), "days from the first dose in which any place is allowed"),
        Parameter("site_exceptions", _STRINGS, "ids of the criteria, one of which allows any place"),
    ),
    "channel": (
        Parameter("benefit", pl.String(), "which benefit covers the drug", BENEFITS),
        Parameter("acquisition", pl.String(), "who buys the drug", CHANNELS),
        Parameter("channel_places", _STRINGS, "places of service that the channel binds; null means all"),
        Parameter(
            "is_self_administered", pl.Boolean(), "on the payer's list of drugs that patients give themselves"
        ),
    ),
    "billing": (
        Parameter("required_modifiers", _STRINGS, "modifiers that each line of the code carries"),
        Parameter(
            "administration_codes", _STRINGS, "codes of administration that the payer takes with the drug"
        ),
    ),
    "diagnosis": (
        Parameter("diagnosis_codes", _STRINGS, "diagnoses that are covered, without dot"),
        Parameter("diagnosis_prefixes", _STRINGS, "beginnings of diagnoses that are covered, without dot"),
    ),
}
"""What a policy may say of a drug's coverage, by kind of rule.

`PolicySet.coverage(as_of)` gives one row per `policy_id`, `hcpcs` and period [`effective_from`,
`effective_to`), null for an open end. Rows of one policy and code do not overlap; what a policy inherits
stands in rows of its own. Each kind has its columns, null where the policy says nothing, and beside them
where they come from (`COVERAGE_ORIGIN`) and the products that the rule is limited to (`COVERAGE_SCOPE`).
"""

COVERAGE_ORIGIN = (
    Parameter("rule", pl.String(), "the rule, as `policy/id`"),
    Parameter("source", pl.String(), "its source"),
    Parameter("says", pl.String(), "what the source says"),
    Parameter("confidence", pl.String(), "how far the source is trusted", CONFIDENCES),
)
"""Columns beside each kind of rule, named `<kind>_<column>`."""

COVERAGE_SCOPE = (
    Parameter("ndcs", _STRINGS, "NDCs, or beginnings of them, that the rule is limited to; null means all"),
    Parameter("routes", _STRINGS, "routes that the rule is limited to; null means all"),
    Parameter("container", pl.String(), "container type that the rule is limited to; null means all"),
)
"""Further columns beside each kind of rule, named `<kind>_<column>`."""

COVERAGE_SCHEMA: dict[str, pl.DataType] = {
    "policy_id": pl.String(),
    "hcpcs": pl.String(),
    "effective_from": pl.Date(),
    "effective_to": pl.Date(),
    **{p.name: p.dtype for parameters in COVERAGE_KINDS.values() for p in parameters},
    **{f"{kind}_{p.name}": p.dtype for kind in COVERAGE_KINDS for p in (*COVERAGE_ORIGIN, *COVERAGE_SCOPE)},
}
"""Names and types of the columns of that frame."""
