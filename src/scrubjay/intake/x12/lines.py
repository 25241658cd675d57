"""Service lines of a batch."""

from __future__ import annotations

import polars as pl

from scrubjay.intake.x12.batches import LINE, Batch
from scrubjay.intake.x12.claims import date_range, joined_notes
from scrubjay.intake.x12.frames import Details, attach, first
from scrubjay.intake.x12.headers import NM1, npi
from scrubjay.intake.x12.maps import CODE, COMPONENT
from scrubjay.intake.x12.values import Notes, by_distinct, nonempty, number, some_elements
from scrubjay.tables.columns import MONEY, QUANTITY


def service_rows(batch: Batch) -> pl.DataFrame:
    """One row per line: `line`, `claim`, `segment`, LX01, and what SV1 or SV2 says, still as text."""
    inside = batch.sections.filter(pl.col("is_in_claim"))
    starts = inside.filter(pl.col("starts_line")).select("line", "claim", "segment", "code", "raw")
    position = (pl.col("line").cast(pl.Int64()) - pl.col("line").min().over("claim") + 1).cast(pl.Int32())
    lines = starts.with_columns(position.alias("position"))
    is_lx = lines["code"] == CODE["LX"]
    sent = some_elements(lines["raw"], 1)[0].str.to_integer(strict=False, dtype=pl.Int32())
    lines = lines.select(
        "line", "claim", "segment",
        pl.when(is_lx).then(sent).alias("lx"), (~is_lx).alias("lacks_lx"), "position",
    )  # fmt: skip
    found = inside.filter(pl.col("code").is_in([CODE["SV1"], CODE["SV2"]])).select(
        pl.col("line").alias("owner"), "segment", "code", "raw"
    )
    places = (1, 2, 3, 4, 5, 7)
    part = dict(zip(places, some_elements(found["raw"], *places), strict=True))
    is_sv1 = found["code"] == CODE["SV1"]
    shifted = {
        "revenue_code": (None, part[1]),
        "procedure": (part[1], part[2]),
        "charge": (part[2], part[3]),
        "unit_of_measure": (part[3], part[4]),
        "quantity": (part[4], part[5]),
        "line_place_of_service_code": (part[5], None),
        "pointers": (part[7], None),
    }
    if is_sv1.all():
        columns = [
            (pair[0] if pair[0] is not None else _null(part[1])).alias(n) for n, pair in shifted.items()
        ]
    else:
        columns = [
            pl.select(
                pl.when(is_sv1)
                .then(_null(part[1]) if pair[0] is None else pair[0])
                .otherwise(_null(part[1]) if pair[1] is None else pair[1])
                .alias(name)
            ).to_series()
            for name, pair in shifted.items()
        ]
    services = found.select("owner", "segment", pl.col("code").alias("service")).hstack(columns)
    names = {name: name for name in (*shifted, "service")} | {"segment": "service_segment"}
    lines = attach(lines, "line", services, names)
    return lines.with_columns(number(lines["charge"], MONEY).alias("charge_amount"))


def build_lines(lines: pl.DataFrame, claims: pl.DataFrame, details: Details, notes: Notes) -> pl.DataFrame:
    """The lines of the claims that go on, with all their columns.

    Args:
        lines: result of `service_rows`.
        claims: claims that go on.
        details: segments by tag and owner.
        notes: takes the problems.
    """
    place = claims.select("claim", "transaction", "claim_number", "claim_kind")
    lines = lines.join(place, on="claim", how="inner", maintain_order="left")
    _check_services(lines, notes)
    lines = _amounts(lines, notes)
    lines = procedure_columns(lines)
    lines = lines.with_columns(
        pl.col("lx").fill_null(pl.col("position")).alias("line_number"),
        by_distinct(lines["pointers"], _pointers).to_series().alias("diagnosis_pointers"),
    )
    found = details.parts("DTP", LINE, ("qualifier", "format", "value")).filter(pl.col("qualifier") == "472")
    served = date_range(found, "DTP03", lines, "line", notes)
    lines = attach(lines, "line", served, {"from": "service_date_from", "to": "service_date_to"})
    lines = _references(lines, details)
    lines = _providers(lines, details)
    lines = attach(lines, "line", joined_notes(details, LINE), {"text": "line_note"})
    return _drug(lines, details, notes)


def _null(like: pl.Series) -> pl.Series:
    return pl.Series(like.name, [None], dtype=pl.String()).new_from_index(0, len(like))


def _check_services(lines: pl.DataFrame, notes: Notes) -> None:
    wrong = pl.when(pl.col("claim_kind") == "institutional").then(CODE["SV1"]).otherwise(CODE["SV2"])
    rows = lines.filter(pl.col("service") == wrong)
    notes.add("wrong-service-segment", "A service segment belongs to the other kind of 837; it was read all the same.",
              "Send SV1 in an 837P and SV2 in an 837I.", rows)  # fmt: skip
    notes.add("missing-lx", "A service segment has no LX of its own; it was read as a line.",
              "Begin every line with LX.", lines.filter("lacks_lx"))  # fmt: skip
    notes.add("line-without-service", "A line has neither SV1 nor SV2; its charge and code are empty.",
              "Send the service of every line.", lines.filter(pl.col("service").is_null()))  # fmt: skip


def _amounts(lines: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    charge = lines["charge_amount"]
    units = number(lines["quantity"], QUANTITY)
    for values, text, elements_ in (
        (charge, "charge", ("SV102", "SV203")),
        (units, "quantity", ("SV104", "SV205")),
    ):
        bad = values.is_null() & lines[text].is_not_null()
        if bad.any():
            for code, element in zip(("SV1", "SV2"), elements_, strict=True):
                _bad_number(lines.filter(bad & (lines["service"] == CODE[code])), element, notes)
    return lines.with_columns(units.alias("units"))


def _bad_number(rows: pl.DataFrame, element: str, notes: Notes) -> None:
    if "service_segment" in rows.columns:
        rows = rows.with_columns(pl.col("service_segment").alias("segment"))
    notes.add("bad-number", "A number cannot be read exactly; it was left empty.",
              "Send plain digits with a decimal point, dollars with two decimals.", rows, element=element)  # fmt: skip


def _pointers(texts: pl.Series) -> pl.DataFrame:
    split = pl.col("text").str.split(COMPONENT).list.filter(pl.element() != "").fill_null([])
    return texts.alias("text").to_frame().select(split)


def procedure_columns(lines: pl.DataFrame) -> pl.DataFrame:
    """SV101 or SV202: qualifier, code, up to four modifiers, description."""
    return lines.hstack(by_distinct(lines["procedure"], _procedure).get_columns())


def _procedure(texts: pl.Series) -> pl.DataFrame:
    part = texts.str.splitn(COMPONENT, 3)
    rest = part.struct.field("field_2")
    pieces = rest.str.to_uppercase().str.split(COMPONENT).list.head(4)
    if (
        rest.str.contains(f"{COMPONENT}{COMPONENT}", literal=True).any()
        or rest.str.contains(f"^{COMPONENT}|{COMPONENT}$|^$").any()
    ):
        pieces = pieces.list.filter(pl.element() != "")
    description = _null(rest)
    if (rest.str.count_matches(COMPONENT, literal=True) > 3).any():
        described = rest.str.splitn(COMPONENT, 6).struct.field("field_4")
        description = nonempty(described)
    return pl.DataFrame(
        [
            nonempty(part.struct.field("field_0")).alias("procedure_qualifier"),
            nonempty(part.struct.field("field_1").str.to_uppercase()).alias("hcpcs"),
            pieces.fill_null(pl.Series([[]], dtype=pl.List(pl.String()))).alias("modifiers"),
            description.alias("line_description"),
        ]
    )


def _references(lines: pl.DataFrame, details: Details) -> pl.DataFrame:
    found = details.parts("REF", LINE, ("qualifier", "value", None, "payer"))
    qualifier = pl.col("qualifier")
    lines = attach(lines, "line", found.filter(qualifier == "6R"), {"value": "line_item_control_number"})
    # REF04 names another payer: then the number is not for the payer of this claim.
    own = found.filter((qualifier == "G1") & pl.col("payer").is_null())
    lines = attach(lines, "line", own, {"value": "line_prior_authorization_number"})
    return attach(lines, "line", found.filter(qualifier == "XZ"), {"value": "prescription_number"})


def _providers(lines: pl.DataFrame, details: Details) -> pl.DataFrame:
    found = details.parts("NM1", LINE, NM1).with_columns(npi().alias("npi"))
    names = {
        "82": "line_rendering_npi",
        "DK": "ordering_npi",
        "DN": "line_referring_npi",
        "77": "line_facility_npi",
    }
    for role, name in names.items():
        lines = attach(lines, "line", found.filter(pl.col("role") == role), {"npi": name})
    return lines


def _drug(lines: pl.DataFrame, details: Details, notes: Notes) -> pl.DataFrame:
    """LIN and CTP of the first 2410 loop, and how many there are."""
    lin = details.parts("LIN", LINE, (None, "qualifier", "ndc"))
    ctp = details.parts("CTP", LINE, (None, None, None, "quantity", "unit"))
    counts = lin.group_by("owner", maintain_order=True).agg(pl.len().cast(pl.Int32()).alias("count"))
    if counts.height != lin.height:
        # A CTP belongs to the LIN before it: that of a second LIN must not stand for the first.
        order = first(lin).select("owner", pl.col("segment").alias("from"))
        second = lin.filter((pl.col("owner") == pl.col("owner").shift(1)) &
                            (pl.col("owner") != pl.col("owner").shift(2)).fill_null(value=True))  # fmt: skip
        until = second.select("owner", pl.col("segment").alias("until"))
        ctp = ctp.join(order, on="owner", how="left").join(until, on="owner", how="left")
        ctp = ctp.filter(pl.col("until").is_null() | (pl.col("segment") < pl.col("until"))).sort("segment")
    quantity = number(ctp["quantity"], QUANTITY)
    bad = quantity.is_null() & ctp["quantity"].is_not_null()
    if bad.any():
        own = lines.select(pl.col("line").alias("owner"), "transaction", "claim_number")
        _bad_number(ctp.filter(bad).join(own, on="owner", how="inner"), "CTP04", notes)
    unit = nonempty(ctp["unit"].str.splitn(COMPONENT, 2).struct.field("field_0"))
    ctp = ctp.with_columns(quantity.alias("quantity"), unit.alias("unit"))
    lines = attach(lines, "line", lin, {"qualifier": "ndc_qualifier", "ndc": "ndc_as_sent"})
    lines = attach(lines, "line", ctp, {"quantity": "ndc_quantity", "unit": "ndc_unit"})
    lines = attach(lines, "line", counts, {"count": "ndc_count"})
    return lines.with_columns(pl.col("ndc_count").fill_null(0))
