"""CJ's commission detail, as its publisher asks for it: GraphQL, paged by the last id seen.

`POST /query` with a bearer token. Answer: `{"data": {"publisherCommissions": {"count": 2,
"payloadComplete": false, "maxCommissionId": "2734", "records": [{…}, {…}]}}}`; the next page begins
`sinceCommissionId` that one. Asked by the date of posting, which brings purchases and corrections,
and by the date of locking, which brings what became of them.
"""

import json
from datetime import timedelta

import msgspec

from services.partner_postback.outside.faults import Fault, FaultCode
from services.partner_postback.outside.fetching import Ask, bearer
from services.partner_postback.pulls.networks.answers import JSON_TYPES, decoded, page_of
from services.partner_postback.pulls.paging import Page, Pager, Position, Target

_DATES = ("Posting", "Locking")
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
# What the profile `cj` reads.
_FIELDS = (
    "commissionId originalActionId original actionStatus validationStatus eventDate postingDate"
    " shopperId saleAmountUsd correctionReason"
)


class _Commissions(msgspec.Struct, rename="camel"):
    payload_complete: bool
    records: list[msgspec.Raw]
    max_commission_id: str | None = None


class _Data(msgspec.Struct, rename="camel"):
    publisher_commissions: _Commissions


class _Error(msgspec.Struct):
    message: str = ""


class _Answer(msgspec.Struct):
    data: _Data | None = None
    errors: list[_Error] = []


_answer = msgspec.json.Decoder(_Answer)


def ask(target: Target, position: Position) -> Ask:
    """Answer the request of a page: `place` is the last commission id of the page before."""
    date = _DATES[position.step]
    asked = {
        "forPublishers": [target.settings["publisher_id"]],
        f"since{date}Date": position.since.strftime(_MOMENT),
        f"before{date}Date": position.until.strftime(_MOMENT),
    }
    if position.place is not None:
        asked["sinceCommissionId"] = position.place
    # A JSON text or list is one of GraphQL too.
    arguments = ", ".join(f"{name}: {json.dumps(value)}" for name, value in asked.items())
    what = f"count payloadComplete maxCommissionId records {{ {_FIELDS} }}"
    query = f"{{ publisherCommissions({arguments}) {{ {what} }} }}"
    return Ask(
        target.url("/query"),
        JSON_TYPES,
        method="POST",
        headers={"Content-Type": "application/json", **bearer(target.credentials["token"])},
        body=json.dumps({"query": query}).encode(),
    )


def read(body: bytes, position: Position) -> Page:
    """Answer the records of a page, and the last id; raises Fault for a query that was refused."""
    del position
    answer = decoded(_answer, body)
    if answer.errors or answer.data is None:
        said = "; ".join(one.message for one in answer.errors[:3]) or "no data"
        raise Fault(FaultCode.REQUEST_REFUSED, f"the query was refused: {said}")
    told = answer.data.publisher_commissions
    if not told.payload_complete and not told.max_commission_id:
        why = "there is more, but no id to go on from"
        raise Fault(FaultCode.CURSOR_STANDS_STILL, why)
    following = None if told.payload_complete else told.max_commission_id
    return page_of(told.records, following)


PAGER = Pager(
    profile="cj",
    ask=ask,
    read=read,
    settings=("publisher_id",),
    credentials=("token",),
    steps=len(_DATES),
    longest_window=timedelta(days=31),
    most_records=10_000,
)
