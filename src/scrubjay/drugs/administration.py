"""Administration codes from route, minutes and kind of drug, chosen among reference rows.

No code number and no minute stands here: the `administration` set says which number belongs to which
family, role, route and time. Where the rows leave more than one candidate, or none, no line is made
and a warning says what is missing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from scrubjay.drugs.answers import UNVERIFIED, AnswerLine, AnswerWarning, Step, provenance
from scrubjay.errors import UsageError
from scrubjay.quantity import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_ROUTES = {
    "iv": "iv intravenous intravenously",
    "im": "im intramuscular intramuscularly",
    "sc": "sc sq subq subcut subcutaneous subcutaneously",
    "ia": "ia intra-articular intraarticular joint",
}
# Routes that no injection code stands for: a procedure gives the drug.
_OF_PROCEDURES = {
    "intravitreal": "intravitreal ivt",
    "intralesional": "intralesional",
    "soft-tissue": "soft-tissue bursa tendon",
    "intradermal": "intradermal",
    "infiltration": "infiltration",
    "epidural": "epidural",
    "intrathecal": "intrathecal",
    "intravesical": "intravesical",
    "perineural": "perineural",
}
_ROUTE_BY_WORD = {
    word: route for route, words in (_ROUTES | _OF_PROCEDURES).items() for word in words.split()
}

_MISSING = "drug-without-administration"
_CONFLICT = "route-conflict"
_TIME = "infusion-time-disagrees"
_HOUR = 60

# Family of the `administration` set by class of drug: timed families first, then the injection.
_FAMILIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "therapeutic": (("push", "infusion"), ("injection",)),
    "complex": (("complex_push", "complex_infusion"), ("complex_injection",)),
    "complex_hormonal": (("complex_push", "complex_infusion"), ("complex_injection",)),
    "hydration": (("hydration",), ()),
}
_SC_INFUSION = "sc_infusion"


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of how a drug was given.

    Attributes:
        drug: normal name.
        routes: routes the drug is given by, from the `drugs` set; () if unknown.
        administration_class: as in the `drugs` set, or null if unknown.
        route: iv, im, sc, ia or another normal name; null if not said.
        minutes: duration; null if not said.
        dose_mg: dose in mg where it is a mass, else null.
        use_confidence: how far `routes` and `administration_class` are checked, A to D, or null.
    """

    drug: str | None
    routes: tuple[str, ...]
    administration_class: str | None
    route: str | None
    minutes: int | None
    dose_mg: Fraction | None = None
    use_confidence: str | None = None


class Administration(NamedTuple):
    """Lines, steps and warnings about the administration."""

    lines: tuple[AnswerLine, ...] = ()
    steps: tuple[Step, ...] = ()
    warnings: tuple[AnswerWarning, ...] = ()


def normal_route(text: str) -> str:
    """The short name of a route: iv, im, sc, ia; other words come back in lower case."""
    bare = text.strip().lower()
    return _ROUTE_BY_WORD.get(bare, bare)


def parse_route(text: str) -> str:
    """A route of a request.

    Raises:
        UsageError: not one of the routes that an administration can be chosen for.
    """
    route = _ROUTE_BY_WORD.get(text.strip().lower())
    if route is None:
        known = ", ".join((*_ROUTES, *_OF_PROCEDURES))
        raise UsageError("The route is not known.", where="--route", hint=f"Use one of {known}.")
    return route


def administer(given: Given, rows: Iterable[Mapping[str, Any]]) -> Administration:
    """Choose the administration lines.

    Args:
        given: the drug and how it was given.
        rows: the `administration` rows in force on the day.
    """
    if given.route is None:
        return _none("The route was not said, so no administration code is chosen: give iv, im, sc or ia.")
    if given.routes and given.route not in given.routes:
        return Administration(
            warnings=(
                AnswerWarning(
                    _CONFLICT,
                    f"{_name(given)} is given {' or '.join(given.routes)}, not {given.route}{_mark(given)}: either the route "
                    "or the drug is wrong. No administration code is chosen.",
                ),
            )
        )
    warnings = _rate_warnings(given)
    held = list(rows)
    if given.route == "ia":
        joints = ", ".join(sorted({str(r["hcpcs"]) for r in held if r["family"] == "joint"}))
        return _none(
            "An injection into a joint is billed as the procedure, and which code it is depends on the joint's "
            f"size and on ultrasound guidance{f' (candidates {joints})' if joints else ''}: name the joint, add "
            "its side, and bill no injection code beside it.",
            warnings,
        )
    if given.route in _OF_PROCEDURES:
        fits = sorted(str(r["hcpcs"]) for r in held if given.route in map(normal_route, r["routes"] or ()))
        among = f" (of the codes held: {', '.join(fits)})" if fits else ""
        return _none(
            f"A drug given by the {given.route} route is billed with the procedure that gives it{among}, not with "
            "an injection code: name the procedure.",
            warnings,
        )
    if given.administration_class not in _FAMILIES:
        why = {
            "vaccine": "A vaccine's administration code depends on age, counselling and payer",
            "procedure": f"{_name(given)} is given by a procedure that has a code of its own{_mark(given)}",
        }.get(
            given.administration_class or "",
            f"It is not known which group of administration codes {_name(given)} belongs to; payers differ",
        )
        return _none(f"{why}: no administration code is chosen.", warnings)
    timed, injected = _FAMILIES[given.administration_class]
    if given.route == "iv":
        return _timed(given, held, timed, warnings)
    if given.route == "sc" and given.minutes is not None and _is_long(given.minutes, held):
        return _timed(given, held, (_SC_INFUSION,), warnings)
    return _one_line(given, _candidates(given, held, injected, None), warnings)


def _mark(given: Given) -> str:
    return f" [{given.use_confidence}, unverified]" if given.use_confidence in UNVERIFIED else ""


def _name(given: Given) -> str:
    return given.drug or "The drug"


def _none(message: str, warnings: Sequence[AnswerWarning] = ()) -> Administration:
    return Administration(
        steps=(Step(f"No administration line. {message}"),),
        warnings=(*warnings, AnswerWarning(_MISSING, message)),
    )


def _candidates(
    given: Given, rows: Sequence[Mapping[str, Any]], families: tuple[str, ...], minutes: int | None
) -> list[Mapping[str, Any]]:
    return [
        r
        for r in rows
        if r["family"] in families
        and r["role"] in ("initial", "each")
        and (given.route or "") in map(normal_route, r["routes"] or ())
        and r["administration_class"] in (None, given.administration_class)
        and (minutes is None or _in_time(r, minutes))
    ]


def _in_time(row: Mapping[str, Any], minutes: int) -> bool:
    if row["role"] == "initial" and _is_infusion(row):
        # An infusion longer than its first code reaches goes on with hours added to that code.
        return minutes >= (row["minutes_from"] or 0)
    return (row["minutes_from"] or 0) <= minutes and (
        row["minutes_to"] is None or minutes <= row["minutes_to"]
    )


def _is_long(minutes: int, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the minutes reach those of a therapeutic infusion, below which it is an injection."""
    least = [r["minutes_from"] for r in rows if r["family"] == "infusion" and r["role"] == "initial"]
    return any(least) and minutes >= min(m for m in least if m)


def _is_infusion(row: Mapping[str, Any]) -> bool:
    return str(row["family"]).endswith(("infusion", "hydration"))


def _timed(
    given: Given, rows: Sequence[Mapping[str, Any]], families: tuple[str, ...], warnings: list[AnswerWarning]
) -> Administration:
    minutes = given.minutes
    if minutes is None:
        return _none(
            "The minutes were not said, and they decide between a push and an infusion: give --minutes from the "
            "recorded start and stop times.",
            warnings,
        )
    candidates = _candidates(given, rows, families, minutes)
    begins = [r["minutes_from"] for r in _candidates(given, rows, families, None)]
    if not candidates and begins and all(begins):
        return _none(
            f"The codes for it begin at {min(begins)} minutes, so {minutes} minutes are not billed.", warnings
        )
    first = _one_line(given, candidates, warnings)
    if len(candidates) != 1 or not _is_infusion(candidates[0]):
        return first
    return _with_hours(first, candidates[0], rows, minutes)


def _with_hours(
    first: Administration, initial: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], minutes: int
) -> Administration:
    """Add the further hours: one for each hour begun beyond the initial code's last minute."""
    last = initial["minutes_to"]
    if last is None:
        return _none(
            f"Up to which minute {initial['hcpcs']} reaches is not in the reference, so further hours are not counted.",
            first.warnings,
        )
    if minutes <= last:
        return first
    hours = [
        r
        for r in rows
        if r["family"] == initial["family"]
        and r["role"] == "additional_hour"
        and set(map(normal_route, r["routes"] or ())) >= set(map(normal_route, initial["routes"]))
    ]
    if len(hours) != 1:
        return _none(
            f"The infusion lasted beyond {last} minutes and the code for further hours is not in the reference.",
            first.warnings,
        )
    count = math.ceil(Fraction(minutes - last, _HOUR))
    step = Step(
        f"Infusion of {minutes} minutes: beyond minute {last} each further hour, counted when more than half of "
        "it has run, adds one unit.",
        f"ceil(({minutes} - {last}) / {_HOUR}) = {count}",
        f"{hours[0]['hcpcs']} x {count}",
        provenance(hours[0]).one_line(),
    )
    line = AnswerLine(str(hours[0]["hcpcs"]), str(count), (), "administration")
    return Administration((*first.lines, line), (*first.steps, step), first.warnings)


def _one_line(
    given: Given, candidates: Sequence[Mapping[str, Any]], warnings: Sequence[AnswerWarning]
) -> Administration:
    if len(candidates) != 1:
        listed = ", ".join(sorted(str(c["hcpcs"]) for c in candidates))
        return _none(
            f"Several administration codes fit ({listed}), and what decides between them was not said."
            if candidates
            else "The loaded reference holds no administration code for this route and time.",
            warnings,
        )
    row = candidates[0]
    time = (
        ""
        if given.minutes is None or not (row["minutes_from"] or row["minutes_to"])
        else f", {given.minutes} minutes"
    )
    step = Step(
        f"Given {(given.route or '').upper()}{time}: {row['meaning']}.",
        None,
        f"{row['hcpcs']} x 1",
        provenance(row).one_line(),
    )
    line = AnswerLine(str(row["hcpcs"]), "1", (), "administration")
    return Administration((line,), (step, *_unverified_use(given)), tuple(warnings))


def _unverified_use(given: Given) -> tuple[Step, ...]:
    if given.use_confidence not in UNVERIFIED:
        return ()
    kind = (given.administration_class or "").replace("_", " ")
    text = f"That {_name(given)} goes with the {kind} administration codes is unverified"
    return (
        Step(
            f"{text}: the payer's list decides.", source=f"starter set [{given.use_confidence}, unverified]"
        ),
    )


@cache
def _rates() -> list[dict[str, Any]]:
    text = (resources.files("scrubjay.drugs") / "data" / "rates.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def _rate_warnings(given: Given) -> list[AnswerWarning]:
    """A dose given faster than its label's least minutes is a conflict in the record."""
    if given.route != "iv" or given.minutes is None or given.dose_mg is None:
        return []
    return [
        AnswerWarning(
            _TIME,
            f"{plain(given.dose_mg)} mg in {given.minutes} minutes: a label gives at least {r['least_minutes']} "
            f"minutes for this dose, so the record's times or the dose should be checked "
            f"({r['source']} [{r['confidence']}, unverified]).",
        )
        for r in _rates()
        if r["drug"] == given.drug
        and r["over_mg"] < given.dose_mg
        and (r["to_mg"] is None or given.dose_mg <= r["to_mg"])
        and given.minutes < r["least_minutes"]
    ]
