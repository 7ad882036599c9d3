"""Admitad's statistics of actions: by offset, at most 500 a page, under an OAuth token."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
from flask import Blueprint, Response, request

from services.sandbox.faults import Fault
from services.sandbox.moments import from_text
from services.sandbox.networks import pages
from services.sandbox.networks.pages import Row
from services.sandbox.networks.transactions import Listing

blueprint = Blueprint("admitad", __name__, url_prefix="/admitad")
_MOSCOW = ZoneInfo("Europe/Moscow")
_LARGEST_LIMIT = 500
_FILTERS = {
    "status_updated_start": ("changed_at", "%d.%m.%Y %H:%M:%S"),
    "date_start": ("ordered_at", "%d.%m.%Y"),
}
_END = datetime(2199, 1, 1, tzinfo=UTC)


@blueprint.post("/token/")
def give_token() -> Response:
    """Give the token to who has the name and the password."""
    given = {"access_token": pages.TOKEN, "expires_in": 604_800, "token_type": "bearer"}
    return pages.answer("admitad-token", pages.basic(), lambda _: msgspec.json.encode(given))


@blueprint.get("/statistics/actions/")
def list_actions() -> Response:
    """List actions from a day on, or from a moment of their status on."""
    limit = min(int(request.args.get("limit", "20")), _LARGEST_LIMIT)
    offset = int(request.args.get("offset", "0"))
    name = next(one for one in _FILTERS if one in request.args)
    moment, pattern = _FILTERS[name]
    since = datetime.strptime(request.args[name], pattern).replace(tzinfo=_MOSCOW)
    listing = Listing("admitad", moment, since, _END)

    def make(fault: Fault | None) -> bytes:
        rows, shown = pages.part(listing, offset, limit, fault)
        meta = {"count": shown.total, "limit": limit, "offset": offset}
        return msgspec.json.encode({"results": [_action(one) for one in rows], "_meta": meta})

    return pages.answer("admitad", pages.bearer(), make)


def _action(row: Row) -> dict[str, object]:
    return {
        "action_id": row["number"],
        "order_id": row["order_id"],
        "action_type": "sale",
        "status": row["status"],
        "subid": row["click_id"],
        "subid1": None,
        "cart": float(str(row["amount"])),
        "payment": 1.0,
        "currency": row["currency"],
        "action_date": _local(row["ordered_at"]),
        "status_updated": _local(row["changed_at"]),
        "click_date": _local(row["ordered_at"]),
        "comment": row["reason"],
    }


def _local(moment: object) -> str | None:
    if moment is None:
        return None
    return from_text(str(moment)).astimezone(_MOSCOW).strftime("%Y-%m-%d %H:%M:%S")
