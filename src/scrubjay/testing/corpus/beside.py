"""What lies beside the claims of the corpus: authorizations, answers on eligibility, a plan's policy, an NDC directory.

Everything is made up: numbers, payer and NDCs. The rows that belong to single claims are added by the recipes.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from scrubjay.intake.evidence import read_authorizations, read_eligibility
from scrubjay.policies import PolicySet
from scrubjay.policies.loader import parse_policy
from scrubjay.reference.loaders import fda_ndc_packages
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.starter import Edition
from scrubjay.reference.store import EditionFrame, Reference
from scrubjay.tables import Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AUTHORIZATIONS, ELIGIBILITY, PLAN, PACKAGES = (
    "authorizations.csv",
    "eligibility.csv",
    "plan.yaml",
    "package.txt",
)
_DIRECTORY_OF = date(2025, 1, 2)

ENDED_NDC, LATER_NDC = "99999000101", "99999000201"
"""Packages whose marketing ended before the days of service, and begins after them."""

_AUTHORIZATIONS = """number,payer,code,units,from,to
PA1234,UHC01,J0585,,2024-01-01,2025-12-31
PA1234,UHC01,J0775,,2024-01-01,2025-12-31
PA-PAST,UHC01,J0585,,2024-01-01,2024-06-30
PA-OTHER,UHC01,J0775,,2024-01-01,2025-12-31
PA-FEW,UHC01,J0585,99,2024-01-01,2025-12-31
"""
_ELIGIBILITY = "member_id,status,valid_from,valid_to,patient_birth_date\n"
_PLAN = """id: corpus-plan
name: Corpus Health Plan
extends: commercial
reviewed_on: 2025-01-02
match: [{payer_ids: [CORP1]}]
diagnosis_groups:
  crohn: ["K50*"]
coverage:
  - id: infliximab
    hcpcs: [J1745]
    reason: Made up for the corpus.
    citation: {source: SCRUBJAY, text: "No payer's rule.", confidence: D}
    diagnosis: {groups: [crohn]}
"""
_PACKAGES = (
    "PRODUCTID\tPRODUCTNDC\tNDCPACKAGECODE\tPACKAGEDESCRIPTION\tSTARTMARKETINGDATE\tENDMARKETINGDATE\t"
    "NDC_EXCLUDE_FLAG\tSAMPLE_PACKAGE\r\n"
    "99999-001_a\t99999-001\t99999-001-01\t1 VIAL\t20200101\t20240630\tN\tN\r\n"
    "99999-002_b\t99999-002\t99999-002-01\t1 VIAL\t20250301\t\tN\tN\r\n"
)


def files(rows: Mapping[str, Sequence[str]]) -> dict[str, bytes]:
    """The files beside the claims, by name.

    Args:
        rows: further rows by file name, in order.
    """
    base = {AUTHORIZATIONS: _AUTHORIZATIONS, ELIGIBILITY: _ELIGIBILITY, PLAN: _PLAN, PACKAGES: _PACKAGES}
    return {
        name: (text + "".join(f"{row}\n" for row in rows.get(name, ()))).encode()
        for name, text in base.items()
    }


def known(content: Mapping[str, bytes]) -> tuple[Evidence, PolicySet, Reference]:
    """What a run knows by these files, beside the packs that ship and the starter set.

    Args:
        content: by file name, as of `files`; what is absent is not known.

    Raises:
        ValueError: a file is not sound.
    """
    with TemporaryDirectory() as folder:
        paths: dict[str, Path] = {}
        for name, data in content.items():
            paths[name] = Path(folder) / name
            paths[name].write_bytes(data)
        granted, told = (
            read_authorizations([paths[AUTHORIZATIONS]]) if AUTHORIZATIONS in paths else (None, [])
        )
        answers, more = read_eligibility([paths[ELIGIBILITY]]) if ELIGIBILITY in paths else (None, [])
    wrong = [p for report in (*told, *more) for p in report.problems if p.kind != "no-rows"]
    if wrong:
        raise ValueError(f"the corpus is not sound: {wrong[0].one_line()}")
    policies = [parse_policy(content[PLAN].decode(), PLAN)] if PLAN in content else []
    reference = Reference.starter()
    if PACKAGES in content:
        reference = _with_directory(reference, content[PACKAGES])
    return Evidence(authorizations=granted, eligibility=answers), PolicySet.base(policies), reference


def _with_directory(reference: Reference, data: bytes) -> Reference:
    release = fda_ndc_packages.LOADER.load(SourceFile(PACKAGES, data, len(data), _DIRECTORY_OF, lambda: data))
    if not isinstance(release, Release):
        raise TypeError("the corpus is not sound: its directory is no release")
    held = {name: list(frames) for name, frames in reference.frames.items()}
    for part in release.sets:
        edition = Edition(
            set_name=part.set_name, edition=release.edition, source=release.source, published_on=release.published_on,
            covers_from=part.covers_from, covers_to=part.covers_to, is_complete=part.is_complete, note=part.note,
            rows=part.frame.height, is_starter=False,
        )  # fmt: skip
        held.setdefault(part.set_name, []).append(
            EditionFrame((edition,), lambda frame=part.frame: frame, rank=1)
        )
    return Reference(held)
