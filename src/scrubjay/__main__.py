"""`python -m scrubjay`."""

from __future__ import annotations

from scrubjay.cli.main import main

main()
