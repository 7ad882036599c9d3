"""What members says: who is blocked, and what the programme thanks a member or his inviter for."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from services.bonus_status.books import Books, Cause
from services.bonus_status.domain import Source, Status
from services.bonus_status.handlers.followers import follow_friend
from services.bonus_status.schemas import MemberView
from services.bonus_status.sources.gifts import Gift, give
from services.bonus_status.sources.rules import gift_id, in_force
from services.bonus_status.store import heard, ledger, payouts
from services.bonus_status.store.claims import files
from services.bonus_status.store.sources import invitations, rules
from services.bonus_status.store.sources.followers import Followers, prepare
from services.bonus_status.store.sources.locks import lock_with_inviters
from shared.clock import Clock
from shared.events import Received

Changed = Received[MemberView]
_THANKED = (Source.EMAIL_LINKED, Source.PROFILE_FILLED)


def keep_members(connection: Connection, batch: Sequence[Changed], clock: Clock) -> None:
    """Keep who is blocked; open what is given for an e-mail, a profile, an invitation.

    Each is given once for ever, whatever a member takes back and does again, be it in one batch;
    who joins again with his number is no newcomer. Of the erased no file stays.
    """
    deserving = [one for one in batch if _deserves(one.data)]
    if deserving:
        friends = [_friendship(one) for one in deserving if one.data.invited_by]
        invitations.add(connection, [one for one in friends if one[0] != one[1]])
        _thank(connection, deserving, clock())
    heard.save_members(connection, [one.data for one in batch])
    erased = {one.data.member_id for one in batch if one.data.status == "erased"}
    files.forget(connection, sorted(erased))


def _deserves(member: MemberView) -> bool:
    if member.was_here_before:
        return False
    return bool(member.email_linked_at or member.profile_filled_at or member.invited_by)


def _friendship(said: Changed) -> tuple[str, str, datetime, bool]:
    one = said.data
    joined_at = one.registered_at or said.occurred_at
    return (one.member_id, str(one.invited_by), joined_at, one.shared_device)


def _thank(connection: Connection, deserving: Sequence[Changed], now: datetime) -> None:
    members = {one.data.member_id for one in deserving}
    accounts, invited = lock_with_inviters(connection, members)
    gifts = [gift_id(source, member_id) for member_id in members for source in _THANKED]
    gifts += [gift_id(Source.INVITATION, one.friend_id) for one in invited]
    known = ledger.bonuses_by_id(connection, gifts)
    owing = {one.member_id for one in accounts.values() if one.debt}
    owing |= {one.member_id for one in known}
    bonuses = {one.bonus_id: one for one in (*known, *ledger.open_bonuses(connection, owing))}
    spent = payouts.spent_of(connection, [one.bonus_id for one in known if one.written_off])
    books = Books(accounts, bonuses.values(), now, spent)
    followers = prepare(connection, [], known, invited, (*_THANKED, Source.INVITATION))
    for said in deserving:
        cause = Cause(str(said.event_id), f"member:v{said.version}", said.occurred_at)
        _thank_one(books, followers, said.data, cause)
        if said.data.member_id in followers.friends:
            follow_friend(books, followers, *followers.friends[said.data.member_id], cause)
    rules.save(connection, followers.budgets)
    ledger.save(connection, books)


def _thank_one(books: Books, followers: Followers, member: MemberView, cause: Cause) -> None:
    for source, since in zip(
        _THANKED, (member.email_linked_at, member.profile_filled_at), strict=True
    ):
        bonus_id = gift_id(source, member.member_id)
        rule = None if since is None else in_force(followers.rules, source, since)
        if rule is None or bonus_id in books.bonuses:
            continue
        if member.is_own_subscriber and not rule.settings.for_own_subscribers:
            continue
        amount = rule.settings.amount
        gift = Gift(bonus_id, member.member_id, rule, amount, Status.ACCRUED)
        give(books, followers.budgets, gift, cause)
