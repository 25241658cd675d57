"""The code is in no edition of the code set.

## What it checks
That the procedure code exists: a HCPCS Level II code (a letter A to V and four digits) is looked up in every
edition that is held, a CPT number is checked for its form. Some gaps in the numbers are held too: no edition up
to July 2026 lists a code in them, among them all neighbours of the methylprednisolone codes (J2918, J1011). Any
other Level II code that is outside the starter set is *not evaluated*, because the starter holds only the drugs
most billed; `scrubjay reference load FILE` loads the official HCPCS file, and then every code is answered. CPT
numbers that are not held are not judged.

## Why it matters
A code that does not exist is refused at the front end, before anyone looks at the claim, or denied as an
invalid procedure code. Most are slips: the letter O for a zero, a digit too few, a code of an old fee list.

## How to fix
Look the drug up by its name (`scrubjay code "solumedrol 125"`) and bill the code in force on the day.
Example: `J29I9` (letter I) is no code; methylprednisolone sodium succinate is `J2919`.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, when  # noqa: A004

EDIT = Edit(
    code="CD001",
    name="code-not-in-code-set",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("hcpcs").is_not_null()
    & (col("procedure_qualifier").is_null() | (col("procedure_qualifier") == "HC"))
    # A CPT number that is not held is not ours to judge: the numbers are loaded by who may use them.
    & (col("is_level_two") | col("is_code_well_formed").not_() | col("is_code_known").is_not_null()),
    fires=col("is_code_known").not_(),
    message=when(col("is_level_two"))
    .then(format("{} is in no edition of HCPCS Level II that is held.", "hcpcs"))
    .otherwise(format("{} is not a code of HCPCS Level II, and not in the form of a CPT number.", "hcpcs")),
    fix=Fix(
        advice="Look the service up by its name (scrubjay code TEXT) and bill the code that is in force on the day. "
        "Check for a letter O or I in place of a digit."
    ),
    citations=(
        Citation(
            "HCPCS-APR24", "CMS's alpha-numeric HCPCS file lists every Level II code with its days.", "A"
        ),
        Citation("CEDI", "A procedure code that is not valid on the date is rejected at the front end.", "B"),
    ),
    prevents_carc=("16", "181"),
    prevents_rarc=("M51", "N56"),
)
