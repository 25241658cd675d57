"""What tests of charts share: the extractor over the starter reference, and an audit in memory."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from scrubjay.drugs.catalog import Catalog
from scrubjay.edits.registry import all_edits
from scrubjay.policies import PolicySet
from scrubjay.records.audit import audit
from scrubjay.records.extract.rules import RuleExtractor
from scrubjay.reference import Reference
from scrubjay.testing.x12 import ClaimSpec, LineSpec, make_837

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrubjay.records.audit import Audit

NOTE = """Date of service: 06/03/2024
Patient: Doe, Jane   DOB: 02/14/1958
Dx: acute allergic urticaria (L50.0). Oral prednisone not feasible, vomiting.
Order: Solu-Medrol 80 mg IV push x1. Signed: Alan Kerr, MD 06/03/2024
10:15 Solu-Medrol 80 mg IV push, L AC, given by R. Smith, RN. Lot CX9921.
45 mg of the 125 mg single-dose vial discarded. Tolerated well, no reaction.
"""


@pytest.fixture(scope="session")
def extractor() -> RuleExtractor:
    return RuleExtractor(Catalog(Reference.starter(), date(2026, 3, 20)))


@pytest.fixture
def audited(tmp_path) -> Callable[..., Audit]:
    """Audit texts (by file name) against claims; one claim of J2919 x25 JZ unless others are given."""

    def run(charts, claims=None, **more):
        folder = tmp_path / "charts"
        folder.mkdir(exist_ok=True)
        for name, content in charts.items():
            data = content if isinstance(content, bytes) else content.encode()
            (folder / name).write_bytes(data)
        specs = claims or [
            ClaimSpec(
                "A1", lines=[LineSpec("J2919", units="25", modifiers=("JZ",)), LineSpec("96374", units="1")]
            )
        ]
        path = tmp_path / "claims.837"
        path.write_text(make_837(specs))
        settings = {
            "reference": Reference.starter(),
            "policies": PolicySet.base(),
            "as_of": date(2024, 7, 1),
            **more,
        }
        return audit([folder], [path], edits=all_edits(), **settings)

    return run


def codes(found, claim: str = "A1") -> set[str]:
    """Codes of the edits that fired on a claim."""
    keys = dict(found.claims.select("claim_key", "patient_control_number").iter_rows())
    return {
        code for key, code in found.findings.select("claim_key", "code").iter_rows() if keys[key] == claim
    }
