from __future__ import annotations

import io
import logging

import polars as pl
import pytest

from scrubjay import phi

CANARIES = [
    "1EG4TE5MK73",
    "123-45-6789",
    "19580214",
    "1958-02-14",
    "555-123-4567",
    "jane@example.org",
    "987654321",
]


def _logged(write) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(phi.LogFilter())
    logger = logging.getLogger("scrubjay.test_phi")
    logger.handlers, logger.propagate = [handler], False
    write(logger)
    return stream.getvalue()


@pytest.mark.parametrize("value", CANARIES)
def test_shapes_of_identifiers_are_redacted(value):
    assert value not in phi.redact(f"the value {value} was read")


def test_named_identifiers_are_redacted_whatever_their_shape():
    text = phi.redact("{'member_id': 'XYZ', 'hcpcs': 'J2919', patient_last_name=Doe, units=25}")
    assert "XYZ" not in text
    assert "Doe" not in text
    assert "J2919" in text
    assert "units=25" in text


def test_segments_are_redacted():
    assert phi.redact("bad NM1*IL*1*DOE*JANE****MI*X~ here") == f"bad {phi.REDACTED}~ here"


def test_codes_and_small_numbers_stay():
    assert phi.redact("J2919 x 25, CARC 16, line 12") == "J2919 x 25, CARC 16, line 12"


@pytest.mark.parametrize("value", CANARIES)
def test_filter_redacts_arguments_of_a_record(value):
    assert value not in _logged(lambda log: log.error("claim %s", value))


def test_filter_shows_no_frame():
    frame = pl.DataFrame({"member_id": ["SECRETMEMBER"]})
    assert _logged(lambda log: log.error("frame %s", frame)) == "frame <DataFrame>\n"


def test_filter_shows_where_an_exception_was_raised_but_not_its_message():
    def write(log):
        try:
            int("JANE DOE")
        except ValueError:
            log.exception("failed")

    text = _logged(write)
    assert "ValueError" in text
    assert "JANE" not in text


def test_filter_redacts_extra_fields():
    record = logging.makeLogRecord({"msg": "x", "member_id": "ABC", "note": "1EG4TE5MK73", "count": 3})
    phi.LogFilter().filter(record)
    assert (record.member_id, record.note, record.count) == (phi.REDACTED, phi.REDACTED, 3)


def test_filter_takes_a_mapping_of_arguments():
    assert (
        _logged(lambda log: log.error("%(member_id)s %(n)d", {"member_id": "ABC", "n": 2}))
        == f"{phi.REDACTED} 2\n"
    )


def test_filter_survives_a_wrong_format():
    assert "broken" in _logged(lambda log: log.error("broken %d", "x"))


def test_text_of_a_file_cannot_steer_a_terminal():
    assert phi.clean("A\x1b[31mB\n\u202eC") == "A [31mB  C"
    assert phi.control_number("\x1b") == "(no number)"
    assert phi.control_number(None) == "(no number)"


def test_every_identifier_column_is_known():
    assert {"member_id", "patient_birth_date", "patient_control_number"} <= phi.IDENTIFIERS
    assert phi.REPORTABLE < phi.IDENTIFIERS
