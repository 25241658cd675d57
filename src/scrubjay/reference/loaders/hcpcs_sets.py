"""From HCPCS records to rows of the reference sets.

Which codes are drugs is read from CMS's own columns, in this order; the first that speaks decides:

1. Chapter J, "drugs administered other than oral method": a drug, whatever its payment data.
2. BETOS O1G or pricing indicator 54 (vaccinations): in chapters G and M the giving of one
   (`administration`), elsewhere a `vaccine` where the descriptor says so, else a drug.
3. A unit that is an area (skin substitutes are paid under indicator 51, yet have no NDC): unknown.
4. Pricing indicator 51 (drugs), or 53 (statute) with a drug BETOS and no type of service 2 (surgery): a drug.
5. A drug BETOS (O1D, O1E, D1G), or a descriptor that begins with "injection", "infusion" or "instillation",
   and an amount that one unit stands for: a drug.
6. A drug BETOS without such an amount (dispensing fees, procedures): unknown.
7. BETOS M1A, M1B or M3 and the word "visit": a visit.
8. Chapters A, C, P, Q and S with BETOS Z2 (undefined) or none: unknown.
9. Else `other`.

"Unknown" is null: what depends on it is not evaluated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.quantity import plain
from scrubjay.reference.drug_text import is_measured_by_area, read_drug_texts, unit_ratio
from scrubjay.reference.loaders.hcpcs_layout import ACTIONS, LEVEL_TWO
from scrubjay.reference.sets import SETS
from scrubjay.tables.columns import DATE, QUANTITY

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.reference.loaders.hcpcs_period import ReleasePeriod

CITATION = "CMS HCPCS Quarterly Update, alpha-numeric file and record layout"
_DRUG_BETOS = ("O1D", "O1E", "D1G")
_VISIT_BETOS = ("M1A", "M1B", "M3")
_MAY_HOLD_DRUGS = r"^[ACPQS]"
_GIVEN = r"^(?:intravenous\s+)?(?:inj|injection|infusion|instillation)[,\s]"


def with_drug_texts(codes: pl.DataFrame) -> pl.DataFrame:
    """Add what the descriptor says of a drug: the columns of `read_drug_texts`."""
    return codes.hstack(read_drug_texts(codes["descriptor"]))


def code_kind() -> pl.Expr:
    """The kind of a code, by the rules above.

    Needs the columns code, descriptor, pricing (list), betos, type_of_service1 and those of `with_drug_texts`.
    """
    code, betos = pl.col("code"), pl.col("betos").fill_null("")
    text = pl.col("descriptor").str.to_lowercase().fill_null("")
    pricing = pl.col("pricing").fill_null([])
    has_unit = pl.col("unit").is_not_null()
    is_surgery = pl.col("type_of_service1").fill_null("") == "2"
    is_drug_betos = betos.is_in(_DRUG_BETOS)
    unknown = pl.lit(None, pl.String)
    return (
        pl.when(~code.str.contains(LEVEL_TWO))
        .then(unknown)
        .when(code.str.starts_with("J"))
        .then(pl.lit("drug"))
        .when((betos == "O1G") | pricing.list.contains("54"))
        .then(
            pl.when(code.str.contains("^[GM]"))
            .then(pl.lit("administration"))
            .when(text.str.contains("vaccine"))
            .then(pl.lit("vaccine"))
            .otherwise(pl.lit("drug"))
        )
        .when(is_measured_by_area(text))
        .then(unknown)
        .when(pricing.list.contains("51") | (pricing.list.contains("53") & is_drug_betos & ~is_surgery))
        .then(pl.lit("drug"))
        .when(has_unit & (is_drug_betos | (code.str.contains(_MAY_HOLD_DRUGS) & text.str.contains(_GIVEN))))
        .then(pl.lit("drug"))
        .when(is_drug_betos)
        .then(unknown)
        .when(betos.is_in(_VISIT_BETOS) & text.str.contains(r"\bvisit\b"))
        .then(pl.lit("visit"))
        .when(code.str.contains(_MAY_HOLD_DRUGS) & betos.is_in(["", "Z2"]))
        .then(unknown)
        .otherwise(pl.lit("other"))
    )


def _life() -> list[pl.Expr]:
    # The record gives the last day; a period ends with the day after it.
    return [
        pl.col("added").alias("effective_from"),
        pl.col("ended").dt.offset_by("1d").alias("effective_to"),
    ]


def stamped(set_name: str, frame: pl.DataFrame, period: ReleasePeriod, source: str) -> pl.DataFrame:
    """Rows in the shape of a set, with the provenance of the release."""
    return SETS[set_name].conform(
        frame.select(c for c in frame.columns if c in SETS[set_name].columns).with_columns(
            pl.lit(period.published_on, DATE).alias("known_from"),
            pl.lit(source).alias("source"),
            pl.lit(period.edition).alias("edition"),
            pl.lit("A").alias("confidence"),
            pl.lit(CITATION).alias("citation"),
        )
    )


def snapshot(frame: pl.DataFrame, period: ReleasePeriod) -> pl.DataFrame:
    """The frame with the period of the release as the days that its rows speak about."""
    return frame.with_columns(
        pl.lit(period.start, DATE).alias("effective_from"), pl.lit(period.end, DATE).alias("effective_to")
    )


def hcpcs_rows(codes: pl.DataFrame) -> pl.DataFrame:
    """Rows of `hcpcs`. A CPT or dental number keeps its days; its descriptor is not ours to hold."""
    return codes.select(
        pl.col("code").alias("hcpcs"),
        pl.when(pl.col("code").str.contains(LEVEL_TWO)).then(pl.col("descriptor")).alias("descriptor"),
        pl.col("kind"),
        *_life(),
        *_kept_note(codes),
    )


def drug_rows(codes: pl.DataFrame) -> pl.DataFrame:
    """Rows of `drugs`, for the codes whose kind is drug; the reason stands in the note where no unit is read."""
    said = [pl.col("no_unit"), *(["note"] if "note" in codes.columns else [])]
    return codes.filter(pl.col("kind") == "drug").select(
        pl.col("code").alias("hcpcs"),
        "drug",
        "unit_amount",
        "unit",
        "qualifier",
        "routes",
        "is_unlisted",
        *_life(),
        pl.concat_str(said, separator=" ", ignore_nulls=True).replace("", None).alias("note"),
    )


def modifier_rows(modifiers: pl.DataFrame) -> pl.DataFrame:
    """Rows of `modifiers`. One of digits only is CPT's: it keeps its days and loses its meaning."""
    is_cpt = pl.col("code").str.contains(r"^[0-9]{2}$")
    return modifiers.select(
        pl.col("code").alias("modifier"),
        pl.when(~is_cpt).then(pl.col("descriptor")).alias("meaning"),
        *_life(),
        *_kept_note(modifiers),
    )


def successor_rows(codes: pl.DataFrame) -> pl.DataFrame:
    """Rows of `successors`: the cross references of ended codes, with the ratio of their units where it is exact."""
    pairs = (
        codes.filter(pl.col("ended").is_not_null(), pl.col("cross_reference").is_not_null())
        .explode("cross_reference")
        .rename({"code": "hcpcs", "cross_reference": "successor"})
        # A cross reference of another length names a modifier or part of a range, not a code.
        .filter(
            pl.col("successor").str.contains(r"^[0-9A-V][0-9]{3}[0-9A-Z]$"),
            pl.col("hcpcs") != pl.col("successor"),
        )
        .unique(["hcpcs", "successor", "ended"], maintain_order=True)
    )
    texts = codes.select(pl.col("code").alias("successor"), pl.col("descriptor").alias("_new")).unique(
        "successor", keep="last"
    )
    pairs = pairs.select("hcpcs", "successor", "descriptor", "ended").join(
        texts, on="successor", how="left", maintain_order="left"
    )
    ratios = [
        None if old is None or new is None or (ratio := unit_ratio(old, new)) is None else plain(ratio)
        for old, new in pairs.select("descriptor", "_new").iter_rows()
    ]
    return pairs.select(
        "hcpcs",
        "successor",
        pl.Series("unit_ratio", ratios, pl.String()).cast(QUANTITY),
        pl.col("ended").dt.offset_by("1d").alias("effective_from"),
    )


def attribute_rows(codes: pl.DataFrame) -> pl.DataFrame:
    """Rows of `hcpcs_attributes`, without their period."""
    manuals = pl.concat_list(pl.col("coverage_manual").fill_null([]), pl.col("carriers_manual").fill_null([]))
    return codes.select(
        pl.col("code").alias("hcpcs"),
        "action",
        pl.col("action_from").alias("action_on"),
        "coverage",
        "betos",
        "type_of_service",
        "pricing",
        "multiple_pricing",
        pl.col("cross_reference").alias("cross_references"),
        "statute",
        pl.when(manuals.list.len() > 0).then(manuals).alias("manual_sections"),
        "laboratory",
        "asc_group",
        "asc_from",
        "processing_note",
        pl.col("anesthesia_units").cast(pl.Int32),
    )


def change_rows(records: pl.DataFrame, start: date) -> pl.DataFrame:
    """Rows of `code_changes`: every record on which the release acted.

    Args:
        records: code, action, action_from.
        start: first day of the release, for a record that gives no day of its action.
    """
    day = pl.col("action_from").fill_null(pl.lit(start, DATE))
    return records.filter(pl.col("action").is_not_null(), pl.col("action") != "N").select(
        pl.col("code").alias("hcpcs"),
        "action",
        pl.col("action").replace_strict(ACTIONS, return_dtype=pl.String).alias("meaning"),
        day.alias("action_on"),
        day.alias("effective_from"),
    )


def _kept_note(frame: pl.DataFrame) -> list[pl.Expr]:
    return [pl.col("note")] if "note" in frame.columns else []
