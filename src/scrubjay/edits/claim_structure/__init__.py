"""The edits of one family; see docs/edits."""
