"""What is known of one statement of a billing guide: the frame that edits of the grain `text` judge."""

from __future__ import annotations

import polars as pl

from scrubjay.tables.columns import CODE, Column, Kind, Table

_FLAG = pl.Boolean()
_TEXT = pl.String()

STATEMENTS = Table(
    "statements",
    (
        Column("text_place", _TEXT, Kind.TEXT, "where in the guide it stands, e.g. `line 7`"),
        Column(
            "text_kind",
            CODE,
            Kind.CODE,
            "what it speaks of: `identity`, `unit`, `use`, `modifier`, `topic`, `consistency`, `liability`",
        ),
        Column("text_code", CODE, Kind.CODE, "the code that it speaks of"),
        Column("text_said", _TEXT, Kind.TEXT, "what the guide says, in few words"),
        Column("text_fact", _TEXT, Kind.TEXT, "what the reference or the rule says"),
        Column("is_text_drug_of_code", _FLAG, Kind.FLAG, "the drug that the guide gives the code is its own"),
        Column("is_text_unit_of_code", _FLAG, Kind.FLAG, "amount and qualifier are those of the code's unit"),
        Column("is_text_code_in_force", _FLAG, Kind.FLAG, "the code is in force on the day of the guide"),
        Column("is_text_of_the_past", _FLAG, Kind.FLAG, "the guide says it of an earlier time"),
        Column("text_modifier", CODE, Kind.CODE, "the modifier"),
        Column("text_line", CODE, Kind.CODE, "the kind of line that the guide puts it on"),
        Column("text_modifier_lines", pl.List(pl.String()), Kind.CODE, "the kinds of line it belongs on"),
        Column("is_text_advised_against", _FLAG, Kind.FLAG, "the guide says not to do it"),
        Column("is_text_topic_present", _FLAG, Kind.FLAG, "the guide speaks of the topic"),
        Column("is_text_contradicted", _FLAG, Kind.FLAG, "another place of the guide says otherwise"),
        Column("is_text_charged_to_patient", _FLAG, Kind.FLAG, "the guide lays the amount on the patient"),
        Column("is_text_owed_by_patient", _FLAG, Kind.FLAG, "the patient may be asked for the amount"),
    ),
)
"""One row for each statement of a guide that an edit can judge."""

STATEMENT_UNKNOWN = {
    "is_text_drug_of_code": "the reference does not hold the code, or not the drug that the guide names",
    "is_text_unit_of_code": "the reference does not say what one unit of the code stands for",
    "is_text_code_in_force": "the reference does not hold the code, so its days are not known",
    "text_modifier_lines": "the reference does not say on which lines the modifier belongs",
    "is_text_owed_by_patient": "who bears the amount depends on the group code, which the guide does not give",
}
"""What to tell a user where one of these columns is null."""
