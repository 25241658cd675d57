"""The reference sets: names, keys, columns. Every row is one dated, cited fact.

Each set carries, after its own columns, the same eight:

- `effective_from`, `effective_to`: valid for dates of service in [from, to); null `to` is open,
  null `from` means since before anything we hold.
- `known_from`: the day the edition was published; a run `as_of` an earlier day does not see the row.
- `source`, `edition`: which official file or page and which release of it.
- `confidence`: A, B, C or D of shared/domain.md; C and D are shown to the user as unverified.
- `citation`: what a reader can look up.
- `note`: a conflict between sources or another remark, or null.

A set that covers a period only partly says so in `editions.csv` (`covers_from`, `covers_to`), so that
an absent row can be told apart from a period nobody loaded.
"""

from __future__ import annotations

from scrubjay.reference.set_columns import PROVENANCE, ReferenceSet
from scrubjay.reference.sets_codes import SETS_CODES
from scrubjay.reference.sets_coverage import SETS_COVERAGE
from scrubjay.reference.sets_payment import SETS_PAYMENT

__all__ = ["PROVENANCE", "SETS", "ReferenceSet"]

SETS: dict[str, ReferenceSet] = {s.name: s for s in (*SETS_CODES, *SETS_PAYMENT, *SETS_COVERAGE)}
"""Every set by name."""
