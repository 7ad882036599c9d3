"""Awin's transactions, as its publisher asks for them: whole windows, without pages.

`GET /publishers/45628/transactions/?startDate=2026-11-01T00:00:00&endDate=…&timezone=UTC&
dateType=transaction`, a bearer token, at most 31 days. Answer: `[{…}, …]`.
Asked by the date of the transaction, of its validation and of its amendment: each brings what the
others miss.
"""

from datetime import timedelta

import msgspec

from services.partner_postback.outside.fetching import Ask, bearer
from services.partner_postback.pulls.networks.answers import JSON_TYPES, decoded, page_of
from services.partner_postback.pulls.paging import Page, Pager, Position, Target

_DATE_TYPES = ("transaction", "validation", "amendment")
_MOMENT = "%Y-%m-%dT%H:%M:%S"
_answer = msgspec.json.Decoder(list[msgspec.Raw])


def ask(target: Target, position: Position) -> Ask:
    """Answer the request of a window, by one kind of date."""
    parameters = {
        "startDate": position.since.strftime(_MOMENT),
        "endDate": position.until.strftime(_MOMENT),
        "timezone": "UTC",
        "dateType": _DATE_TYPES[position.step],
    }
    url = target.url(f"/publishers/{target.settings['publisher_id']}/transactions/")
    headers = bearer(target.credentials["token"])
    return Ask(url, JSON_TYPES, parameters=parameters, headers=headers)


def read(body: bytes, position: Position) -> Page:
    """Answer the records of a window: all there are."""
    del position
    return page_of(decoded(_answer, body), None)


PAGER = Pager(
    profile="awin-transactions",
    ask=ask,
    read=read,
    settings=("publisher_id",),
    credentials=("token",),
    steps=len(_DATE_TYPES),
    longest_window=timedelta(days=31),
)
