"""Ordinary visits of an office, an infusion centre and a hospital: nothing is wrong with them."""

from __future__ import annotations

from scrubjay.testing.corpus.model import (
    BLUE_CROSS_NC,
    COMMERCIAL,
    HOSPITAL,
    MEDICAID,
    PLAN,
    SPRING_2025,
    UNITED,
    Visit,
    line,
)

SOLU_125, SOLU_40 = "00009004722", "00009003928"
DEPO_40, DEPO_80, DEPO_MULTI = "00009307301", "50090602400", "00009030602"
INFLIXIMAB = "57894003001"

FULL = line("J2919", 25, "JZ", ndc=SOLU_125, ndc_quantity="1")
SMALL = line("J2919", 8, "JZ", ndc=SOLU_40, ndc_quantity="1")
JOINT = line("J1010", 80, "JZ", ndc=DEPO_80, ndc_quantity="1", ndc_unit="ML")
PUSH, INJECTION, KNEE = line("96374"), line("96372"), line("20610", 1, "RT")

VISITS = (
    Visit("push", (FULL, PUSH), weight=4),
    Visit("injection", (SMALL, INJECTION), weight=4),
    Visit("visit and injection", (line("99213", 1, "25"), INJECTION, SMALL), weight=4),
    Visit("knee", (KNEE, JOINT), ("M1711",), weight=3),
    Visit("visit only", (line("99213"),), weight=2),
    Visit("visit and knee", (line("99214", 1, "25"), KNEE, JOINT), ("M1711",), weight=2),
    Visit(
        "infliximab with waste",
        (
            line("J1745", 42, ndc=INFLIXIMAB, ndc_quantity="4.2"),
            line("J1745", 8, "JW", ndc=INFLIXIMAB, ndc_quantity="0.8"),
            line("96413"),
            line("96415"),
        ),
        ("K5000",),
        weight=3,
    ),
    Visit(
        "infliximab",
        (line("J1745", 40, "JZ", ndc=INFLIXIMAB, ndc_quantity="4"), line("96413")),
        ("K5000",),
        weight=2,
    ),
    Visit(
        "push with waste",
        (
            line("J2919", 13, ndc=SOLU_125, ndc_quantity="0.52"),
            line("J2919", 12, "JW", ndc=SOLU_125, ndc_quantity="0.48"),
            PUSH,
        ),
        weight=2,
    ),
    Visit(
        "chemotherapy with premedication",
        (
            line("J9271", 200, "JZ"),
            line("J1200", 1, "JZ"),
            line("J2405", 8),
            line("96413"),
            line("96375", 2),
        ),
        ("C3490",),
        weight=2,
    ),
    Visit("vaccines", (line("90686"), line("90715"), line("90471"), line("90472")), ("Z23",), weight=2),
    Visit("eye", (line("67028", 1, "RT"), line("J0178", 2, "JZ")), ("H353211",)),
    Visit("two injections", (SMALL, line("J1885", 4, "JZ"), line("96372", 2)), weight=2),
    Visit("push with hydration", (FULL, line("J7030", 1, "JZ"), PUSH, line("96361"))),
    Visit(
        "Medicaid injection",
        (line("J1010", 40, ndc=DEPO_40, ndc_quantity="1", ndc_unit="ML"), INJECTION),
        payer=MEDICAID,
        weight=2,
    ),
    Visit(
        "Medicaid push", (line("J2919", 25, ndc=SOLU_125, ndc_quantity="1"), PUSH), payer=MEDICAID, weight=2
    ),
    Visit("commercial injection", (SMALL, INJECTION), payer=COMMERCIAL, weight=2),
    Visit(
        "Blue Cross NC injection",
        (line("J2919", 8, ndc=SOLU_40, ndc_quantity="1"), INJECTION),
        payer=BLUE_CROSS_NC,
    ),
    Visit(
        "Blue Cross NC filgrastim",
        (line("J1442", 300, "JB JZ"), INJECTION),
        ("D701",),
        payer=BLUE_CROSS_NC,
    ),
    Visit(
        "palm injection with authorization",
        (line("J0775", 90, "JZ", prior_authorization="PA1234"), line("20527", 1, "RT")),
        ("M720",),
        payer=UNITED,
    ),
    Visit(
        "toxin with authorization",
        (line("J0585", 100, "JZ", prior_authorization="PA1234"), line("64612", 1, "RT")),
        ("G245",),
        payer=UNITED,
    ),
    Visit(
        "infliximab at a plan with diagnoses",
        (line("J1745", 40, "JZ", ndc=INFLIXIMAB, ndc_quantity="4"), line("96413")),
        ("K5000",),
        payer=PLAN,
    ),
    Visit("darbepoetin", (line("J0881", 100, "EC JZ"), INJECTION), ("D631",)),
    Visit(
        "hospital push",
        (FULL, line("96374", revenue_code="0260")),
        payer=HOSPITAL,
        kind="institutional",
        place="13",
        days=SPRING_2025,
        weight=2,
    ),
    Visit(
        "critical access",
        (FULL, line("96374", revenue_code="0260")),
        payer=HOSPITAL,
        kind="institutional",
        place="85",
        days=SPRING_2025,
    ),
)

BY_NAME = {visit.name: visit for visit in VISITS}
