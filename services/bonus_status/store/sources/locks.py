"""Locks the accounts of members together with those of who invited them."""

from sqlalchemy import Connection

from services.bonus_status.ledger import Account
from services.bonus_status.store import ledger
from services.bonus_status.store.sources import invitations
from services.bonus_status.store.sources.invitations import Invitation


def lock_with_inviters(
    connection: Connection, members: set[str]
) -> tuple[dict[str, Account], list[Invitation]]:
    """Lock the accounts of members and of their inviters, and answer both with the invitations.

    Invitations are read again behind the locks: one that was kept or released in between counts.
    """
    inviters = set(invitations.inviters(connection, members).values())
    accounts = ledger.lock_accounts(connection, members | inviters)
    found = invitations.of_friends(connection, members)
    missing = {one.inviter_id for one in found} - accounts.keys()
    if missing:
        accounts |= ledger.lock_accounts(connection, missing)
    return accounts, found
