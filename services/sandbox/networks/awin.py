"""Awin's transactions: all of a window of at most 31 days, by one of three dates."""

from datetime import UTC, datetime, timedelta

import msgspec
from flask import Blueprint, Response, request

from services.sandbox.faults import Fault
from services.sandbox.moments import from_text
from services.sandbox.networks import pages
from services.sandbox.networks.pages import Row
from services.sandbox.networks.transactions import Listing
from shared.problems import problem

blueprint = Blueprint("awin", __name__, url_prefix="/awin")
_MOMENT = "%Y-%m-%dT%H:%M:%S"
_LONGEST = timedelta(days=31)
_DATE_TYPES = {
    "transaction": "ordered_at",
    "validation": "validated_at",
    "amendment": "amended_at",
}
_ALL = 10**9


@blueprint.get("/publishers/<int:publisher_id>/transactions/")
def list_transactions(publisher_id: int) -> Response:
    """List the transactions of a window."""
    asked = request.args
    since, until = (
        datetime.strptime(asked[name], _MOMENT).replace(tzinfo=UTC)
        for name in ("startDate", "endDate")
    )
    if until - since > _LONGEST or asked["timezone"] != "UTC":
        return problem(400, "bad_request", "At most 31 days, in UTC.")
    listing = Listing("awin", _DATE_TYPES[asked["dateType"]], since, until)

    def make(fault: Fault | None) -> bytes:
        rows, _ = pages.part(listing, 0, _ALL, fault)
        return msgspec.json.encode([_transaction(one, publisher_id) for one in rows])

    return pages.answer("awin", pages.bearer(), make)


def _transaction(row: Row, publisher_id: int) -> dict[str, object]:
    is_amended = row["amended_at"] is not None
    return {
        "id": row["number"],
        "publisherId": publisher_id,
        "commissionStatus": row["status"],
        "commissionAmount": {"amount": 1.0, "currency": row["currency"]},
        "saleAmount": _sum(row, "amount"),
        "oldSaleAmount": _sum(row, "old_amount") if is_amended else None,
        "clickRefs": {"clickRef": row["click_id"]},
        "transactionDate": _moment(row["ordered_at"]),
        "validationDate": _moment(row["validated_at"]),
        "amended": is_amended,
        "declineReason": row["reason"],
        "orderRef": row["order_id"],
        "transactionParts": [
            {"commissionGroupCode": "DEFAULT", "amount": float(str(row["amount"]))}
        ],
    }


def _sum(row: Row, name: str) -> dict[str, object]:
    return {"amount": float(str(row[name])), "currency": row["currency"]}


def _moment(moment: object) -> str | None:
    return None if moment is None else from_text(str(moment)).strftime(_MOMENT)
