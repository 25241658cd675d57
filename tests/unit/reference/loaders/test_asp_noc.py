"""NOC pricing and NOC crosswalk."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders import asp_noc_crosswalk, asp_noc_pricing, asp_payment_limits
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from pathlib import Path

PRICING = """,,,
Payment Allowance Limits for Medicare Part B Not Otherwise Classified (NOC) Drugs,,,
"Effective April 1, 2026 through June 30, 2026",,,
Drug Generic Name (Trade Name),Dosage,Payment Limit,Notes
Vasopressin (A),1 UNIT,"$1,002.462",new
Other,5 MG,call us,
A note that stands alone,,,
"""
CROSSWALK = """April 2026 ASP NOC NDC - HCPCS Crosswalk for Medicare Part B Drugs,,,,,,,,
"April 1, 2026 through June 30, 2026",,,,,,,,
Drug Generic Name,LABELER NAME,NDC or ALTERNATE ID,Drug Name,Dosage,PKG SIZE,PKG QTY,BILLUNITS,BILLUNITSPKG
Vasopressin (A),"A, LLC",81298-8552-03,Vasopressin,1 UNIT,100,10,20,200
Sheet,B,GG100,Sheet,1 SQ CM,1,1,1,1
"""


def source(content: str | bytes, name: str = "noc.csv") -> SourceFile:
    raw = content.encode() if isinstance(content, str) else content
    return SourceFile(name, raw[:65_536], len(raw), None, lambda: raw)


def load(loader: object, content: str | bytes, name: str = "noc.csv") -> Release:
    release = loader.LOADER.load(source(content, name))
    assert isinstance(release, Release)
    return release


def test_each_file_is_of_one_loader() -> None:
    loaders = (asp_payment_limits.LOADER, asp_noc_pricing.LOADER, asp_noc_crosswalk.LOADER)
    assert [x.recognises(source(PRICING)) for x in loaders] == [False, True, False]
    assert [x.recognises(source(CROSSWALK)) for x in loaders] == [False, False, True]


def test_pricing() -> None:
    release = load(asp_noc_pricing, PRICING)
    (held,) = release.sets
    assert (release.edition, release.rows) == ("2026-04", 2)
    assert held.frame.schema == SETS["noc_limits"].schema
    assert held.frame.select(
        "generic_name", "dosage", "payment_limit", "limit_note", "effective_to"
    ).rows() == [
        ("Vasopressin (A)", "1 UNIT", Decimal("1002.462"), "new", date(2026, 7, 1)),
        ("Other", "5 MG", None, None, date(2026, 7, 1)),
    ]
    assert release.warnings == ("The payment limit is no number in row 6 (`call us`): left empty.",)


def test_crosswalk() -> None:
    release = load(asp_noc_crosswalk, CROSSWALK)
    frame = release.sets[0].frame
    assert frame.schema == SETS["noc_ndcs"].schema
    assert frame.select("ndc", "generic_name", "labeler", "package_quantity", "units_per_item").rows() == [
        ("81298855203", "Vasopressin (A)", "A, LLC", Decimal(10), Decimal(20))
    ]
    assert release.rows == 2
    assert "row 5 (`GG100`)" in release.warnings[0]


@pytest.mark.parametrize(
    ("loader", "text", "what"),
    [
        (asp_noc_pricing, PRICING.replace("June 30", "June 29"), "does not say which quarter"),
        (asp_noc_pricing, PRICING[: PRICING.index("Vaso")], "holds no drug"),
        (asp_noc_crosswalk, CROSSWALK.replace("June 30", "June 29"), "does not say which quarter"),
        (asp_noc_crosswalk, CROSSWALK[: CROSSWALK.index("Vaso")], "holds no NDC"),
    ],
)
def test_a_broken_file_is_one_line(loader: object, text: str, what: str) -> None:
    with pytest.raises(ReferenceDataError, match=what):
        load(loader, text)


@pytest.mark.shared
def test_the_real_files(shared: Path) -> None:
    path = shared / "data/asp/asp_noc_pricing_2025-10.csv"
    release = load(asp_noc_pricing, path.read_bytes(), str(path))
    assert (release.edition, release.rows) == ("2025-10", 1)
    assert release.sets[0].frame.select("generic_name", "dosage", "payment_limit").rows() == [
        ("Vasopressin (Long Grove)", "1 UNIT", Decimal("2.462"))
    ]
    path = shared / "data/asp/asp_noc_crosswalk_2025-10.csv"
    release = load(asp_noc_crosswalk, path.read_bytes(), str(path))
    assert (release.edition, release.rows) == ("2025-10", 2)
    assert release.sets[0].frame["ndc"].to_list() == ["81298855203", "81298855403"]
