"""The HTTP edge: a member names relatives and types their codes; a clerk withdraws for them."""

from typing import Any
from uuid import UUID

from flask import Response, request

from services.members.domain import read_phone
from services.members.relatives import asking, store
from services.members.relatives.desk import Desk, here
from services.members.relatives.domain import (
    AskedJustNow,
    CodeOver,
    NotAsked,
    OwnNumber,
    Relative,
    RelativeKnown,
    TooManyQuestions,
    TooManyRelatives,
    UnknownRelative,
    WrongCode,
)
from services.members.relatives.operator import NotASubscriber, OperatorSilent
from services.members.relatives.schemas import (
    ConsentListSchema,
    ConsentSchema,
    NewRelativeSchema,
    NumberSchema,
    RelativeListSchema,
    RelativeSchema,
    TypedCodeSchema,
)
from services.members.schemas import ByClerkSchema
from shared.web import Blueprint

REFUSALS: dict[type[Exception], int] = {
    OwnNumber: 422,
    RelativeKnown: 409,
    TooManyRelatives: 409,
    TooManyQuestions: 429,
    AskedJustNow: 429,
    UnknownRelative: 404,
    NotAsked: 409,
    WrongCode: 422,
    CodeOver: 409,
    NotASubscriber: 422,
    OperatorSilent: 503,
}
blueprint = Blueprint("relatives", __name__, description="Numbers of others, with their consent.")


@blueprint.post("/me/relatives")
@blueprint.arguments(NewRelativeSchema)
@blueprint.response(201, RelativeSchema)
def name_relative(sent: dict[str, str]) -> Relative:
    """Name a relative: his number is checked at the operator, and he is asked by SMS."""
    desk, member_id = _mine()
    phone = read_phone(sent["phone"])
    with desk.engine.begin() as connection:
        asking.check(connection, member_id, phone, desk.clock())
    _check_subscriber(desk, member_id, phone)
    with desk.engine.begin() as connection:
        return asking.ask(
            connection,
            member_id,
            phone=phone,
            label=sent["label"],
            codes=desk.codes,
            now=desk.clock(),
        )


@blueprint.get("/me/relatives")
@blueprint.response(200, RelativeListSchema)
def my_relatives() -> dict[str, Any]:
    """List my relatives, and whether they agreed."""
    desk, member_id = _mine()
    with desk.engine.connect() as connection:
        return {"data": store.of_member(connection, member_id)}


@blueprint.post("/me/relatives/<uuid:relative_id>/consent")
@blueprint.arguments(TypedCodeSchema)
@blueprint.response(200, RelativeSchema)
def consent(sent: dict[str, str], relative_id: UUID) -> Relative:
    """Take the code that my relative told me: from now on a goal may name him."""
    desk, member_id = _mine()
    with desk.engine.begin() as connection:
        answer = asking.consent(
            connection,
            member_id,
            relative_id,
            typed=sent["code"],
            codes=desk.codes,
            now=desk.clock(),
        )
    # Raised after the commit: the try is used up.
    if isinstance(answer, WrongCode):
        raise answer
    return answer


@blueprint.post("/me/relatives/<uuid:relative_id>/ask-again")
@blueprint.response(200, RelativeSchema)
def ask_again(relative_id: UUID) -> Relative:
    """Send my relative another code, a minute after the last one at the earliest."""
    desk, member_id = _mine()
    with desk.engine.begin() as connection:
        return asking.ask_again(connection, member_id, relative_id, desk.codes, desk.clock())


@blueprint.delete("/me/relatives/<uuid:relative_id>")
@blueprint.response(204)
def remove(relative_id: UUID) -> Response:
    """Take a relative off my list; his number is forgotten, and goals that name him wait."""
    desk, member_id = _mine()
    with desk.engine.begin() as connection:
        asking.remove(connection, member_id, relative_id, desk.clock())
    return Response(status=204)


@blueprint.post("/relatives/look-up")
@blueprint.arguments(NumberSchema)
@blueprint.response(200, ConsentListSchema)
def look_up(sent: dict[str, str]) -> dict[str, Any]:
    """Find who may top a number up, for a clerk whose caller wants to withdraw his consent."""
    desk = here()
    desk.access.require_operator(request)
    with desk.engine.connect() as connection:
        return {"data": store.of_number(connection, read_phone(sent["phone"]))}


@blueprint.post("/relatives/<uuid:relative_id>/withdraw")
@blueprint.arguments(ByClerkSchema)
@blueprint.response(200, ConsentSchema)
def withdraw(sent: dict[str, str], relative_id: UUID) -> Relative:
    """Withdraw a consent for the owner of the number; with who and why."""
    desk = here()
    desk.access.require_operator(request)
    with desk.engine.begin() as connection:
        return asking.withdraw(connection, relative_id, **sent, now=desk.clock())


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """Let no cache on the way keep numbers."""
    response.headers["Cache-Control"] = "no-store"
    return response


def _mine() -> tuple[Desk, UUID]:
    desk = here()
    return desk, desk.access.subject(request)


def _check_subscriber(desk: Desk, member_id: UUID, phone: str) -> None:
    # No transaction is open while the operator is asked.
    desk.strangers.check(str(member_id))
    try:
        desk.operator.check_subscriber(phone)
    except NotASubscriber:
        desk.strangers.note_failure(str(member_id))
        raise
