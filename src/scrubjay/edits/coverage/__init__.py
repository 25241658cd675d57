"""Coverage edits: authorization, limits, step therapy, place, benefit, eligibility."""
