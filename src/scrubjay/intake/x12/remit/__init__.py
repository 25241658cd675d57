"""X12 answers as columns: 835 remittances, and 999, 997, 277CA and TA1 acknowledgements."""
