"""A change is begun, each end confirms it, and with the second it is done; each one transaction."""

from dataclasses import replace
from uuid import UUID, uuid4

from services.members import store as members
from services.members.changing import store
from services.members.changing.domain import (
    CHANGE_LASTS,
    PURPOSES,
    Change,
    End,
    EndProved,
    NothingChanges,
    What,
)
from services.members.codes import asking
from services.members.codes.asking import Question
from services.members.codes.domain import WrongCode
from services.members.domain import Member
from services.members.entering.ending import forget_begun
from services.members.events import member_changed
from services.members.letters.domain import NOTICE_LASTS, Channel, Kind, Letter
from services.members.mine import Mine
from shared import event_log

_SHOWN_DIGITS = 4


def begin(mine: Mine, what: What, new: str) -> Change:
    """Begin a change: both ends are sent codes; raises NothingChanges and as asking.ask does.

    Whether the new one is another member's is told there alone.
    """
    member = mine.lock()
    if new in {member.phone, member.email}:
        raise NothingChanges
    change = Change(
        uuid4(),
        member.member_id,
        what,
        new,
        is_old_proved=False,
        is_new_proved=False,
        done_at=None,
        ends_at=mine.now + CHANGE_LASTS,
    )
    store.add(mine.connection, change, mine.now)
    for end in End:
        _send(mine, member, change, end)
    return change


def send_again(mine: Mine, change_id: UUID, end: End) -> Change:
    """Send another code to an end that has not confirmed; raises UnknownChange, EndProved."""
    member = mine.lock()
    change = store.lock(mine.connection, change_id, mine.member_id, mine.now)
    if change.is_old_proved if end is End.OLD else change.is_new_proved:
        raise EndProved(end)
    _send(mine, member, change, end)
    return change


def prove(mine: Mine, change_id: UUID, end: End, typed: str) -> Change | WrongCode:
    """Take the code of one end; with the second the change is done.

    Raises UnknownChange, CodeOver, and PhoneTaken or EmailTaken where another was quicker.
    """
    member = mine.lock()
    change = store.lock(mine.connection, change_id, mine.member_id, mine.now)
    refusal = asking.try_code(
        mine.connection, change_id, PURPOSES[end], typed, codes=mine.post.codes, now=mine.now
    )
    if refusal is not None:
        return refusal
    proved = (
        replace(change, is_old_proved=True)
        if end is End.OLD
        else replace(change, is_new_proved=True)
    )
    if not proved.is_proved:
        store.put(mine.connection, proved)
        return proved
    done = replace(proved, done_at=mine.now)
    store.put(mine.connection, done)
    _do(mine, member, done)
    # Another change may have been confirmed by the end that is the old one no more.
    forget_begun(mine.connection, mine.member_id)
    return done


def _do(mine: Mine, member: Member, change: Change) -> None:
    if change.what is What.PHONE:
        after = replace(member, phone=change.new)
    else:
        linked = replace(member.standing, email_linked_at=mine.now)
        after = replace(member, email=change.new, standing=linked)
    changed = members.set_contact(mine.connection, after)
    event_log.add(mine.connection, [member_changed(changed, mine.now)])
    _tell_the_old_end(mine, member, change)


def _tell_the_old_end(mine: Mine, member: Member, change: Change) -> None:
    channel, to = _old_end(member, change.what)
    is_phone = change.what is What.PHONE
    notice = Letter(
        uuid4(),
        Kind.PHONE_CHANGED if is_phone else Kind.EMAIL_CHANGED,
        channel,
        to,
        member.language,
        mine.now + NOTICE_LASTS,
        {"ending": change.new[-_SHOWN_DIGITS:]} if is_phone else {},
        member_id=member.member_id,
    )
    mine.post.letters.write(mine.connection, notice, mine.now)


def _send(mine: Mine, member: Member, change: Change, end: End) -> None:
    channel, to = _old_end(member, change.what) if end is End.OLD else _new_end(change)
    owner = None
    if end is End.NEW:
        is_phone = change.what is What.PHONE
        find = members.find_by_phone if is_phone else members.find_by_email
        owner = find(mine.connection, to)
    taken = Kind.ACCOUNT_EXISTS if change.what is What.PHONE else Kind.EMAIL_TAKEN
    question = Question(
        change.change_id,
        PURPOSES[end],
        channel,
        to,
        member.language,
        mine.address,
        kind=Kind.CHANGE_CODE,
        instead=None if owner is None else taken,
        member_id=member.member_id if owner is None else owner.member_id,
    )
    asking.ask(mine.connection, question, mine.post, mine.now)


def _old_end(member: Member, what: What) -> tuple[Channel, str]:
    """Who has no e-mail yet confirms its first one by his number."""
    if what is What.EMAIL and member.email is not None:
        return Channel.EMAIL, member.email
    return Channel.SMS, member.number


def _new_end(change: Change) -> tuple[Channel, str]:
    return Channel.SMS if change.what is What.PHONE else Channel.EMAIL, change.new
