"""Drug arithmetic: from a dose to billing units, waste, NDC quantity and administration codes.

Exact rational numbers throughout; what is not known is refused, never assumed.
"""

from scrubjay.drugs.answers import CodeAnswer, ConvertAnswer, NdcAnswer, Refusal, UnitsAnswer, UnitsRequest
from scrubjay.drugs.look_up import look_up_code, look_up_ndc
from scrubjay.drugs.successors import convert_units
from scrubjay.drugs.waste import Demand, DiscardRule
from scrubjay.drugs.work_out import work_out_units

__all__ = [
    "CodeAnswer",
    "ConvertAnswer",
    "Demand",
    "DiscardRule",
    "NdcAnswer",
    "Refusal",
    "UnitsAnswer",
    "UnitsRequest",
    "convert_units",
    "look_up_code",
    "look_up_ndc",
    "work_out_units",
]
