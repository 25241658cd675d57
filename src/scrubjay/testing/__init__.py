"""Public factories and runners for tests; nothing in the program itself imports this."""
