"""The auditor of a test's database: what `cashback verify` says of it."""

import psycopg
from psycopg.rows import dict_row

from deploy import databases
from deploy.verify import chain
from tests.integration.bonus_status.desk import Desk
from tests.support.databases import PASSWORD


def faults_of_chains(desk: Desk, admin_dsn: str) -> dict[str, int]:
    """Each figure that should be zero and is not."""
    name = str(desk.engine.url.database)
    dsn = databases.as_role(admin_dsn, name, "auditor", PASSWORD)
    with psycopg.connect(dsn, row_factory=dict_row) as auditor:
        checks = chain.checks(auditor)
    return {name: count for check in checks for name, count in check.faults.items()}


def rewrite(desk: Desk, admin_dsn: str, *statements: str) -> None:
    """Change the service's tables as somebody who owns the server and takes its guards away."""
    dsn = databases.with_database(admin_dsn, str(desk.engine.url.database))
    with psycopg.connect(dsn, options="-c search_path=bonus_status") as admin:
        admin.execute("SET session_replication_role = replica")  # no trigger stands in the way
        for statement in statements:
            admin.execute(statement.encode())
