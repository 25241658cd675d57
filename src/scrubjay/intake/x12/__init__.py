"""X12 837 files as columns: separators, envelope, batches of whole claims, claim and line columns."""
