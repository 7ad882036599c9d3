"""A case: a difference with an owner from its first moment, a deadline, and one end with a reason.

What a clerk closed stays closed, and its difference opens no other case. What a later file, or an
outcome that came, explains is closed by the reconciliation itself, and may come back with the next.
"""

from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.payout.store.reconciliation import cases
from services.payout.store.reconciliation.cases import Act

BY_ITSELF = "reconciliation"


class Outcome(StrEnum):
    """How a clerk may close a case."""

    OPERATOR_CORRECTED = "operator_corrected"  # he paid, took back or rewrote what was wrong
    CORRECTED_HERE = "corrected_here"  # points were given or taken by a correction
    ACCEPTED = "accepted"  # the loss, or the gain, is booked as such
    MISTAKEN = "mistaken"  # there never was a difference


class CaseClosed(ValueError):
    """Nothing can be done to a closed case any more."""

    code = "case_closed"

    def __init__(self, case: cases.Case) -> None:
        super().__init__(f"The case was closed at {case.closed_at:%Y-%m-%d %H:%M:%S} UTC already.")


def assign(
    connection: Connection, case_id: UUID, *, owner: str, clerk: str, now: datetime
) -> dict[str, Any]:
    """Give a case to somebody; raises UnknownCase, CaseClosed."""
    if not cases.assign(connection, case_id, owner):
        raise CaseClosed(cases.find(connection, case_id))
    cases.add_acts(connection, [case_id], Act("assigned", clerk, now, owner))
    return show(connection, case_id)


def close(  # noqa: PLR0913 - which, how, why, by whom and when
    connection: Connection,
    case_id: UUID,
    *,
    outcome: Outcome,
    reason: str,
    clerk: str,
    now: datetime,
) -> dict[str, Any]:
    """Close a case: of clerks who do so at once, one; raises UnknownCase, CaseClosed."""
    if not cases.close(connection, case_id, outcome.value, reason, now):
        raise CaseClosed(cases.find(connection, case_id))
    act = Act("closed", clerk, now, f"{outcome.value}: {reason}")
    cases.add_acts(connection, [case_id], act)
    return show(connection, case_id)


def show(connection: Connection, case_id: UUID) -> dict[str, Any]:
    """Answer a case with all that was done to it; raises UnknownCase."""
    return asdict(cases.find(connection, case_id)) | {"acts": cases.acts(connection, case_id)}
