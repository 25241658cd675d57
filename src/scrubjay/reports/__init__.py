"""Reports: what a run found, as text, JSON, tables and HTML. Formatting only; nothing is judged here."""
