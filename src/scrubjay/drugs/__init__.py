"""Drug arithmetic: from a dose to billing units, waste, NDC quantity and administration codes.

Exact rational numbers throughout; what is not known is refused, never assumed.
"""
