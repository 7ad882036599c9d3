"""Prepares the servers of the compose stack: roles, schemas, topics, the catalog's first stores.

Every step is safe to repeat: compose runs this at each `up`. Stores are imported into an empty
catalog only: later it belongs to the operator.
"""

import os
import sys

import psycopg

from deploy import databases
from deploy.prepare import import_catalog, prepare


def main() -> None:
    """Prepare what the settings name, and say each step."""
    admin_dsn = os.environ["ADMIN_DSN"]
    passwords = {role: os.environ[f"{role.upper()}_PASSWORD"] for role in databases.ROLES}
    prepare(admin_dsn, passwords, os.environ["KAFKA_BOOTSTRAP"], _say)
    catalog_url = databases.as_role(admin_dsn, databases.DATABASE, "catalog", passwords["catalog"])
    if _is_empty(catalog_url):
        import_catalog({**os.environ, "DATABASE_URL": catalog_url})
        _say("the catalog has its first stores")


def _is_empty(catalog_url: str) -> bool:
    with psycopg.connect(catalog_url) as connection:
        return connection.execute("SELECT FROM stores LIMIT 1").fetchone() is None


def _say(step: str) -> None:
    sys.stdout.write(f"{step}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
