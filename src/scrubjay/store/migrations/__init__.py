"""Migrations of the store, in order. A migration that was released is never changed."""
