"""Single fields of a segment: dates, times of day, lots, NDCs, routes, sites."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

_MONTHS = {
    m: n
    for n, m in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_DATE = re.compile(
    r"(?<![\d/-])(?P<m>\d{1,2})(?P<sep>[/-])(?P<d>\d{1,2})(?P=sep)(?P<y>\d{4}|\d{2})(?![\d/-])"
    r"|(?<![\d-])(?P<y2>(?:19|20)\d{2})[-/](?P<m2>\d{1,2})[-/](?P<d2>\d{1,2})(?!\d)"
    r"|(?<![\d.])(?P<d5>\d{1,2})\.(?P<m5>\d{1,2})\.(?P<y5>(?:19|20)\d{2})(?!\d)"
    rf"|\b(?P<m3>{_MONTH})\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y3>(?:19|20)\d{{2}})\b"
    rf"|\b(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?P<m4>{_MONTH})[\s,-]+(?P<y4>(?:19|20)\d{{2}})\b"
)
_TIME = re.compile(
    r"(?<![\d:/.])(?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]\d)(?::[0-5]\d)?(?:\s*(?P<half>[ap]\.?\s?m\b\.?|[ap]\b))?"
    r"|(?<![\d:/.-])(?P<h3>1[0-2]|0?[1-9])\s*(?P<half3>[ap]\.?m\b\.?)"
    r"|(?:(?<=at )|(?<=mar: )|(?<=mar )|(?<=given: )|(?<=injection: )|(?<=dose: )|(?<=administered: )|(?<=@)|(?<=@ )|(?<=time )|(?<=time: )|(?<=from )|(?<=to )|(?<=start )|(?<=stop )|(?<=started )|(?<=stopped )|(?<=ended )|(?<=end )|(?<=start: )|(?<=stop: )|(?<=end: )|(?<=begin )|(?<=begun )|(?<=finished ))(?P<h4>[01]\d|2[0-3])(?P<m4>[0-5]\d)(?=\s*(?:h\b|hrs?\b|hours?\b|[,.;)]|\s|-|$))"
    r"|(?<![\w.:/#-])(?P<h5>[01]\d|2[0-3])(?P<m5>[0-5]\d)\s*(?:h|hrs?|hours)\b"
    r"|^\s*(?:[-*]\s*)?(?P<h6>[01]\d|2[0-3])(?P<m6>[0-5]\d)(?=\s*[-:|]?\s+[a-z])"
    r"|(?<![\w.:/#-])(?P<h9>[01]\d|2[0-3])(?P<m9>[0-5]\d)(?=\s+by\b|,\s+(?:given by\s+)?(?:[a-z]+\.?\s+)?[a-z]+,?\s+(?:rn|lpn|lvn|ma|cma|md|do|np|pa)\b)"
    r"|(?<![\w.:/#-])(?P<h7>[01]\d|2[0-3])(?P<m7>[0-5]\d)(?=\s*(?:-|to)\s*(?:[01]\d|2[0-3])[0-5]\d(?![\d/-]))"
    r"|(?<=\d{4}-)(?P<h8>[01]\d|2[0-3])(?P<m8>[0-5]\d)(?![\d/-])"
)
_LOT = re.compile(
    r"\b(?:lot|batch)\s*(?:#|no\.?|num(?:ber)?|was|is|\bof\b|exp)?\s*(?:was|is)?\s*[:#=-]*\s*#?\s*(?!expir|exp\b|and\b|no\b|not\b|number|ndc|recorded|used|was|is\b)(?P<lot>[a-z]{0,4}-?[a-z0-9]*\d[a-z0-9-]*|[a-z]{2,}\d+\w*)\b"
)
_NDC = re.compile(
    r"(?<![\d-])(?P<ndc>\d{4,5}-\d{3,4}-\d{1,2})(?![\d-])|\bndc\s*(?:#|no\.?|number|code)?\s*[:=-]?\s*(?P<bare>\d{10,11})\b"
)
_NUMBERED = re.compile(r"\bndc\s*(?:#|no\.?|number|code)?\s*[:=-]?\s*[\d-]+")
"""What looks like two times of day and is a product: an NDC cut short."""
_ROUTES: tuple[tuple[str, str], ...] = (
    ("ia", (r"intra-? ?articular(?:ly)?|\bia\b(?! class)|into the (?:\w+ ){0,3}(?:knee|shoulder|hip|elbow|ankle|wrist|joint|bursa)\b|(?:subacromial|trochanteric|olecranon) (?:bursa )?inject\w*|joint injection"
    r"|(?:knee|shoulder|hip|elbow|ankle|wrist)s?(?: joint)? (?:was |were |is )?(?:then )?(?:injected|inject\w* (?:performed|done|given|with))|inject\w* (?:of |to |in )(?:the )?(?:\w+ ){0,2}(?:knee|shoulder|hip|elbow|ankle|wrist)\b")),
    ("intralesional", r"intra-?lesional(?:ly)?|into the (?:keloid|lesion|plaque|scar)s?"),
    ("intravitreal", r"intra-?vitreal(?:ly)?|into the vitreous"),
    ("intrathecal", r"intra-?thecal(?:ly)?"),
    ("epidural", r"(?:transforaminal|interlaminar|caudal )?epidural(?:ly)?"),
    ("intradermal", r"intra-?dermal(?:ly)?"),
    ("soft-tissue", r"tendon sheath|trigger point|peri-?tendinous|into the (?:a1 pulley|plantar fascia)|soft[- ]tissue inject\w*"),
    ("iv", r"\biv(?:p|pb|ss)?\b|\bi\.v\.|intravenous(?:ly)?|\bivp\b|into (?:the )?(?:vein|port)"),
    ("im", r"\bim\b(?! \w+ing)|\bi\.m\.|intra-?muscular(?:ly)?"),
    ("sc", r"\bsub-?q\b|\bsq\b|\bs\.?c\.?\b(?!\d)|\bs\.q\.|\bsubcut\w*|\bs/q\b|\bsub cut\w*|under the skin"),
    ("oral", r"\bpo\b|\bp\.o\.|by mouth|\boral(?:ly)?\b|tablets?\b"),
    ("inhaled", r"\bneb(?:s|uli[sz]\w+)?\b|\binhal\w+"),
    ("intranasal", r"intra-?nasal(?:ly)?|each nostril"),
    ("topical", r"topical(?:ly)?"),
)  # fmt: skip
_ROUTE = re.compile("|".join(f"(?P<r{n}>{pattern})" for n, (_, pattern) in enumerate(_ROUTES)))
_SIDE = r"(?:(?:left|right|l|r|lt|rt|bilateral(?:ly)?|both|each)\.?\s+)?"
_SITE = re.compile(
    rf"\b{_SIDE}(?:(?:upper|lower|outer|inner|lateral|mid|anterior|posterior|proximal|distal|dorsal|ventral|quadrant|of|the|dominant|non-dominant)\s+)*"
    r"(?:deltoids?|glute(?:al|us|als)\w*|gluts?\b|glute\b|ventro-?glut\w*|dorso-?glut\w*|\bvg\b|buttocks?|thighs?|vastus(?:\s+lateralis)?|forearm|(?:upper )?arm|abdomen|abdominal wall|abd|ac\b|"
    r"antecub\w*|hand|wrist|knees?|shoulders?|hips?|elbows?|ankles?|thumb|fingers?|heel|foot|bursa|eye|scalp|frontalis|triceps|hip|quadriceps|rectus femoris|sacroiliac|earlobe|a1 pulley|plantar fascia|trapezius)\b"
    r"|\b(?:lac|rac|lue|rue|luoq|ruoq|luq|llq|rlq|ruq|ld|rd|lfa|rfa)\b"
)
_ACCESS = re.compile(
    r"\b(?:port(?:-?a-?cath)?|mediport|picc(?: line)?|piv|central (?:line|venous catheter)|midline|cvc|peripheral (?:iv|line|vein|catheter)|saline lock|heplock|angiocath|iv (?:site|access|cath\w*|line)|(?:1[4-9]|2[0-9])\s*-?\s*(?:g|ga|gauge)\b)"
)


class Found(NamedTuple):
    """A field of a segment: span and normal value."""

    start: int
    end: int
    value: str


class FoundDate(NamedTuple):
    """A date of a segment."""

    start: int
    end: int
    value: date


def dates(text: str) -> list[FoundDate]:
    """Dates of a text; month first in the form with slashes, as is usual in the United States."""
    found: list[FoundDate] = []
    for match in _DATE.finditer(text):
        groups = match.groupdict()
        for year, month, day in (
            ("y", "m", "d"),
            ("y2", "m2", "d2"),
            ("y3", "m3", "d3"),
            ("y4", "m4", "d4"),
            ("y5", "m5", "d5"),
        ):
            if groups[year] is None:
                continue
            number = groups[month]
            whole_year = int(groups[year]) + (2000 if len(groups[year]) == 2 else 0)
            try:
                value = date(whole_year, _MONTHS.get(number[:3], 0) or int(number), int(groups[day]))
            except ValueError:
                break
            # Twelve dots: which of two small numbers is the month cannot be told, so such a date is left out.
            if not (year == "y5" and int(groups[day]) <= 12 and groups[day] != number):
                found.append(FoundDate(match.start(), match.end(), value))
            break
    return found


def times(text: str, masked: list[tuple[int, int]] | None = None) -> list[Found]:
    """Times of day as `HH:MM`; what stands within `masked` spans (dates), or in an NDC, is none."""
    found: list[Found] = []
    hidden = [*(masked or ()), *(m.span() for p in (_NDC, _NUMBERED) for m in p.finditer(text))]
    for match in _TIME.finditer(text):
        if any(a <= match.start() < b for a, b in hidden):
            continue
        groups = match.groupdict()
        suffix = next(s for s in ("", "3", "4", "5", "6", "7", "8", "9") if groups[f"h{s}"] is not None)
        hour, minute = int(groups[f"h{suffix}"]), int(groups.get(f"m{suffix}") or 0)
        half = groups["half"] if suffix == "" else groups["half3"] if suffix == "3" else None
        if half:
            if hour > 12:
                half = None
            else:
                hour = hour % 12 + (12 if half.startswith("p") else 0)
        found.append(Found(match.start(), match.end(), f"{hour:02}:{minute:02}"))
    return found


def lots(text: str) -> list[Found]:
    """Lot numbers, upper case."""
    return [Found(m.start("lot"), m.end("lot"), m["lot"].upper()) for m in _LOT.finditer(text)]


def ndcs(text: str) -> list[Found]:
    """NDCs as written."""
    return [
        Found(m.start(g), m.end(g), m[g])
        for m in _NDC.finditer(text)
        for g in ("ndc", "bare")
        if m[g] is not None
    ]


def routes(text: str) -> list[Found]:
    """Routes by their normal names."""
    found: list[Found] = []
    for match in _ROUTE.finditer(text):
        name = next(_ROUTES[n][0] for n in range(len(_ROUTES)) if match[f"r{n}"] is not None)
        found.append(Found(match.start(), match.end(), name))
    return found


def sites(text: str) -> list[Found]:
    """Places on the body."""
    return [Found(m.start(), m.end(), " ".join(m[0].split())) for m in _SITE.finditer(text)]


def accesses(text: str) -> list[Found]:
    """Ways into a vein: port, PICC, needle of a gauge."""
    return [Found(m.start(), m.end(), " ".join(m[0].split())) for m in _ACCESS.finditer(text)]
