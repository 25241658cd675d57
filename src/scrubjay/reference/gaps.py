"""Periods that no loaded edition speaks about, in words: "no MUE (practitioner) for 2025 Q3".

Editions that follow one another quarter by quarter leave a gap where one of them was not loaded. A set that
several sources fill (hospital and ASC status, MUE by setting) is looked at setting by setting, because an
edition of one setting says nothing about another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scrubjay.reference.manifest import HeldEdition

_EVER = date(1, 1, 1)
_NEVER = date(9999, 12, 31)

TITLES: Mapping[str, str] = {
    "hcpcs": "HCPCS codes",
    "drugs": "drug units",
    "hcpcs_attributes": "HCPCS coverage data",
    "code_changes": "HCPCS actions",
    "unlisted_codes": "list of unlisted codes",
    "listed_codes": "list of codes",
    "mue": "MUE",
    "payment_limits": "payment limits",
    "asp_dosage": "ASP dosages",
    "noc_limits": "limits of unlisted drugs",
    "noc_ndcs": "NDCs of unlisted drugs",
    "status": "payment status",
    "ndc": "NDC crosswalk",
    "pairs": "code pairs",
    "pairless": "codes without a pair",
    "add_ons": "add-on codes",
    "diagnoses": "ICD-10-CM",
    "modifiers": "modifiers",
    "place_of_service": "places of service",
    "carc": "adjustment reasons",
    "rarc": "remark codes",
}
"""Sets in a reader's words, where the name of the set is none."""


def title(set_name: str, setting: str = "") -> str:
    """A set, or one setting of it, in a reader's words."""
    words = TITLES.get(set_name, set_name.replace("_", " "))
    return f"{words} ({setting_words(setting)})" if setting else words


def setting_words(setting: str) -> str:
    """A setting in a reader's words."""
    return {"hopd": "hospital outpatient", "asc": "ASC", "dme": "DME"}.get(setting, setting.replace("_", " "))


@dataclass(frozen=True, slots=True)
class Gap:
    """A period without a loaded edition.

    Attributes:
        set_name: a key of `SETS`.
        setting: the setting within the set, or empty.
        first_day: first day that no edition speaks about.
        last_day: last such day.
        is_open: it lasts until today: no newer edition is loaded.
    """

    set_name: str
    setting: str
    first_day: date
    last_day: date
    is_open: bool

    def words(self) -> str:
        """`no MUE (practitioner) for 2025 Q3`."""
        return f"no {title(self.set_name, self.setting)} for {period_words(self.first_day, self.last_day)}"


def period_words(first: date, last: date) -> str:
    """Whole quarters as `2025 Q3` or `2024 Q4 to 2025 Q2`, other periods by their days."""
    after = last + timedelta(days=1)
    if first != quarter_start(first) or after != quarter_start(after):
        return str(first) if first == last else f"{first} to {last}"
    begin, end = quarter_name(first), quarter_name(last)
    return begin if begin == end else f"{begin} to {end}"


def quarter_name(day: date) -> str:
    """The quarter of a day, as `2025 Q3`."""
    return f"{day.year} Q{(day.month + 2) // 3}"


def quarter_start(day: date) -> date:
    """First day of the quarter of a day."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def next_quarter(day: date) -> date:
    """First day of the quarter after that of a day."""
    return quarter_start(quarter_start(day) + timedelta(days=92))


def find_gaps(held: Iterable[HeldEdition], today: date) -> list[Gap]:
    """Periods between the first loaded edition of a set and today that none speaks about.

    Args:
        held: loaded editions of any sets.
        today: the day until which there should be editions.

    Returns:
        By set, setting and day. A set without any loaded edition has no gap: nobody began to keep it.
    """
    spoken: dict[tuple[str, str], list[tuple[date, date]]] = {}
    for edition in held:
        span = (edition.covers_from or _EVER, edition.covers_to or _NEVER)
        for setting in edition.scope or ("",):
            spoken.setdefault((edition.set_name, setting), []).append(span)
    return [
        Gap(name, setting, first, last, is_open=last >= today)
        for (name, setting), spans in sorted(spoken.items())
        for first, last in _holes(spans, today)
    ]


def _holes(spans: Sequence[tuple[date, date]], today: date) -> Iterator[tuple[date, date]]:
    """First and last days between the spans, and from the last of them to the end of today's quarter."""
    reached = min(first for first, _ in spans)
    for first, end in sorted(spans):
        if reached > today:
            return
        if reached < first:
            yield reached, min(first, next_quarter(today)) - timedelta(days=1)
        reached = max(reached, end)
    if reached <= today:
        yield reached, next_quarter(today) - timedelta(days=1)
