"""What is still on its way: unsent events, messages not read yet, parked ones, clicks to ship."""

from deploy import databases
from deploy.target import Target
from deploy.verify.books import Auditor, figures
from deploy.verify.check import Check
from shared.kafka import lag_of
from shared.readers import readers

_UNSENT = """
SELECT count(*) AS unsent FROM {schema}.event_log AS log, {schema}.event_log_sent AS sent
WHERE (log.transaction_id, log.position) > (sent.transaction_id, sent.position)
"""
_PARKED = """
SELECT count(*) AS parked FROM {schema}.parked WHERE state NOT IN ('applied', 'discarded')
"""


def checks(auditor: Auditor, system: Target) -> list[Check]:
    """Judge whether anything waits anywhere."""
    groups = readers()
    lag = {
        group: sum(lag_of(system.kafka_bootstrap, group, topics).values())
        for group, topics in groups.items()
    }
    return [
        Check(
            "nothing is unsent in the event logs, no consumer lags",
            seen={"event_logs": len(_having(auditor, "event_log_sent")), "groups": len(groups)},
            wrong={
                "events_unsent": _count(auditor, "event_log_sent", _UNSENT),
                **{f"lag_of_{group.replace('-', '_')}": behind for group, behind in lag.items()},
            },
        ),
        Check(
            "nothing is parked",
            seen={},
            wrong={"messages_parked": _count(auditor, "parked", _PARKED)},
        ),
    ]


def _count(auditor: Auditor, table: str, query: str) -> int:
    return sum(
        next(iter(figures(auditor, query.format(schema=schema)).values()))
        for schema in _having(auditor, table)
    )


def _having(auditor: Auditor, table: str) -> list[str]:
    """Answer the services whose schema has that table of the kit."""
    found = auditor.execute(
        "SELECT schemaname FROM pg_tables WHERE tablename = %s AND schemaname = ANY(%s)",
        [table, list(databases.SERVICES)],
    )
    return [row["schemaname"] for row in found]
