"""A batch costs what it holds, not what the tables hold."""

from uuid import uuid4

import psycopg
from sqlalchemy import Connection

from services.bonus_status.store import ledger
from shared.arrays import array, columns
from shared.database import raw

STORED, CHANGED = 20_000, 1_000


def test_saving_accounts_goes_by_index(connection: Connection) -> None:
    """What would break it: keys named by the join alone; the planner then hashes the table."""
    plain: psycopg.Connection[tuple[object, ...]] = raw(connection)
    members = [str(uuid4()) for _ in range(STORED)]
    plain.execute(
        "INSERT INTO accounts (member_id) SELECT * FROM unnest(%s::uuid[])", [array(members)]
    )
    plain.execute("ANALYZE accounts")
    keys, *balances = columns(
        [(member, 1, 1, 0, 0, 0, 0, None, "00" * 32) for member in members[:CHANGED]]
    )
    explain = f"EXPLAIN {ledger._SAVE_ACCOUNTS}"  # noqa: SLF001 - the very statement
    plan = "\n".join(str(row[0]) for row in plain.execute(explain, [keys, *balances, keys]))
    assert "Seq Scan" not in plan, plan
