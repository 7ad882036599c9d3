"""Impact's actions: by the date of locking, with the address of the next page in each."""

from datetime import datetime

import msgspec
from flask import Blueprint, Response, request

from services.sandbox.faults import Fault
from services.sandbox.networks import pages
from services.sandbox.networks.pages import Row
from services.sandbox.networks.transactions import Listing
from shared.problems import problem

blueprint = Blueprint("impact", __name__, url_prefix="/impact")
_MOST_PAGES = 10
_SMALLEST_PAGE = 2_000
_STATES = {"pending": "PENDING", "approved": "APPROVED", "declined": "REVERSED"}


@blueprint.get("/Mediapartners/<sid>/Actions")
def list_actions(sid: str) -> Response:
    """List the actions that locked in a period; those that are pending have not."""
    asked = request.args
    size, page = int(asked["PageSize"]), int(asked.get("Page", "1"))
    if size < _SMALLEST_PAGE or page > _MOST_PAGES:
        return problem(400, "bad_request", "At least 2 000 records a page, at most ten pages.")
    since, until = (
        datetime.fromisoformat(asked[name]) for name in ("LockingDateStart", "LockingDateEnd")
    )
    listing = Listing("impact", "validated_at", since, until)

    def make(fault: Fault | None) -> bytes:
        rows, shown = pages.part(listing, (page - 1) * size, size, fault)
        following = "" if shown.following is None else _address(shown.following // size + 1)
        told = {"@page": str(page), "@pagesize": str(size), "@nextpageuri": following}
        return msgspec.json.encode({**told, "Actions": [_action(one) for one in rows]})

    del sid
    return pages.answer("impact", pages.basic(), make)


def _address(page: int) -> str:
    rest = "&".join(f"{name}={value}" for name, value in request.args.items() if name != "Page")
    return f"{request.path}?{rest}&Page={page}"


def _action(row: Row) -> dict[str, object]:
    return {
        "Id": f"1000.{row['number']}",
        "State": _STATES[str(row["status"])],
        "StateDetail": row["reason"] or "",
        "Payout": "1.00",
        "Amount": row["amount"],
        "Currency": row["currency"],
        "EventDate": _moment(row["ordered_at"]),
        "LockingDate": _moment(row["validated_at"]),
        "SubId1": row["click_id"],
        "Oid": row["order_id"],
    }


def _moment(moment: object) -> str:
    return "" if moment is None else f"{str(moment)[:19]}Z"
