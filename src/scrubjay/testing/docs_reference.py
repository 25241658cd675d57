"""The pages of docs/reference: facts, tables, reference sets, policies, exit codes."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

import scrubjay.errors
from scrubjay.errors import ExitCode, ScrubjayError
from scrubjay.facts import all_groups
from scrubjay.facts.parameters import PARAMETERS
from scrubjay.policies import PolicySet
from scrubjay.reference import Reference
from scrubjay.reference.sets import PROVENANCE, SETS
from scrubjay.tables import (
    ADJUSTMENTS,
    CHART_DOCUMENTS,
    CHART_EVENTS,
    CHART_LINES,
    CLAIMS,
    COVERAGE,
    FINDINGS,
    LINES,
    NOT_EVALUATED,
    OTHER_PAYERS,
    Kind,
    Table,
)
from scrubjay.tables.acknowledgments import (
    ACKNOWLEDGMENT_ERRORS,
    ACKNOWLEDGMENTS,
    CLAIM_STATUSES,
    STATUS_CODES,
)
from scrubjay.tables.matching import CANDIDATES, LINE_LINKS
from scrubjay.tables.recovery import ANSWERED_LINES, DECISIONS
from scrubjay.tables.remits import (
    PROVIDER_ADJUSTMENTS,
    REMIT_ADJUSTMENTS,
    REMIT_CLAIMS,
    REMIT_FINDINGS,
    REMIT_LINES,
    REMIT_REMARKS,
    REMIT_TRANSACTIONS,
)
from scrubjay.testing.docs_edits import CONFIDENCE
from scrubjay.testing.docs_store import store_page
from scrubjay.testing.markdown import page, table, type_words, value_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrubjay.facts import FactGroup
    from scrubjay.policies.model import DatedValue

_TABLES: tuple[tuple[Table, str], ...] = (
    (CLAIMS, "One row for each claim (CLM)."),
    (LINES, "One row for each service line (LX)."),
    (OTHER_PAYERS, "One row for each other payer (2320)."),
    (ADJUSTMENTS, "One row for each reason of another payer's adjustment (CAS)."),
    (FINDINGS, "One row for each edit that fires."),
    (NOT_EVALUATED, "One row for each verdict that could not be given."),
    (COVERAGE, "One row for each claim: how much of what applies was judged."),
    (REMIT_TRANSACTIONS, "One row for each payment (ST to SE of an 835)."),
    (REMIT_CLAIMS, "One row for each answered claim (CLP)."),
    (REMIT_LINES, "One row for each answered line (SVC)."),
    (REMIT_ADJUSTMENTS, "One row for each reason of a CAS."),
    (REMIT_REMARKS, "One row for each remark (LQ, MIA, MOA)."),
    (PROVIDER_ADJUSTMENTS, "One row for each reason of a PLB."),
    (REMIT_FINDINGS, "One row for each fault of a remittance's groups, reasons and remarks."),
    (ACKNOWLEDGMENTS, "One row for each interchange, group or transaction set that was acknowledged."),
    (ACKNOWLEDGMENT_ERRORS, "One row for each error in an acknowledgement."),
    (CLAIM_STATUSES, "One row for each level of a 277CA."),
    (STATUS_CODES, "One row for each status of a 277CA."),
    (ANSWERED_LINES, "One row for each answered line, beside the line that was sent."),
    (LINE_LINKS, "One row for each pair of an answered line and a line that was sent."),
    (CANDIDATES, "One row for each claim that an answer might be about."),
    (DECISIONS, "One row for each answered line: what it means and what to do."),
    (CHART_DOCUMENTS, "One row for each document of a chart (`scrubjay audit`)."),
    (CHART_EVENTS, "One row for each thing that a chart states, with where it is stated."),
    (CHART_LINES, "One row for each service line: what its chart holds. Edits of charts read it."),
)

_EXIT_CODES = {
    ExitCode.CLEAN: "nothing at or above the threshold (`--fail-on`), and every input was read whole",
    ExitCode.FINDINGS: "at least one finding at or above the threshold; wins over 3",
    ExitCode.USAGE: "the request cannot be understood or answered: an option, a date, a policy, an unknown code",
    ExitCode.UNREADABLE: "an input, or a claim in it, could not be read",
    ExitCode.INTERNAL: "a fault of the program or the machine; no result may be relied on",
}

_POLICY_FORM = """A policy is a YAML file. `--policy FILE` adds one before those that ship; without `match` it governs
every claim of the run. Values cover dates of service from `from` up to, not including, `to`; a null value
says that nothing is known on those days, whatever the policy extends.

```yaml
id: my-plan                      # lower case, hyphens
name: My plan
extends: commercial              # what it does not set holds as there
reviewed_on: 2026-11-23
match:                           # any of these; every list given must hold the claim's value
  - payer_ids: ["12345"]         # also claim_filing_codes, payer_name_patterns, claim_kinds
parameters:
  requires_ndc:
    - value: true
      from: 2026-01-01           # `to` is optional too
      reason: Provider manual, chapter 7.
      citation: {source: MY-PLAN-MANUAL, text: "An NDC on every drug line.", confidence: B}
```

[policies-howto.md](../policies-howto.md) shows coverage rules, criteria and tests, and how to check a file;
[policy.schema.json](policy.schema.json) lets an editor complete it."""


def _sentence(text: str) -> str:
    return " ".join(text.split())


def _module(group: FactGroup) -> str:
    return group.compute.__module__.rpartition(".")[2]


def facts_page() -> str:
    """Every derived column: grain, type, meaning, and what is said where it is unknown."""
    parts = [
        (
            "Derived columns that edits compare, beside the [base columns](tables.md). A column of lines may be read by edits "
            "that judge lines; a column of claims by all. Null means unknown unless the last column is empty; an edit that "
            "needs an unknown column answers *not evaluated* and says what is written there."
        ),
    ]
    ordered = sorted(all_groups(), key=lambda g: (_module(g), all_groups().index(g)))
    for module, groups in groupby(ordered, key=_module):
        rows = [
            (f"`{fact.name}`", group.grain, type_words(fact.dtype), fact.about, fact.missing)
            for group in groups
            for fact in group.gives
        ]
        title = module.replace("_", " ").capitalize()
        parts += [f"## {title}", table(("Fact", "Of", "Type", "Meaning", "Where it is unknown"), rows)]
    return page("Facts", *parts)


def tables_page() -> str:
    """The canonical tables."""
    parts = [
        (
            "Null means unknown or not sent. Columns marked *identifier* are protected health information: they are matched "
            "on, and never printed in a message or log."
        ),
    ]
    for declared, about in _TABLES:
        rows = [
            (
                f"`{c.name}`",
                type_words(c.dtype),
                "**identifier**" if c.kind is Kind.IDENTIFIER else str(c.kind),
                c.about,
            )
            for c in declared
        ]
        parts += [f"## {declared.name}", about, table(("Column", "Type", "Kind", "Meaning"), rows)]
    return page("Tables", *parts)


def reference_sets_page() -> str:
    """The reference sets, their columns and the editions of the starter set."""
    legend = table(("Confidence", "Source"), CONFIDENCE.items())
    provenance = {c.name for c in PROVENANCE}
    parts = [
        (
            "What is known of codes, each row dated and cited. A row is valid for dates of service from `effective_from` up "
            "to, not including, `effective_to`, and seen by runs as of `known_from` or later."
        ),
        legend,
        "## Columns of every set",
        table(
            ("Column", "Type", "Meaning"), [(f"`{c.name}`", type_words(c.dtype), c.about) for c in PROVENANCE]
        ),
    ]
    editions = Reference.starter().editions()
    for name, declared in SETS.items():
        own = [c for c in declared if c.name not in provenance]
        held = [
            (
                e.edition, e.source, e.published_on or "", e.covers_from or "", e.covers_to or "", e.rows,
                "yes" if e.is_complete else "no", e.note or "",
            )
            for e in editions
            if e.set_name == name
        ]  # fmt: skip
        keys = ", ".join(f"`{k}`" for k in declared.keys)
        parts += [
            f"## {name}",
            f"{declared.about} Looked up by {keys}.",
            table(
                ("Column", "Type", "Meaning"), [(f"`{c.name}`", type_words(c.dtype), c.about) for c in own]
            ),
            table(("Edition", "Source", "Published", "From", "Before", "Rows", "Whole", "What is held"), held)
            if held
            else "No edition ships.",
        ]
    return page("Reference sets", *parts)


def _dates(value: DatedValue) -> str:
    if value.from_ is None and value.to is None:
        return "always"
    begin = f"from {value.from_}" if value.from_ is not None else ""
    end = f"before {value.to}" if value.to is not None else ""
    return " ".join(w for w in (begin, end) if w)


def policies_page() -> str:
    """Form of a policy, its parameters, and the values of the packs that ship."""
    policies = PolicySet.base()
    parts = [
        _POLICY_FORM,
        "## Parameters",
        "A parameter that no policy sets is unknown, and the edits that need it answer *not evaluated*.",
        table(
            ("Parameter", "Type", "Meaning"),
            [(f"`{p.name}`", type_words(p.dtype), p.about) for p in PARAMETERS.values()],
        ),
    ]
    for policy in sorted(policies.policies, key=lambda p: p.id):
        match = "; ".join(
            ", ".join(f"{k.replace('_', ' ')} {value_words(v)}" for k, v in m.model_dump().items() if v)
            for m in policy.match
        )
        about = f"{policy.name}. Governs claims with {match}. Reviewed on {policy.reviewed_on}."
        if policy.aliases:
            about += f" Also called {', '.join(policy.aliases)}."
        if policy.extends:
            about += f" What it does not set holds as in `{policy.extends}`."
        rows = [
            (
                f"`{name}`", value_words(v.value), _dates(v), v.reason,
                f"{v.citation.text} ({v.citation.source}, {v.citation.confidence})",
            )
            for name, values in policy.parameters.items()
            for v in values
        ]  # fmt: skip
        parts += [
            f"## {policy.id}",
            about,
            table(("Parameter", "Value", "Dates of service", "Why", "Source"), rows),
        ]
    return page("Policies", *parts)


def _errors() -> Iterable[tuple[str, str, int]]:
    kinds = [
        e
        for e in vars(scrubjay.errors).values()
        if isinstance(e, type) and issubclass(e, ScrubjayError) and e is not ScrubjayError
    ]
    for kind in sorted(kinds, key=lambda k: (k.exit_code, k.__name__)):
        yield f"`{kind.__name__}`", _sentence((kind.__doc__ or "").split("\n\n")[0]), int(kind.exit_code)


def exit_codes_page() -> str:
    """What the command line returns."""
    return page(
        "Exit codes",
        table(("Code", "Name", "Meaning"), [(int(c), c.name, _EXIT_CODES[c]) for c in ExitCode]),
        "`scrubjay demo` returns 0 although its samples have findings. `--fail-on error` (the default), `warning` or "
        "`never` sets the threshold of `scrubjay check`.",
        "## Errors that stop a command",
        table(("Error", "When", "Exit code"), _errors()),
    )


def reference_pages() -> dict[str, str]:
    """All pages under docs/reference, by path below docs/."""
    pages = {
        "reference/facts.md": facts_page(),
        "reference/tables.md": tables_page(),
        "reference/reference-sets.md": reference_sets_page(),
        "reference/policies.md": policies_page(),
        "reference/exit-codes.md": exit_codes_page(),
        "reference/store.md": store_page(),
    }
    return {name: re.sub(r"[ \t]+\n", "\n", text) for name, text in pages.items()}
