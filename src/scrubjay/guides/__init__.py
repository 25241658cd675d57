"""Billing guides: written from cited data, and checked where somebody else wrote them."""
