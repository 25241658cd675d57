"""What `explain` says of an edit's cases."""

from __future__ import annotations

from scrubjay.reports.explain import USUAL_CODE
from scrubjay.testing.claim_specs import LineSpec


def test_a_line_of_a_case_without_a_code_bills_the_usual_one():
    assert LineSpec().hcpcs == USUAL_CODE
