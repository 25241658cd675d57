"""What the writer knows of the code that a guide is about; every section reads from here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from scrubjay.drugs.answers import provenance
from scrubjay.drugs.catalog import Catalog
from scrubjay.guides.knowledge import Knowledge
from scrubjay.guides.page import of

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.drugs.answers import CodeAnswer
    from scrubjay.guides.page import Source
    from scrubjay.policies import Policy, PolicySet
    from scrubjay.reference import Reference


@dataclass
class About:
    """The code, the day, and where to look.

    Attributes:
        answer: everything that the reference says of the code.
        reference: the reference.
        as_of: the day on which things are known.
        policies: of payers.
        payer: the policy that the guide is written for, or null.
    """

    answer: CodeAnswer
    reference: Reference
    as_of: date
    policies: PolicySet
    payer: Policy | None

    @property
    def code(self) -> str:
        """The code."""
        return str(self.answer.code)

    @property
    def on(self) -> date:
        """Date of service."""
        return self.answer.on

    @cached_property
    def catalog(self) -> Catalog:
        """The reference as known on the day."""
        return Catalog(self.reference, self.as_of)

    @cached_property
    def knowledge(self) -> Knowledge:
        """The reference asked about the date of service."""
        return Knowledge(self.reference, self.on, self.as_of)

    @cached_property
    def drug_row(self) -> dict[str, Any]:
        """The code's row of `drugs`, of the day or the last one; empty where none is held."""
        rows = self.catalog.history("drugs", hcpcs=self.code)
        return self.catalog.row("drugs", self.on, hcpcs=self.code) or (rows[-1] if rows else {})

    @property
    def is_unlisted(self) -> bool:
        """Whether the code is not otherwise classified."""
        return bool(self.drug_row.get("is_unlisted"))

    @property
    def drug(self) -> str:
        """The drug, else the descriptor."""
        return self.answer.drug or self.answer.descriptor or self.code

    @cached_property
    def code_source(self) -> Source:
        """Source of the code's own row."""
        return of(self.answer.sources[0])

    @cached_property
    def use_source(self) -> Source:
        """Source of brands, routes and usual doses, which no descriptor gives."""
        own = of(provenance(self.drug_row)) if self.drug_row else self.code_source
        return type(own)(
            "starter set: brands, routes, usual doses", self.drug_row.get("use_confidence") or "D", None
        )

    def fits(self, when: str | None) -> bool:
        """Whether a condition of the data files holds for the code."""
        if when is None or when == "any":
            return True
        routes = set(self.answer.routes)
        values = {
            f.values["mue_value"]
            for f in self.answer.mue
            if f.values["mue_setting"] in ("practitioner", "outpatient_hospital")
        }
        status = {str(f.values["status_indicator"]) for f in self.answer.status}
        conditions = {
            "several_routes": len(routes & {"iv", "sc", "im"}) > 1,
            "esa": self.drug_row.get("group") == "esa",
            "infusion": "iv" in routes,
            "unlisted": self.is_unlisted,
            "priced": bool(self.answer.limit_history) and values != {0},
            "ended": self.answer.is_in_force is False
            or bool(self.answer.successors or self.answer.predecessors),
            "mue": bool(values - {0}),
            "mue_zero": values == {0},
            "packaged": bool(status & {"N", "N1"}),
            "oral_not_feasible": self.answer.drug == "methylprednisolone sodium succinate",
        }
        return conditions[when]
