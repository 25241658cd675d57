"""Letters to payers: written from templates, every number from a record, nothing unsourced."""
