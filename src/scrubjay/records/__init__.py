"""Does the chart support the claim: reading charts, finding what they state, comparing it with what is billed."""
