"""Acknowledgements of a batch: TA1, 999 and 997, 277CA."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.intake.x12.frames import attach
from scrubjay.intake.x12.maps import COMPONENT
from scrubjay.intake.x12.remit.claims import bad_number
from scrubjay.intake.x12.remit.maps import ANSWER, CODE, FAULT, LEVEL, LEVEL_LINE
from scrubjay.intake.x12.values import Notes, components, day, elements, number
from scrubjay.tables.columns import MONEY, QUANTITY

if TYPE_CHECKING:
    from scrubjay.intake.x12.frames import Details
    from scrubjay.intake.x12.remit.batches import AnswerBatch

_ACCEPTED = ("A", "E")
_LEVELS = {"20": "source", "21": "receiver", "19": "provider", "PT": "claim"}


def build_acknowledgments(batch: AnswerBatch, notes: Notes) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Interchanges and transaction sets that were answered, and the parts of group answers.

    Returns:
        First a row per TA1 and per AK2 with its IK5 or AK5, in file order, with `answer` (running number of an
        AK2, null for a TA1), `set_number` and, where AK1 is in the batch, the group's number; then a row per AK1
        and per AK9 with `set_number`, to be merged by set.
    """
    found = batch.sections.filter(pl.col("is_in_set") | (pl.col("code") == CODE["TA1"]))
    found = _with_place(batch, found)
    groups = _groups(found, notes)
    ak1 = groups.filter(pl.col("answered_control_number").is_not_null()).unique("set_number", keep="first")
    sets = _sets(found, notes).join(
        ak1.select("set_number", pl.col("answered_control_number").alias("answered_group_control_number")),
        on="set_number", how="left", maintain_order="left",
    )  # fmt: skip
    return pl.concat([_interchanges(found, notes), sets], how="diagonal").sort("segment"), groups


def build_errors(batch: AnswerBatch, details: Details) -> pl.DataFrame:
    """A row per IK4 (AK4), and per IK3 (AK3) without one, with `answer`: what was wrong and where."""
    segments = batch.sections.filter((pl.col("area") == FAULT) & pl.col("is_in_set"))
    fields = elements(segments["raw"], 4)
    at = fields[2].str.to_integer(strict=False, dtype=pl.Int64())
    found = segments.select("fault", "answer", "segment", "set_number").with_columns(
        fields[1].alias("faulty_segment"), at.alias("faulty_segment_number"), fields[3].alias("loop"),
        fields[4].alias("segment_error_code"),
    )  # fmt: skip
    context = details.parts("CTX", FAULT, ("unit",))
    unit, value = components(context["unit"], 2)
    context = context.with_columns(unit.alias("unit"), value.alias("value")).drop_nulls("value")
    found = attach(found, "fault", context, {"unit": "business_unit", "value": "business_unit_value"})
    names = ("faulty_element", "element_reference", "element_error_code", "faulty_value")
    own = pl.concat([details.parts(tag, FAULT, names) for tag in ("IK4", "AK4")]).sort("segment")
    own = own.rename({"segment": "element_segment"})
    found = found.join(own, left_on="fault", right_on="owner", how="left", maintain_order="left")
    found = found.with_columns(
        pl.coalesce("element_segment", "segment").alias("segment"),
        pl.col("faulty_element").str.replace_all(COMPONENT, ":", literal=True),
    )
    return _with_place(batch, found).drop("fault", "element_segment")


def build_statuses(batch: AnswerBatch, details: Details, notes: Notes) -> tuple[pl.DataFrame, pl.DataFrame]:
    """277CA: a row per level that was answered, and a row per status code of a level or of its lines.

    Returns:
        Levels with `level_number`; status codes with `level_number`.
    """
    kinds = [t.what.kind == "277CA" for t in batch.transactions]
    levels = batch.sections.filter((pl.col("code") == CODE["HL"]) & pl.col("is_in_set"))
    levels = levels.filter(batch.of_sets(list(kinds), pl.Boolean(), levels["set_number"]))
    kind = elements(levels["raw"], 3)[3].replace_strict(_LEVELS, default=None, return_dtype=pl.String())
    levels = _with_place(batch, levels.select(pl.col("level").alias("level_number"), "segment", "set_number"))
    levels = levels.with_columns(kind.alias("level"))
    trace = details.parts("TRN", LEVEL, (None, "trace"))
    levels = attach(levels, "level_number", trace, {"trace": "trace"})
    is_claim = pl.col("level") == "claim"
    levels = levels.with_columns(
        pl.when(is_claim).then("trace").alias("patient_control_number"),
        pl.when(~is_claim).then("trace").alias("batch_trace_number"),
    )
    references = details.parts("REF", LEVEL, ("qualifier", "value"))
    for qualifier, name in (
        ("1K", "payer_claim_control_number"), ("D9", "clearinghouse_trace_number"), ("BLT", "type_of_bill_code"),
    ):  # fmt: skip
        levels = attach(
            levels, "level_number", references.filter(pl.col("qualifier") == qualifier), {"value": name}
        )
    levels = _service_days(levels, details, notes)
    counts = details.parts("QTY", LEVEL, ("qualifier", "text"))
    counts = counts.with_columns(number(counts["text"], QUANTITY).alias("count"))
    for qualifiers, name in ((("90", "QA"), "accepted_count"), (("AA", "QC"), "rejected_count")):
        some = counts.filter(pl.col("qualifier").is_in(qualifiers))
        levels = attach(levels, "level_number", some, {"count": name})
    statuses = details.parts("STC", LEVEL, (None, "day", "action", "charge"))
    charge = number(statuses["charge"], MONEY)
    bad_number(statuses.filter(charge.is_null() & statuses["charge"].is_not_null()), "STC04", notes)
    statuses = statuses.with_columns(day(statuses["day"]).alias("day"), charge.alias("charge"))
    names = {"day": "status_date", "action": "action_code", "charge": "charge_amount"}
    levels = attach(levels, "level_number", statuses, names)
    action = pl.col("action_code")
    accepted = pl.when(action == "WQ").then(pl.lit(value=True)).when(action == "U").then(pl.lit(value=False))
    levels = levels.with_columns(accepted.alias("is_accepted"))
    said = details.of("STC", LEVEL)["owner"]
    # A level above the claims without a status of its own says nothing.
    levels = levels.filter(is_claim | pl.col("level_number").is_in(said.implode()))
    return levels, _status_codes(batch, details, levels)


def _status_codes(batch: AnswerBatch, details: Details, levels: pl.DataFrame) -> pl.DataFrame:
    own = _codes(details.of("STC", LEVEL)).rename({"owner": "level_number"})
    own = own.with_columns(pl.lit(value=False).alias("is_line"))
    lines = batch.sections.filter(pl.col("area") == LEVEL_LINE).select(
        pl.col("level_line").alias("owner"), pl.col("level").alias("level_number"), pl.col("raw")
    )
    _, code = components(elements(lines["raw"], 1)[1], 2)
    lines = lines.drop("raw").with_columns(code.str.to_uppercase().alias("hcpcs"))
    numbers = details.parts("REF", LEVEL_LINE, ("qualifier", "value")).filter(pl.col("qualifier") == "FJ")
    lines = attach(lines, "owner", numbers, {"value": "line_item_control_number"})
    of_lines = _codes(details.of("STC", LEVEL_LINE)).join(
        lines, on="owner", how="inner", maintain_order="left"
    )
    of_lines = of_lines.drop("owner").with_columns(pl.lit(value=True).alias("is_line"))
    every = pl.concat([own, of_lines], how="diagonal")
    place = levels.select("level_number", "transaction", "file_set")
    return every.join(place, on="level_number", how="inner", maintain_order="left").sort("segment", "order")


def _codes(found: pl.DataFrame) -> pl.DataFrame:
    """A row per composite of each STC: owner, segment, order, category, status, entity, action."""
    fields = elements(found["raw"], 11)
    rows: list[pl.DataFrame] = []
    for order, at in enumerate((1, 10, 11)):
        category, status, entity = components(fields[at], 3)
        rows.append(found.select("owner", "segment", pl.lit(order, dtype=pl.Int8()).alias("order"),
                                 category.alias("status_category_code"), status.alias("status_code"),
                                 entity.alias("entity_code"), fields[3].alias("action_code"))
                    .filter(category.is_not_null()))  # fmt: skip
    return pl.concat(rows)


def _service_days(levels: pl.DataFrame, details: Details, notes: Notes) -> pl.DataFrame:
    found = details.parts("DTP", LEVEL, ("qualifier", None, "value")).filter(pl.col("qualifier") == "472")
    ends = found["value"].str.splitn("-", 2).struct
    first, last = day(ends.field("field_0")), day(ends.field("field_1").fill_null(ends.field("field_0")))
    notes.add("bad-date", "A date is missing or is no date; it was left empty.", "Ask the sender for eight digits.",
              found.filter(first.is_null() | last.is_null()), element="DTP03")  # fmt: skip
    found = found.with_columns(first.alias("first"), last.alias("last"))
    return attach(levels, "level_number", found, {"first": "service_date_from", "last": "service_date_to"})


def _interchanges(found: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    ta1 = found.filter(pl.col("code") == CODE["TA1"])
    fields = elements(ta1["raw"], 5)
    # TA102 has six digits, the century left out.
    answered = fields[2].str.to_date("%y%m%d", strict=False)
    # A TA1 stands before the sets of its interchange, so theirs may be another one.
    rows = ta1.select("segment", "set_number", "file_set").with_columns(
        pl.lit("interchange").alias("level"), fields[1].alias("answered_control_number"),
        answered.alias("answered_date"), fields[4].alias("status_code"), _listed([fields[5]]).alias("error_codes"),
    )  # fmt: skip
    return _judged(rows, notes, "TA104")


def _sets(found: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    ak2 = found.filter(pl.col("area") == ANSWER)
    fields = elements(ak2["raw"], 3)
    place = ("answer", "segment", "set_number", "file_set", "transaction", "interchange_key")
    rows = ak2.select(place).with_columns(
        pl.lit("transaction").alias("level"), fields[1].alias("answered_set"),
        fields[2].alias("answered_control_number"), fields[3].alias("answered_implementation"),
    )  # fmt: skip
    ends = found.filter(pl.col("code").is_in([CODE["IK5"], CODE["AK5"]]) & (pl.col("outer") == CODE["AK2"]))
    parts = elements(ends["raw"], 6)
    said = ends.select(pl.col("answer").alias("owner"), "segment").with_columns(
        parts[1].alias("status"), _listed(parts[2:7]).alias("errors")
    )
    rows = attach(rows, "answer", said, {"status": "status_code", "errors": "error_codes"})
    return _judged(rows.with_columns(pl.col("error_codes").fill_null([])), notes, "IK501")


def _groups(found: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    opened = found.filter(pl.col("code") == CODE["AK1"])
    fields = elements(opened["raw"], 3)
    place = ("segment", "set_number", "file_set", "transaction", "interchange_key")
    first = opened.select(place).with_columns(
        fields[1].alias("answered_set"), fields[2].alias("answered_control_number"),
        fields[3].alias("answered_implementation"),
    )  # fmt: skip
    closed = found.filter(pl.col("code") == CODE["AK9"])
    fields = elements(closed["raw"], 9)
    last = closed.select(place).with_columns(
        fields[1].alias("status_code"),
        fields[2].str.to_integer(strict=False, dtype=pl.Int64()).alias("sent_count"),
        fields[4].str.to_integer(strict=False, dtype=pl.Int64()).alias("accepted_count"),
        _listed(fields[5:10]).alias("error_codes"),
    )
    both = pl.concat([first, _judged(last, notes, "AK901")], how="diagonal")
    return both.sort("segment").with_columns(pl.lit("group").alias("level"))


def _judged(rows: pl.DataFrame, notes: Notes, element: str) -> pl.DataFrame:
    status = pl.col("status_code")
    notes.add("missing-status", "An acknowledgement does not say whether it accepts or refuses.",
              "Ask the receiver.", rows.filter(status.is_null()), element=element)  # fmt: skip
    return rows.with_columns(pl.when(status.is_not_null()).then(status.is_in(_ACCEPTED)).alias("is_accepted"))


def _listed(parts: list[pl.Series]) -> pl.Series:
    frame = pl.DataFrame([p.alias(str(i)) for i, p in enumerate(parts)])
    return frame.select(pl.concat_list(pl.all()).list.drop_nulls().alias("listed")).to_series()


def _with_place(batch: AnswerBatch, rows: pl.DataFrame) -> pl.DataFrame:
    sets = batch.transactions
    return rows.with_columns(
        batch.of_sets([t.control for t in sets], pl.String(), rows["set_number"]).alias("transaction"),
        batch.of_sets(
            ["|".join(t.interchange) if t.interchange else None for t in sets],
            pl.String(),
            rows["set_number"],
        ).alias("interchange_key"),
        (pl.col("set_number").cast(pl.Int64()) + batch.first_set).alias("file_set"),
    )
