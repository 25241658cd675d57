"""How the names of NCCI files tell programme and setting; their content does not always."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.named_period import setting_in, short_name

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import SourceFile

SETTINGS = {
    "dme": r"(?<![a-z])dme",
    "outpatient_hospital": r"ccioph|hospital|outpatient|(?<![a-z])o(?:ut|ph)(?![a-z])",
    "practitioner": r"ccipra|practitioner|(?<![a-z])(?:prac?|phys)(?![a-z])",
}
"""Setting by pattern of the name; `ccipra` and `ccioph` are CMS's own names of the pair files."""
PROGRAMS = {"medicaid": r"medicaid|(?<![a-z])mcd(?![a-z])", "medicare": r"medicare|(?<![a-z])mcr(?![a-z])"}
MEDICAID = "medicaid"


def setting_of(file: SourceFile, *content: str, source: str) -> str:
    """The setting: by the content where that says it, else by the name.

    Raises:
        ReferenceDataError: neither says it.
    """
    found = setting_in((*content, short_name(file)), SETTINGS)
    if found is None:
        raise ReferenceDataError(
            f"does not say which services the {source} is for, and neither does its name.",
            where=file.name,
            hint="Give it a name with `practitioner`, `hospital` or `dme`.",
        )
    return found


def program_of(file: SourceFile, *content: str) -> str | None:
    """`medicare` or `medicaid`, or null where neither content nor name says."""
    return setting_in((*content, short_name(file)), PROGRAMS)
