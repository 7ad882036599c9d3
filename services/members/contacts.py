"""Phones in bulk: payout tops many up at once, and asks once for all of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from services.members import api, store
from shared.schemas import ShortList, StrictSchema
from shared.web import Blueprint

MOST_AT_ONCE = 200
blueprint = Blueprint("contacts", __name__, description="Phones, for services.")


class WantedSchema(StrictSchema):
    """Whose phones: at most 200 of each kind."""

    members = ShortList(fields.UUID(), most=MOST_AT_ONCE, load_default=list)
    relatives = ShortList(fields.UUID(), most=MOST_AT_ONCE, load_default=list)


class PhonesSchema(Schema):
    """Phones by id; who is not known is missing."""

    members = fields.Dict(keys=fields.String(), values=fields.String())
    relatives = fields.Dict(keys=fields.String(), values=fields.String())


@blueprint.post("/contacts")
@blueprint.arguments(WantedSchema)
@blueprint.response(200, PhonesSchema)
def contacts(wanted: dict[str, Sequence[UUID]]) -> dict[str, Any]:
    """Answer the phones of members, for services; they use them and keep nothing of them."""
    here = api.office()
    with here.engine.connect() as connection:
        phones = store.phones(connection, wanted["members"])
    return {
        "members": {str(one): phone for one, phone in phones.items()},
        "relatives": {},
    }
