"""The chart as columns: what a note, flowsheet, administration record or FHIR resource states.

One row per statement of one fact. A row from text has the exact span that it was read from: `quote` is
`text[start:end]` of the document, always. A row from a structured source (a FHIR resource, a row of a
table) has no span; its `place` names the element, and its quote is the value as written there.
"""

from __future__ import annotations

import polars as pl

from scrubjay.tables.columns import CODE, DATE, QUANTITY, Column, Kind, Table

_STRINGS = pl.List(pl.String())

EVENT_KINDS: dict[str, str] = {
    "order": "a drug that was ordered",
    "administration": "a drug that was given",
    "refusal": "a drug that was ordered and not given: held, declined, cancelled",
    "dose": "an amount ordered or given, by the row's act",
    "dose_per_kg": "an amount per kg or per square metre of body",
    "volume": "a volume ordered or given",
    "strength": "an amount per mL",
    "waste": "an amount thrown away; zero where the text says that nothing was left",
    "vial": "labelled content of a container that was opened",
    "vial_count": "how many such containers",
    "container": "`single-dose` or `multi-dose`",
    "route": "iv, im, sc, ia and so on",
    "site": "where on the body, or which access",
    "time": "a time of day",
    "start": "when an infusion began",
    "stop": "when it ended",
    "performer": "who gave it",
    "lot": "lot or batch number",
    "ndc": "NDC as written",
    "weight": "body weight",
    "diagnosis": "a diagnosis, symptom treated or ICD-10-CM code",
    "rationale": "why this drug",
    "prior_treatment": "a treatment tried before, and how it went",
    "contraindication": "why another treatment or route cannot be used",
    "response": "how the patient took it",
    "monitoring": "that somebody watched",
    "consent": "consent",
    "signature": "a signature; the value is the credential, empty where none stands with it",
    "visit": "work of a visit: `history`, `exam`, `decision`, or `injection_only`",
    "pointer": "the text sends the reader to a record that is kept elsewhere",
}
"""Kinds of events, with what each means."""

CHART_EVENTS = Table(
    "chart_events",
    (
        Column("chart_key", pl.Int64(), Kind.KEY, "running number of the file in the run"),
        Column("document_key", pl.Int64(), Kind.KEY, "running number of the document in the run"),
        Column("statement", pl.Int32(), Kind.KEY, "number of the sentence, row or resource in the document"),
        Column("kind", CODE, Kind.CODE, "one of EVENT_KINDS"),
        Column(
            "act", CODE, Kind.CODE, "`order`, `given`, `history`, or null where the statement is none of them"
        ),
        Column("drugs", _STRINGS, Kind.CODE, "normal names that the drug may be; [] where none is named"),
        Column("date", DATE, Kind.DATE, "day that the statement speaks of; null if unknown"),
        Column("value", pl.String(), Kind.TEXT, "the value in normal form"),
        Column("quantity", QUANTITY, Kind.QUANTITY, "the number, of amounts"),
        Column("unit", CODE, Kind.CODE, "its unit: mg, mcg, g, units, IU, mL, kg, lb, min"),
        Column("is_negated", pl.Boolean(), Kind.FLAG, "the text denies it"),
        Column("is_historical", pl.Boolean(), Kind.FLAG, "of another time than the visit"),
        Column("section", CODE, Kind.CODE, "section of the note, e.g. `plan`"),
        Column("place", CODE, Kind.CODE, "element of a structured source; null for text"),
        Column("start", pl.Int64(), Kind.COUNT, "first character of the span in the document's text"),
        Column("end", pl.Int64(), Kind.COUNT, "one past its last character"),
        Column("quote", pl.String(), Kind.IDENTIFIER, "the words themselves, exactly"),
        Column(
            "extractor", CODE, Kind.CODE, "what read it: `rules`, `fhir`, `table`, or a plugged-in reader"
        ),
    ),
)
"""What charts state; quotes are protected health information."""

CHART_DOCUMENTS = Table(
    "chart_documents",
    (
        Column("document_key", pl.Int64(), Kind.KEY, "running number of the document in the run"),
        Column("chart_key", pl.Int64(), Kind.KEY, "running number of its file in the run"),
        Column("file", pl.String(), Kind.TEXT, "path as the user gave it"),
        Column("place", CODE, Kind.CODE, "element of the file, e.g. `entry 3 DocumentReference`"),
        Column("form", CODE, Kind.CODE, "text, pdf, fhir or table"),
        Column("service_date", DATE, Kind.DATE, "day that its head names; null if none"),
        Column("record_number", CODE, Kind.IDENTIFIER, "medical record number that it states"),
        Column("control_number", CODE, Kind.IDENTIFIER, "account (patient control) number that it states"),
        Column("patient_last_name", CODE, Kind.IDENTIFIER, "as stated"),
        Column("patient_first_name", CODE, Kind.IDENTIFIER, "as stated"),
        Column("patient_birth_date", DATE, Kind.IDENTIFIER, "as stated"),
        Column("text", pl.String(), Kind.IDENTIFIER, "the whole text, which spans count in"),
    ),
)
"""The documents of a run."""
