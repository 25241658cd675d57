"""The store: claims that were sent, what the payers answered, cases and what was done about them.

SQLite by default, PostgreSQL by setting. All SQL of the program is in this package. What is stored is what
files said and what people did; what follows from it (which payment counts, what may be posted, what matches
what) is worked out on reading, so that it cannot depend on the order in which files came.
"""

from scrubjay.store.engine import Store, default_url
from scrubjay.store.errors import StoreError, StoreFailedError

__all__ = ["Store", "StoreError", "StoreFailedError", "default_url"]
