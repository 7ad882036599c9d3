"""CJ's commission detail: one query of GraphQL, paged by an id; corrections are new records."""

import re
from datetime import datetime

import msgspec
from flask import Blueprint, Response, request

from services.sandbox.faults import Fault
from services.sandbox.networks import pages
from services.sandbox.networks.pages import Row
from services.sandbox.networks.transactions import Listing

blueprint = Blueprint("cj", __name__, url_prefix="/cj")
_PAGE = 1_000
_ARGUMENT = re.compile(r'(\w+): ("[^"]*")')
_STATUS = {
    "pending": ("new", "PENDING"),
    "approved": ("locked", "ACCEPTED"),
    "declined": ("locked", "DECLINED"),
}


@blueprint.post("/query")
def query() -> Response:
    """Answer publisherCommissions; the id of a record is its place, and never moves."""
    asked = {
        name: msgspec.json.decode(value, type=str)
        for name, value in _ARGUMENT.findall(msgspec.json.decode(request.get_data())["query"])
    }
    date = "Posting" if "sincePostingDate" in asked else "Locking"
    period = (datetime.fromisoformat(asked[f"{one}{date}Date"]) for one in ("since", "before"))
    moment = "posted_at" if date == "Posting" else "validated_at"
    listing = Listing("cj", moment, *period)
    offset = int(asked.get("sinceCommissionId", "0"))

    def make(fault: Fault | None) -> bytes:
        rows, shown = pages.part(listing, offset, _PAGE, fault)
        told = {
            "count": len(rows),
            "payloadComplete": shown.following is None,
            # Not the id of a record but its place: this network counts its list anew each time.
            "maxCommissionId": str(offset if shown.following is None else shown.following),
            "records": [_record(one) for one in rows],
        }
        return msgspec.json.encode({"data": {"publisherCommissions": told}})

    return pages.answer("cj", pages.bearer(), make)


def _record(row: Row) -> dict[str, object]:
    action, validation = _STATUS[str(row["status"])]
    return {
        "commissionId": str(row["number"]),
        "originalActionId": str(row["corrects"] or row["number"]),
        "original": row["corrects"] is None,
        "actionStatus": action,
        "validationStatus": validation,
        "eventDate": _moment(row["ordered_at"]),
        "postingDate": _moment(row["posted_at"]),
        "shopperId": row["click_id"],
        "saleAmountUsd": row["amount"],
        "correctionReason": row["reason"] if row["corrects"] else None,
    }


def _moment(moment: object) -> str:
    return f"{str(moment)[:19]}Z"
