"""Units of an ended code in units of the code that took over, by the exact ratio."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from scrubjay.codes import parse_hcpcs
from scrubjay.drugs.answers import Conversion, ConvertAnswer, Refusal, RefusedError, Step, provenance
from scrubjay.drugs.catalog import Catalog
from scrubjay.errors import UsageError
from scrubjay.quantity import parse_number, plain
from scrubjay.reference.descriptor import Qualifier, unit_label

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.reference import Reference


def convert_units(code: str, units: str, on: date, reference: Reference, as_of: date) -> ConvertAnswer:
    """Convert units of an ended code into its successor's.

    Args:
        code: the ended HCPCS code.
        units: its units, a number greater than zero.
        on: date of service, on which the successor must be in force.
        reference: where codes, successors and billing units stand.
        as_of: the day of the run.

    Returns:
        The conversions with their steps, or a refusal that says what is not known.
    """
    try:
        return _convert(code, units, on, Catalog(reference, as_of))
    except RefusedError as refused:
        return ConvertAnswer(refused=refused.refusal)
    except UsageError as error:
        return ConvertAnswer(refused=Refusal(error.one_line()))


def _convert(text: str, units: str, on: date, catalog: Catalog) -> ConvertAnswer:
    code = parse_hcpcs(text)
    count = parse_number(units.strip())
    if count is None or count == 0:
        raise RefusedError("Units must be a number greater than zero.", "units")
    life = catalog.history("hcpcs", hcpcs=code)
    if not life:
        raise RefusedError(
            f"{code} is not in the loaded reference; `scrubjay reference load` adds the official file.",
            "code",
        )
    rows = catalog.rows("successors", on, hcpcs=code)
    if not rows:
        raise RefusedError(_why_none(code, on, catalog))
    conversions: list[Conversion] = []
    steps: list[Step] = []
    for row in rows:
        conversion, step = _one(code, count, row, on, catalog)
        conversions.append(conversion)
        steps.append(step)
    if len(conversions) > 1:
        names = " or ".join(c.successor for c in conversions)
        steps.append(Step(f"The product given decides between {names}; only one of them is billed."))
    return ConvertAnswer(tuple(conversions), steps=tuple(steps))


def _one(
    code: str, count: Fraction, row: dict[str, object], on: date, catalog: Catalog
) -> tuple[Conversion, Step]:
    successor = str(row["successor"])
    if row["unit_ratio"] is None:
        raise RefusedError(
            f"{successor} took over from {code}, but the ratio of their units is not known.", "ratio"
        )
    ratio = Fraction(str(row["unit_ratio"]))
    result = count * ratio
    old, new = _unit(code, catalog), _unit(successor, catalog)
    is_maximum = old is not None and old[2] == Qualifier.UP_TO
    text = f"{code}{_of(old)} was followed by {successor}{_of(new)}: {plain(ratio)} units for one."
    if is_maximum and old is not None:
        text += (
            f" One unit of {code} covers any dose up to {plain(old[0])} {old[1]}, so this is the most that the "
            f"dose can come to; the dose given decides the units of {successor}."
        )
    if result.denominator != 1:
        text += " The result is no whole number: count the units from the dose."
    step = Step(
        text, f"{plain(count)} x {plain(ratio)} = {plain(result)}", plain(result), provenance(row).one_line()
    )
    if catalog.is_in_force(successor, on) is False:
        raise RefusedError(f"{successor}, which took over from {code}, is not in force on {on}.", "date")
    return Conversion(code, plain(count), successor, plain(result), is_maximum), step


def _unit(code: str, catalog: Catalog) -> tuple[Fraction, str, str | None] | None:
    for row in reversed(catalog.history("drugs", hcpcs=code)):
        if row["unit_amount"] is not None and row["unit"] is not None:
            return Fraction(row["unit_amount"]), row["unit"], row["qualifier"]
    return None


def _of(unit: tuple[Fraction, str, str | None] | None) -> str:
    return f" ({unit_label(*unit)})" if unit else ""


def _why_none(code: str, on: date, catalog: Catalog) -> str:
    if catalog.is_in_force(code, on):
        return f"{code} is still in force on {on}: there is nothing to convert."
    later = [
        r
        for r in catalog.history("successors", hcpcs=code)
        if r["effective_from"] and r["effective_from"] > on
    ]
    if later:
        return f"On {on} no code had taken over from {code} yet."
    before = catalog.history("successors", successor=code)
    if before:
        olds = ", ".join(sorted({str(r["hcpcs"]) for r in before}))
        return (
            f"{code} is not in force on {on}; it took over from {olds}. Backwards the units are not settled by a "
            "ratio: count them from the dose with `scrubjay units`."
        )
    return f"No successor of {code} is known, so its units cannot be converted."


def ended_text(code: str, on: date, catalog: Catalog) -> tuple[str, str]:
    """Edit name and sentence for a code that is not in force: not yet, or no longer, and what to use."""
    life = catalog.history("hcpcs", hcpcs=code)
    starts = [r["effective_from"] for r in life if r["effective_from"]]
    if starts and on < min(starts):
        olds = sorted({str(r["hcpcs"]) for r in catalog.history("successors", successor=code)})
        before = f" Before that it was {' or '.join(olds)}." if olds else ""
        return (
            "code-not-yet-effective",
            f"{code} is not in force on {on}, not yet effective: its first day is {min(starts)}.{before}",
        )
    ends = [r["effective_to"] for r in life if r["effective_to"]]
    last = f", it has expired: its last day was {max(ends) - timedelta(days=1)}" if ends else ""
    news = [
        f"{r['successor']}"
        + (f" ({plain(Fraction(r['unit_ratio']))} units for one)" if r["unit_ratio"] else "")
        for r in catalog.rows("successors", on, hcpcs=code)
    ]
    after = f" {' and '.join(news)} took over." if news else ""
    return "code-expired", f"{code} is not in force on {on}{last}.{after}"
