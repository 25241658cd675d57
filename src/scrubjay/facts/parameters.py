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
        Parameter("jw_demand", pl.String(), f"JW on a line of discarded units: {_WORDS}", DEMANDS),
        Parameter("jz_demand", pl.String(), f"JZ on a line without discarded units: {_WORDS}", DEMANDS),
    )
}
