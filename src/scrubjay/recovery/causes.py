"""The cause table: reason and remark to root cause, as data (`data/causes.yaml`, `data/deciding.yaml`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import polars as pl
import yaml

_FAR = 1000
SPECIFIC, DEFAULT, GENERAL = 0, 1, 2
"""How well a row answers: by a remark of its own, by the reason alone, by a remark that says little."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way back that a row offers.

    Attributes:
        when: conditions that must all hold, by name; `not ` turns one round. Empty: always.
        remedy: code of the remedy; null where only a person can tell.
        note: what to mind, or null.
    """

    when: tuple[str, ...]
    remedy: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Cause:
    """One row of the cause table; the fields are described at the head of `data/causes.yaml`."""

    id: str
    carcs: tuple[str, ...]
    carcs_with_rarc: tuple[str, ...]
    rarcs: tuple[str, ...]
    groups: tuple[str, ...]
    name: str | None
    names_by_rarc: dict[str, str]
    about: str
    stage: str
    hardness: str | None
    choices: tuple[Choice, ...]
    until_known: str | None
    evidence: tuple[str, ...]
    confidence: str
    source: str
    is_general: bool = False
    reads_rarc: bool = False


@dataclass(frozen=True, slots=True)
class Guard:
    """A hard guard: the ways that it shuts, and the one that is left; `obeys` turns every way into that one."""

    name: str
    obeys: bool
    shuts: tuple[str, ...]
    instead: str | None
    reason: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Deciding:
    """What `data/deciding.yaml` holds."""

    stages: tuple[str, ...]
    deactivated: dict[str, Any]
    payer_classes: dict[str, str]
    remedies: dict[str, str]
    guards: tuple[Guard, ...]
    questions: dict[str, str]
    deactivated_by_code: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])


@cache
def load_data(name: str) -> Any:
    """A YAML file of `scrubjay/recovery/data`, as it stands."""
    text = (resources.files("scrubjay.recovery") / "data" / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


@cache
def deciding() -> Deciding:
    """Stages, guards, questions, remedies and deactivated codes."""
    raw = load_data("deciding")
    old = raw["deactivated"]
    return Deciding(
        tuple(raw["stages"]),
        old,
        raw["payer_classes"],
        raw["remedies"],
        tuple(
            Guard(
                name=g["name"],
                obeys=g.get("obeys", False),
                shuts=tuple(g["shuts"]),
                instead=g["instead"],
                reason=g["reason"],
                source=g["source"],
                confidence=g["confidence"],
            )
            for g in raw["guards"]
        ),
        raw["questions"],
        {entry["code"]: entry for entry in (*old["carcs"], *old["rarcs"])},
    )


@cache
def causes() -> tuple[Cause, ...]:
    """All rows, in the order of the table."""
    return tuple(_cause(row) for row in load_data("causes"))


@cache
def causes_by_id() -> dict[str, Cause]:
    """The rows by id."""
    return {c.id: c for c in causes()}


def _cause(row: dict[str, Any]) -> Cause:
    choices = tuple(Choice(tuple(c.get("if", ())), c["remedy"], c.get("note")) for c in row["choices"])
    return Cause(
        id=row["id"],
        carcs=tuple(row.get("carcs", ())),
        carcs_with_rarc=tuple(row.get("carcs_with_rarc", ())),
        rarcs=tuple(row["rarcs"]),
        groups=tuple(row["groups"]),
        name=row["cause"],
        names_by_rarc=row.get("causes_by_rarc", {}),
        about=row["about"],
        stage=row["stage"],
        hardness=row["hardness"],
        choices=choices,
        until_known=row.get("until_known", _until_known(choices)),
        evidence=tuple(row["evidence"]),
        confidence=row["confidence"],
        source=row.get("source", "SCRUBJAY"),
        is_general=row.get("is_general", False),
        reads_rarc=row.get("reads_rarc", False),
    )


def _until_known(choices: tuple[Choice, ...]) -> str | None:
    """What to propose while a condition is unknown: money is not given up for want of an answer."""
    last = choices[-1].remedy
    if last not in {"WO", "PT"}:
        return last
    return next((c.remedy for c in choices if c.remedy not in {"WO", "PT"}), last)


def _expanded(codes: tuple[str, ...], kind: str) -> dict[str, int]:
    """The codes, and the deactivated ones whose place they took with how near they are among the successors."""
    old = deciding().deactivated[kind]
    near = {
        e["code"]: min(e["now"].index(c) for c in codes if c in e["now"])
        for e in old
        if set(e["now"]) & set(codes)
    }
    return {**near, **dict.fromkeys(codes, 0)}


@cache
def candidates() -> pl.DataFrame:
    """Which rows answer to which reason and remark: `carc`, `rarc` (null: none needed), `rule_id`, `fit`, `order`."""
    rows: list[tuple[str, str | None, str, int, int]] = []
    for order, cause in enumerate(causes()):
        plain, remarked = _expanded(cause.carcs, "carcs"), _expanded(cause.carcs_with_rarc, "carcs")
        fit = GENERAL if cause.is_general else SPECIFIC
        rows += [(carc, None, cause.id, DEFAULT, order + _FAR * far) for carc, far in plain.items()]
        rows += [
            (carc, rarc, cause.id, fit, order + _FAR * far)
            for carc, far in (*plain.items(), *remarked.items())
            for rarc in _expanded(cause.rarcs, "rarcs")
        ]
    return _candidate_frame(rows)


@cache
def candidates_by_rarc() -> pl.DataFrame:
    """The same for a reason that says nothing itself (A1): the rows that a remark alone points to.

    A row in which the remark is the point (those of reason 16) goes before others; a remark that stands in
    several other rows points to none.
    """
    rows: list[tuple[str, str | None, str, int, int]] = []
    general = [carc for cause in causes() if cause.reads_rarc for carc in cause.carcs]
    known = sorted({r for c in causes() for r in _expanded(c.rarcs, "rarcs")})
    for rarc in known:
        of_remark = [c for c in causes() if rarc in _expanded(c.rarcs, "rarcs")]
        first = [c for c in of_remark if c.carcs_with_rarc and not c.is_general]
        found = first if len(first) == 1 else of_remark if len(of_remark) == 1 else []
        for cause in found:
            fit = GENERAL if cause.is_general else SPECIFIC
            rows += [(carc, rarc, cause.id, fit, causes().index(cause)) for carc in general]
    return _candidate_frame(rows)


def _candidate_frame(rows: list[tuple[str, str | None, str, int, int]]) -> pl.DataFrame:
    return pl.DataFrame(
        rows,
        schema={
            "carc": pl.String,
            "rarc": pl.String,
            "rule_id": pl.String,
            "fit": pl.Int8,
            "order": pl.Int16,
        },
        orient="row",
    )


@cache
def cause_frame() -> pl.DataFrame:
    """One row per cause: what a decision says of it."""
    stages = deciding().stages
    return pl.DataFrame(
        [(c.id, c.name, c.about, c.stage, stages.index(c.stage), c.hardness, _cited(c)) for c in causes()],
        schema={
            "rule_id": pl.String,
            "cause": pl.String,
            "about": pl.String,
            "stage": pl.String,
            "stage_rank": pl.Int8,
            "hardness": pl.String,
            "cited": pl.String,
        },
        orient="row",
    )


@cache
def names_by_rarc() -> pl.DataFrame:
    """The finer name of a cause where the remark tells: `rule_id`, `rarc`, `finer`."""
    rows = [(c.id, rarc, name) for c in causes() for rarc, name in c.names_by_rarc.items()]
    return pl.DataFrame(
        rows, schema={"rule_id": pl.String, "rarc": pl.String, "finer": pl.String}, orient="row"
    )


def _cited(cause: Cause) -> str:
    return f"row {cause.id}, {cited(cause.source, cause.confidence)}"


def cited(source: str, confidence: str) -> str:
    """Source and confidence as a reader sees them; C and D are marked unverified."""
    return f"{source} [{confidence}{', unverified' if confidence in 'CD' else ''}]"
