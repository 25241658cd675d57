"""What can go wrong with the store, in one line, without a value of a patient or a password."""

from __future__ import annotations

from scrubjay.errors import ExitCode, ScrubjayError


class StoreError(ScrubjayError):
    """The store cannot be opened: wrong address, no permission, no such database, made by a later version."""


class StoreFailedError(ScrubjayError):
    """The store failed while in use: locked, full, gone. What was begun was undone.

    Args:
        reason: the database's words, none of them a value.
        where: the store.
    """

    exit_code = ExitCode.INTERNAL

    def __init__(self, reason: str, where: str) -> None:
        self.reason = reason
        super().__init__(
            f"the store failed ({reason}); what was begun was undone.",
            where=where,
            hint="Try again; nothing is lost or counted twice.",
        )
