"""One request on its way: what was asked, where facts stand, and the steps and warnings so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from scrubjay.drugs.answers import AnswerWarning, RefusedError, Step
from scrubjay.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from scrubjay.drugs.answers import UnitsRequest
    from scrubjay.drugs.catalog import Catalog
    from scrubjay.drugs.waste import DiscardRule

_T = TypeVar("_T")


@dataclass(slots=True)
class Job:
    """A units request being worked out; steps and warnings stand in the order in which they arose."""

    request: UnitsRequest
    catalog: Catalog
    rule: DiscardRule
    steps: list[Step] = field(default_factory=list[Step])
    warnings: list[AnswerWarning] = field(default_factory=list[AnswerWarning])

    @property
    def on(self) -> date:
        """The date of service."""
        return self.request.on

    def say(
        self, text: str, formula: str | None = None, value: str | None = None, source: str | None = None
    ) -> None:
        """Note a step."""
        self.steps.append(Step(text, formula, value, source))

    def warn(self, edit: str, message: str) -> None:
        """Note a warning under the name of an edit."""
        self.warnings.append(AnswerWarning(edit, message))


def read(parse: Callable[[str], _T], text: str, missing: str) -> _T:
    """Parse a stated value; what cannot be read refuses the request and names what is missing.

    Raises:
        RefusedError: the parser refused the text.
    """
    try:
        return parse(text)
    except UsageError as error:
        raise RefusedError(error.one_line(), missing) from error
