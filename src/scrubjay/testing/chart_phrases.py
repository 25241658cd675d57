"""What synthetic charts are made of: drugs as they are given in practice, and ways of saying each thing.

Everything is invented. The phrases are those of notes that people write, not those of the extractor's patterns.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scenario:
    """A drug as a practice gives it.

    Attributes:
        code: HCPCS code; `per_unit` of `unit` is one billing unit.
        names: ways of writing the drug.
        route: as patterns call it; `route_words` are ways of writing it.
        sites: ways of writing the site or access.
        doses: doses given, each with the vials it is drawn from and their labelled content.
        administration: codes billed for giving it, by the first; the second is a further hour.
        diagnoses: words and ICD-10-CM code.
        tried: earlier treatment or contraindication.
        is_infusion, is_weighed, asks_prior: what the record needs.
        wrong: another drug, billed under another code, that could be confused with it.
        is_single_dose: the container.
    """

    code: str
    names: tuple[str, ...]
    unit: str
    per_unit: str
    route: str
    route_words: tuple[str, ...]
    sites: tuple[str, ...]
    doses: tuple[tuple[str, int, str], ...]
    administration: tuple[str, ...]
    diagnoses: tuple[tuple[str, str], ...]
    tried: tuple[str, ...]
    is_infusion: bool = False
    is_weighed: bool = False
    asks_prior: bool = False
    wrong: str = "Depo-Medrol"
    is_single_dose: bool = True
    per_kg: str = "5 mg/kg"


_IM = ("IM", "intramuscularly", "I.M.", "IM injection")
_SITES = (
    "left deltoid",
    "R deltoid",
    "right ventrogluteal",
    "L gluteal",
    "left vastus lateralis",
    "right upper outer quadrant of the buttock",
)
_ACCESS = (
    "22g L forearm PIV",
    "20 gauge right antecubital",
    "via port",
    "24g left hand",
    "PICC, right arm",
    "peripheral IV R wrist",
)

SCENARIOS: tuple[Scenario, ...] = (
    Scenario("J2919", ("Solu-Medrol", "methylprednisolone sodium succinate", "Solumedrol", "methylpred sod succ"), "mg", "5", "iv", ("IV push", "IVP", "slow IV push", "intravenously"),
             _ACCESS, (("80", 1, "125"), ("125", 1, "125"), ("40", 1, "40"), ("100", 1, "125"), ("60", 1, "125")), ("96374",),
             (("acute allergic urticaria", "L50.0"), ("asthma exacerbation", "J45.901"), ("multiple sclerosis flare", "G35")),
             ("Oral prednisone not feasible, vomiting.", "Unable to tolerate PO steroids.", "Prednisone burst failed.", "Cannot swallow tablets because of lip swelling."), asks_prior=True),
    Scenario("J1885", ("Toradol", "ketorolac", "ketorolac tromethamine"), "mg", "15", "im", _IM, _SITES, (("30", 1, "30"), ("60", 1, "60")), ("96372",),
             (("acute low back pain", "M54.50"), ("renal colic", "N23"), ("migraine without aura", "G43.009")), ("Ibuprofen without relief.", "NSAIDs by mouth did not help."), wrong="dexamethasone"),
    Scenario("J0696", ("Rocephin", "ceftriaxone", "ceftriaxone sodium"), "mg", "250", "im", _IM, _SITES, (("1000", 1, "1000"), ("500", 1, "500"), ("250", 1, "250")), ("96372",),
             (("community acquired pneumonia", "J18.9"), ("acute pyelonephritis", "N10"), ("gonococcal infection", "A54.00")), ("Failed oral amoxicillin.", "Could not keep oral antibiotics down."), wrong="ketorolac"),
    Scenario("J3301", ("Kenalog-40", "triamcinolone acetonide", "Kenalog"), "mg", "10", "ia", ("intra-articular", "intraarticularly", "into the joint"), ("right knee", "left shoulder", "R hip", "left knee"),
             (("40", 1, "40"), ("20", 1, "40"), ("80", 2, "40")), ("20610",), (("osteoarthritis of the right knee", "M17.11"), ("subacromial bursitis", "M75.51")),
             ("PT and naproxen failed.", "Acetaminophen did not help."), wrong="Depo-Medrol"),
    Scenario("J1745", ("Remicade", "infliximab", "Infliximab"), "mg", "10", "iv", ("IV infusion", "IV", "intravenous infusion"), _ACCESS, (("400", 4, "100"), ("500", 5, "100"), ("350", 4, "100")), ("96413", "96415"),
             (("Crohn's disease", "K50.90"), ("rheumatoid arthritis", "M06.9"), ("ulcerative colitis", "K51.90")), ("Inadequate response to methotrexate.", "Failed mesalamine and azathioprine.", "Lost response to adalimumab."),
             is_infusion=True, is_weighed=True, asks_prior=True, wrong="Inflectra"),
    Scenario("J3262", ("Actemra", "tocilizumab"), "mg", "1", "iv", ("IV infusion", "IV", "intravenous infusion"), _ACCESS, (("560", 1, "560"), ("400", 1, "400"), ("320", 4, "80")), ("96413",),
             (("rheumatoid arthritis", "M06.9"),), ("Methotrexate and leflunomide were inadequate.", "Did not respond to etanercept."), is_infusion=True, is_weighed=True, asks_prior=True, wrong="abatacept", per_kg="8 mg/kg"),
    Scenario("J1756", ("Venofer", "iron sucrose"), "mg", "1", "iv", ("IV infusion", "IV", "IVPB"), _ACCESS, (("200", 2, "100"), ("100", 1, "100"), ("300", 3, "100")), ("96365",),
             (("iron deficiency anemia", "D50.9"), ("anemia in chronic kidney disease", "D63.1")), ("Oral iron not tolerated, constipation.", "Ferrous sulfate ineffective."), is_infusion=True, wrong="Injectafer"),
    Scenario("J0897", ("Prolia", "denosumab"), "mg", "1", "sc", ("SC", "subcutaneously", "subq", "SQ"), ("left upper arm", "right thigh", "abdomen"), (("60", 1, "60"),), ("96372",),
             (("postmenopausal osteoporosis", "M81.0"),), ("Intolerant of alendronate, esophagitis.", "Oral bisphosphonates contraindicated, reflux."), asks_prior=True, wrong="cyanocobalamin"),
    Scenario("J3420", ("vitamin B12", "cyanocobalamin", "B-12"), "mcg", "1000", "im", _IM, _SITES, (("1000", 1, "1000"),), ("96372",), (("pernicious anemia", "D51.0"), ("vitamin B12 deficiency", "E53.8")),
             ("Malabsorption after gastric bypass.",), wrong="ketorolac"),
    Scenario("J2405", ("Zofran", "ondansetron"), "mg", "1", "iv", ("IV push", "IVP", "IV"), _ACCESS, (("4", 1, "4"), ("8", 2, "4")), ("96374",), (("intractable nausea and vomiting", "R11.2"), ("hyperemesis", "R11.10")),
             ("Oral ondansetron vomited up.",), wrong="promethazine"),
)  # fmt: skip

FIRST = (
    "Ana",
    "Ben",
    "Cora",
    "Dev",
    "Ella",
    "Finn",
    "Gwen",
    "Hal",
    "Ines",
    "Joel",
    "Kira",
    "Liam",
    "Mara",
    "Noel",
    "Opal",
    "Piet",
    "Rosa",
    "Saul",
    "Tess",
    "Uri",
)
LAST = (
    "Abbott",
    "Barnes",
    "Castro",
    "Dunne",
    "Ellis",
    "Flores",
    "Grant",
    "Hobbs",
    "Irwin",
    "Jensen",
    "Kemp",
    "Lowry",
    "Mercer",
    "Novak",
    "Osman",
    "Pratt",
    "Quick",
    "Ramos",
    "Stokes",
    "Tanner",
)
NURSES = (
    "T. Ruiz, RN",
    "J. Park RN",
    "Carla Diaz, RN",
    "M. Cole, MA",
    "L. Webb LPN",
    "Kit Lane, RN",
    "S. Ito RN",
    "Priya Nair, RN",
)
PRESCRIBERS = (
    "Alan Kerr, MD",
    "Helen Marsh MD",
    "Dana Wu, MD",
    "Ana Bush, DO",
    "Q. Reyes, FNP",
    "Sue Lind, PA-C",
    "Neil Vale DO",
    "P. Osei, NP",
    "Ruth Gill, M.D.",
)

ORDER = (
    "Order: {drug} {dose} {route} x1.", "Ordered {drug} {dose} {route} once.", "Plan: {drug} {dose} {route} today.", "Will give {drug} {dose} {route} now.",
    "Physician order: {drug} {dose}, {route}, one dose.", "Rx: {drug} {dose} {route} in office.", "I ordered {dose} of {drug} to be given {route}.",
    "Orders:\n  {drug} {dose} {route}", "P: give {drug} {dose} {route}.",
)  # fmt: skip
ORDER_NO_ROUTE = (
    "Order: {drug} {dose} x1.",
    "Ordered {drug} {dose} once.",
    "Plan: {drug} {dose} today.",
    "Will give {drug} {dose} now.",
)
SIGNED = (
    "Electronically signed by {who} on {date} at {late}", "Signed: {who} {date}", "/s/ {who} {date}", "Signature: {who}   Date: {date}", "e-signed {who} {date} {late}",
    "Electronically authenticated by {who}, {date}", "{who}\n{date} {late}", "Electronically signed by:\n{who}\n{date}",
)  # fmt: skip
UNSIGNED = (
    "Provider signature: ____________________",
    "Electronically signed by: [pending]",
    "Note not yet signed.",
    "Signature pending",
    "Awaiting provider signature.",
    "Signed: ________  Date: ______",
    "",
)
GIVEN = (
    "{drug} {dose} {route}{site} given at {time} by {who}.", "{time} {drug} {dose} administered {route}{site}, {who}.", "Administered {dose} {drug} {route}{site} at {time}. Given by {who}.",
    "At {time} {who} gave {drug} {dose} {route}{site}.", "Pt received {drug} {dose} {route}{site} at {time} from {who}.", "Injection: {drug} {dose} {route}{site}, {time}, {who}",
    "{dose} of {drug} was administered {route}{site} at {time} by {who}.",
)  # fmt: skip
INFUSED = (
    "{drug} {dose} {route}{site} started at {start} by {who}, completed {stop}.", "Start {start}, stop {stop}. {drug} {dose} {route} given{site} by {who}.",
    "{start} {drug} {dose} {route} started{site}, {who}\n{mid} rate unchanged\n{stop} infusion complete", "Infused {drug} {dose} {route}{site} from {start} to {stop}, {who}.",
    "{drug} {dose} {route}{site}, infusion time {start}-{stop}, administered by {who}.",
)  # fmt: skip
VIAL = (
    "From a {vial} single-dose vial",
    "Drawn from {vial} SDV",
    "{vial} single-dose vial used",
    "Vial: {vial}, single dose",
    "Vial size {vial} (single-use)",
)
VIALS = (
    "{n} x {vial} single-dose vials used",
    "{n} vials of {vial} opened",
    "Vials: {n} x {vial}",
    "{n} {vial} single-dose vials",
)
WASTED = (
    "{waste} discarded.",
    "{waste} wasted, witnessed.",
    "Waste: {waste}.",
    "Amount discarded: {waste}.",
    "remaining {waste} was discarded.",
    "wasted {waste}.",
    "Discarded {waste} of drug.",
)
NO_WASTE = (
    "No waste.",
    "Nothing discarded.",
    "None wasted.",
    "Vial used in full.",
    "Waste: 0 {unit}.",
    "No drug remaining.",
    "Entire vial used.",
    "Wastage: none.",
)
WASTE_VAGUE = (
    "Remainder discarded per policy.",
    "Leftover drug disposed of.",
    "",
    "Waste disposed per protocol.",
    "",
)
DIAGNOSIS = (
    "Diagnosis: {dx} ({icd}).",
    "Dx: {dx}",
    "Assessment: {dx}, {icd}.",
    "A: {dx}.",
    "Indication: {dx}",
    "Impression: {dx} ({icd})",
    "Being treated for {dx}.",
)
NO_DIAGNOSIS = ("", "", "Reason for visit: scheduled treatment.", "Diagnosis: ____", "Here for treatment.")
WEIGHT = ("Wt {kg} kg.", "Weight: {kg} kg", "Weight today {kg} kg.", "Patient weighs {kg} kg.", "Wt: {lb} lb")
NO_WEIGHT = ("", "Weight not obtained today.", "BP 124/76, HR 72.")
LOT = ("Lot {lot}, exp 11/26.", "Lot # {lot}", "lot number {lot}.", "Lot: {lot}   NDC: {ndc}", "NDC {ndc}.")
RESPONSE = (
    "Tolerated well.",
    "No adverse reaction.",
    "Observed 20 minutes, no reaction.",
    "Patient tolerated the procedure without complication.",
    "Monitored 30 min, stable.",
    "No side effects noted.",
    "Vitals stable after, no distress.",
    "No infusion reaction.",
    "Pain improved from 8/10 to 3/10 after 20 min.",
)
CONSENT = (
    "Verbal consent obtained.",
    "Informed consent signed.",
    "Risks and benefits discussed, patient agrees to proceed.",
    "Written consent on file.",
)
NO_CONSENT = ("", "Consent form not found.", "Consent not obtained.")
VISIT = (
    "HPI: {age} y/o with {dx}, symptoms for 3 days. Also asks about blood pressure.\nExam: BP 148/92, lungs clear, heart regular.\nHypertension above goal, increase lisinopril to 20 mg daily.",
    "S: {age} yo presents with {dx}. New knee pain too.\nO: alert, NAD, mild effusion R knee.\nAlso ordered x-ray of knee, PT referral.",
    "CC: {dx}. Reports poor sleep and cough x 5 days.\nPhysical exam: oropharynx red, lungs clear.\nStart benzonatate, recheck in 1 week.",
)  # fmt: skip
NO_VISIT = (
    "Here for scheduled injection only.",
    "Nurse visit. No other complaints.",
    "Patient in for treatment, no new concerns.",
)
HISTORY = (
    "PMH: hypertension, hyperlipidemia.", "Allergies: NKDA.", "Family history: mother with diabetes.", "Last visit 3 months ago was uneventful.", "Home meds: lisinopril 10 mg daily, metformin 500 mg BID.",
    "Previously received {drug} {old} at another clinic last year.", "No known drug allergies.", "Denies fever, chills or chest pain.",
)  # fmt: skip
SLIPS = {
    "administered": "adminstered", "discarded": "discared", "tolerated": "tolerted", "reaction": "reacton", "signed": "signed", "deltoid": "deltiod", "infusion": "infsuion", "received": "recieved",
    "weight": "wieght", "Diagnosis": "Diagnosys", "started": "strated", "ketorolac": "ketorlac", "complication": "complicaton", "Ordered": "Orderd",
}  # fmt: skip
