"""Faults of billing guides and charge masters: what a text says of codes, drugs, amounts and modifiers."""
