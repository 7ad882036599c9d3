"""A clerk releases an invitation that was held: from now on it counts like any other."""

from datetime import datetime

from sqlalchemy import Connection

from services.bonus_status.books import Books, Cause
from services.bonus_status.domain import Source
from services.bonus_status.handlers.followers import follow_friend
from services.bonus_status.sources.rules import gift_id
from services.bonus_status.store import ledger
from services.bonus_status.store.replay import applied
from services.bonus_status.store.sources import invitations, rules
from services.bonus_status.store.sources.followers import prepare
from services.bonus_status.store.sources.locks import lock_with_inviters


class UnknownInvitation(LookupError):
    """Nobody invited this member."""

    code = "unknown_invitation"

    def __init__(self, friend_id: str) -> None:
        """Name the friend."""
        super().__init__(f"There is no invitation of member {friend_id}.")


def release(
    connection: Connection, friend_id: str, *, clerk: str, reason: str, now: datetime
) -> invitations.Invitation:
    """Release an invitation; harmless to repeat. Raises UnknownInvitation."""
    if not invitations.of_friends(connection, {friend_id}):
        raise UnknownInvitation(friend_id)
    applied.begin(connection)
    accounts, _ = lock_with_inviters(connection, {friend_id})
    if invitations.release(connection, friend_id, clerk, reason, now):
        applied.note(connection, invitations.TOPIC, [(friend_id, 1)])
    (invitation,) = invitations.of_friends(connection, {friend_id})
    bonus_id = gift_id(Source.INVITATION, friend_id)
    known = ledger.bonuses_by_id(connection, [bonus_id])
    if not known:
        followers = prepare(connection, [], known, [invitation])
        inviters = ledger.open_bonuses(connection, [invitation.inviter_id])
        books = Books(accounts, inviters, now)
        cause = Cause(bonus_id, "released", now)
        follow_friend(books, followers, *followers.friends[friend_id], cause)
        rules.save(connection, followers.budgets)
        ledger.save(connection, books)
    return invitation
