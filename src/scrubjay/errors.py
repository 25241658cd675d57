"""The exception tree, the exit codes, and the `Problem` that bad input becomes.

An exception stops the command; a `Problem` is kept beside the work that goes on. Neither ever
carries a patient's value: messages name places (file, segment, element), not contents.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ExitCode(IntEnum):
    """What the command line returns; documented in docs/reference/exit-codes.md.

    CLEAN: nothing at or above the threshold, and every input was read whole. FINDINGS: something at or
    above it; wins over UNREADABLE. USAGE: the request cannot be understood or answered. UNREADABLE: an
    input, or a claim in it, could not be read. INTERNAL: a fault of the program or the machine; no
    result may be relied on.
    """

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    UNREADABLE = 3
    INTERNAL = 4


class ScrubjayError(Exception):
    """Base of every error that the program raises on purpose.

    Args:
        what: what happened, one sentence.
        where: file, segment, element or option that it happened in.
        hint: what the reader can do next.
    """

    exit_code: ExitCode = ExitCode.USAGE

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        self.what = what
        self.where = where
        self.hint = hint
        super().__init__(self.one_line())

    def one_line(self) -> str:
        """Place, event and next step in one line."""
        line = f"{self.where}: {self.what}" if self.where else self.what
        return f"{line} {self.hint}" if self.hint else line


class UsageError(ScrubjayError):
    """The request itself cannot be understood: an option, a date, a dose without a unit."""


class UnreadableInputError(ScrubjayError):
    """A file cannot be read at all: missing, a folder, binary, empty, too large a segment."""

    exit_code = ExitCode.UNREADABLE


class ReferenceDataError(ScrubjayError):
    """A reference edition or the starter set is broken or missing."""


class PolicyError(ScrubjayError):
    """A payer policy file breaks its schema; `where` names file and line."""


class WaiverError(ScrubjayError):
    """A waiver file is not in the form; `where` names file and line."""


class SettingsError(ScrubjayError):
    """A settings file (scrubjay.toml) is not in the form; `where` names file and, if known, line."""


class EditDefinitionError(ScrubjayError):
    """An edit breaks its contract (duplicate code, unknown column, no citation)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input, with its place and the next step.

    Attributes:
        kind: a stable, hyphenated name that scripts may match, e.g. `truncated-interchange`.
        message: what happened, without any value of a patient.
        hint: what to do next.
        file: path as the user gave it.
        transaction: ST02 control number, or null before the first transaction.
        segment: 1-based segment number in the file, or null.
        element: element such as `SV104`, or null.
        byte_offset: offset in the file where no segment number exists.
        claim: 1-based position of the claim in the file, or null.
        is_fatal: nothing of the file could be used.
    """

    kind: str
    message: str
    hint: str
    file: str | None = None
    transaction: str | None = None
    segment: int | None = None
    element: str | None = None
    byte_offset: int | None = None
    claim: int | None = None
    is_fatal: bool = False

    def place(self) -> str:
        """The place in the reader's words, e.g. `a.837, transaction 0001, segment 12 (SV104)`."""
        parts = [self.file or "input"]
        if self.transaction is not None:
            parts.append(f"transaction {self.transaction}")
        if self.segment is not None:
            parts.append(f"segment {self.segment}")
        if self.byte_offset is not None:
            parts.append(f"byte {self.byte_offset}")
        if self.claim is not None:
            parts.append(f"claim {self.claim}")
        place = ", ".join(parts)
        return f"{place} ({self.element})" if self.element else place

    def one_line(self) -> str:
        """Place, event and next step in one line."""
        return f"{self.place()}: {self.message} {self.hint}".strip()


_FORM_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is no key here",
    "string_type": "must be a text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must hold keys with values",
    "model_type": "must hold keys with values",
    "model_attributes_type": "must hold keys with values",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
}


def form_words(error: Mapping[str, Any]) -> str:
    """What is wrong with a value of a settings, waiver or policy file, in plain words.

    Args:
        error: one of the errors of a pydantic `ValidationError`: `type`, `msg`, `ctx`. An error of our own keeps its
            words.
    """
    context: Mapping[str, Any] = error.get("ctx") or {}
    match error["type"]:
        case "literal_error" | "enum":
            return f"must be {context.get('expected')}".replace("'", "")
        case "greater_than_equal":
            return f"must be {context.get('ge')} or more"
        case "less_than_equal":
            return f"must be {context.get('le')} or less"
        case "greater_than":
            return f"must be more than {context.get('gt')}"
        case "string_pattern_mismatch":
            return f"is not written in the form {context.get('pattern')}"
        case kind:
            return _FORM_WORDS.get(kind, str(error["msg"]))


def all_faults(faults: Sequence[tuple[int | None, str]]) -> str:
    """Every fault of a file in one sentence; the line of the first is the error's own place.

    Args:
        faults: line, where known, and words of each, in order.
    """
    first, *others = faults
    more = [f"line {line}, {words}" if line else words for line, words in others]
    return "; ".join((first[1], *more)) + "."


def with_article(name: str) -> str:
    """A transaction set as it is spoken: an 835, a 278."""
    return f"{'an' if name.startswith('8') else 'a'} {name}"


def reading_reason(error: OSError) -> str:
    """Why a file cannot be read, in a few words; polars raises without saying so."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    return error.strerror or "the system refused"
