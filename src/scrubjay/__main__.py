"""`python -m scrubjay`."""

from __future__ import annotations

import sys

from scrubjay.cli.main import main

sys.exit(main())
