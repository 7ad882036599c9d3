"""Alembic's entry: runs the revisions on the connection that shared.migrate opened."""

from alembic import context
from sqlalchemy import text

_ONE_AT_A_TIME = 4_711_001

connection = context.config.attributes["connection"]
connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_AT_A_TIME})
context.configure(connection=connection)
with context.begin_transaction():
    context.run_migrations()
