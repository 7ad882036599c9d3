"""A clerk gives a member another number: who lost his SIM card, or his number to another owner.

The clerk has seen who he is; so no code is asked for, but who did it and why is kept, and the old
number is told; whoever had it until now is signed out, and what he began is void.
"""

from dataclasses import replace
from uuid import UUID, uuid4

from flask import request

from services.members import store
from services.members.domain import Decision, Member, Status, read_phone
from services.members.entering import ending
from services.members.events import member_changed
from services.members.front import front, keep_private
from services.members.letters.domain import NOTICE_LASTS, Channel, Kind, Letter
from services.members.schemas import ByClerkSchema, MemberSchema
from shared import event_log
from shared.schemas import Text
from shared.web import Blueprint

blueprint = Blueprint("numbers", __name__, description="Numbers of members, for clerks.")
blueprint.after_request(keep_private)
_SHOWN_DIGITS = 4


class GivenNumberSchema(ByClerkSchema):
    """The new number; who gives it, and why."""

    phone = Text(longest=32, required=True)


@blueprint.post("/members/<uuid:member_id>/phone")
@blueprint.arguments(GivenNumberSchema)
@blueprint.response(200, MemberSchema)
def give_number(sent: dict[str, str], member_id: UUID) -> Member:
    """Give a member another number; a blocked one stays blocked until he is let back in."""
    here = front()
    here.access.require_operator(request)
    number, now = read_phone(sent["phone"]), here.clock()
    with here.engine.begin() as connection:
        before = store.find(connection, member_id, lock=True)
        if before.status is Status.ERASED:
            raise store.UnknownMember(member_id)
        if before.phone == number:
            return before
        member = store.set_contact(connection, replace(before, phone=number))
        decision = Decision(member.status, sent["reason"], sent["clerk"], now)
        store.add_decision(connection, member_id, decision)
        event_log.add(connection, [member_changed(member, now)])
        ending.end_all(connection, member_id, now)
        if before.phone is not None:
            notice = Letter(
                uuid4(),
                Kind.PHONE_CHANGED,
                Channel.SMS,
                before.phone,
                member.language,
                now + NOTICE_LASTS,
                {"ending": number[-_SHOWN_DIGITS:]},
                member_id=member_id,
            )
            here.post.letters.write(connection, notice, now)
        return member
