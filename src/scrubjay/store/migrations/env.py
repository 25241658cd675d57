"""What Alembic runs: the migrations, on the connection (and in the transaction) that `migrate` holds."""

from __future__ import annotations

from alembic import context

from scrubjay.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite too undoes a schema change with its transaction.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
