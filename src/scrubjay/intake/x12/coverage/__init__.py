"""Answers of payers about a patient's coverage: 278 (authorization of services) and 271 (eligibility)."""
