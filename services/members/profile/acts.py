"""What a member does with his account: settings, password, and its end; each one transaction."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from services.members import handlers
from services.members import store as members
from services.members.codes import asking
from services.members.codes.asking import Question
from services.members.codes.domain import Code, Purpose, WrongCode
from services.members.domain import Language, Member
from services.members.entering import store as devices
from services.members.entering.ending import forget_begun
from services.members.events import member_changed
from services.members.letters.domain import NOTICE_LASTS, Channel, Kind, Letter
from services.members.mine import Mine
from services.members.passwords import store as passwords
from services.members.profile import store
from services.members.profile.domain import Settings
from services.members.recovering.steps import tell_of_password
from services.members.relatives import asking as relatives
from services.members.relatives import store as relatives_store
from shared import event_log


class WrongOldPassword(ValueError):
    """The password that is to be changed is another one."""

    code = "wrong_old_password"
    field = "old_password"

    def __init__(self) -> None:
        super().__init__("old_password: this is not your password.")


def change_settings(
    mine: Mine, changes: Mapping[str, Any], language: Language | None
) -> tuple[Member, Settings]:
    """Keep what a member sets, what is left out stays; a name fills his profile."""
    member = mine.lock()
    before = store.settings(mine.connection, mine.member_id)
    notices = {**before.notices, **changes.get("notices", {})}
    chosen = replace(before, **{**changes, "notices": notices})
    store.put_settings(mine.connection, mine.member_id, chosen)
    if language is not None and language is not member.language:
        member = members.set_contact(mine.connection, replace(member, language=language))
        event_log.add(mine.connection, [member_changed(member, mine.now)])
    if chosen.name is not None:
        said = {"profile_is_filled": True}
        member = handlers.note(mine.connection, mine.member_id, said, mine.now)
    return member, chosen


def change_password(mine: Mine, old: str | None, new: str, kept_device: UUID | None) -> None:
    """Keep a new password and sign all other devices out; raises WrongOldPassword.

    `old`, `new`: hashes; the old one is the one that was checked.
    """
    member = mine.lock()
    if passwords.find(mine.connection, mine.member_id) != old:
        raise WrongOldPassword
    passwords.put(mine.connection, mine.member_id, new, mine.now)
    devices.end_others(mine.connection, mine.member_id, kept_device, mine.now)
    forget_begun(mine.connection, mine.member_id)
    tell_of_password(mine.connection, member, mine.post.letters, mine.now)


def ask_to_erase(mine: Mine) -> Code:
    """Send the code that an erasure needs; raises as asking.ask does."""
    member = mine.lock()
    question = Question(
        mine.member_id,
        Purpose.ERASURE,
        Channel.SMS,
        member.number,
        member.language,
        mine.address,
        kind=Kind.ERASURE_CODE,
        member_id=mine.member_id,
    )
    return asking.ask(mine.connection, question, mine.post, mine.now)


def erase(mine: Mine, typed: str) -> WrongCode | None:
    """Let the person go: what is of him is deleted, sums and proofs elsewhere stay.

    Raises CodeOver.
    """
    member = mine.lock()
    refusal = asking.try_code(
        mine.connection,
        mine.member_id,
        Purpose.ERASURE,
        typed,
        codes=mine.post.codes,
        now=mine.now,
    )
    if refusal is not None:
        return refusal
    goodbye = Letter(
        uuid4(),
        Kind.ERASED,
        Channel.SMS,
        member.number,
        member.language,
        mine.now + NOTICE_LASTS,
        member_id=mine.member_id,
    )
    mine.post.letters.write(mine.connection, goodbye, mine.now)
    for relative in relatives_store.of_member(mine.connection, mine.member_id):
        relatives.remove(mine.connection, mine.member_id, relative.relative_id, mine.now)
    store.forget(mine.connection, mine.member_id, member.phone, member.email, mine.now)
    asking.forget(mine.connection, mine.member_id, Purpose.ERASURE)
    # Who joined before numbers were remembered, or changed his, is not given a newcomer's gifts
    # with this one either.
    mine.numbers.remember(mine.connection, member.number, mine.now)
    erased = members.erase(mine.connection, mine.member_id)
    event_log.add(mine.connection, [member_changed(erased, mine.now)])
    return None
