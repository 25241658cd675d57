"""Which rules of a payer a finding cites: those that its edit is worked out from, and no neighbour's."""

from __future__ import annotations

import pytest

from scrubjay.edits.registry import all_edits
from scrubjay.policies.rests_on import basis_of


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("authorization-missing", ("prior_authorization",)),
        ("step-therapy-not-met", ("step_therapy",)),
        ("site-of-care-not-allowed", ("site_of_care",)),
        ("drug-not-on-this-benefit", ("channel",)),
        ("dose-above-policy-maximum", ("limits",)),
        ("frequency-exceeded", ("limits",)),
        ("diagnosis-not-covered", ("diagnosis",)),
        ("missing-ndc", ()),
    ],
)
def test_an_edit_rests_on_its_own_kind_of_rule(name: str, kinds: tuple[str, ...]):
    edit = next(e for e in all_edits() if e.name == name)
    assert basis_of(edit).kinds == kinds
