"""Raw requests in the formats that partners speak."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from services.partner_postback import formats
from services.partner_postback.domain.algebra import Message
from services.partner_postback.formats.request import RECORD, RawRequest, Refused, Source

RECEIVED_AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FORM = {"content-type": "application/x-www-form-urlencoded"}

POSTBACK = {
    "order_id": "A-1",
    "line_id": "1",
    "action": "sale",
    "click_id": "c" * 64,
    "status": "reported",
    "amount": {"amount_minor": 109_900, "currency": "RUB"},
    "category": None,
    "ordered_at": "2026-11-23T11:40:00Z",
    "status_at": "2026-11-23T11:40:00Z",
    "reason": None,
}


def signed(body: object) -> RawRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return RawRequest("signed", "POST", b"", raw, RECEIVED_AT)


def by_get(name: str, parameters: Any) -> RawRequest:
    query = parameters if isinstance(parameters, bytes) else urlencode(parameters).encode()
    return RawRequest(name, "GET", query, b"", RECEIVED_AT)


def by_post(name: str, parameters: Any, query: bytes = b"") -> RawRequest:
    body = parameters if isinstance(parameters, bytes) else urlencode(parameters).encode()
    return RawRequest(name, "POST", query, body, RECEIVED_AT, FORM)


def read(request: RawRequest) -> Message:
    """What a request says, by the format that it names."""
    return formats.read(request, formats.built_in()[request.format])


def record(name: str, fields: Any, source: Source = Source.PULL) -> RawRequest:
    """A row of a file, or a record of a pull, as it is kept and read again."""
    return RawRequest(name, RECORD, b"", json.dumps(fields).encode(), RECEIVED_AT, {}, source)


def by_json(name: str, document: Any, query: bytes = b"token=pk_secret") -> RawRequest:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    headers = {"content-type": "application/json; charset=utf-8"}
    return RawRequest(name, "POST", query, body, RECEIVED_AT, headers)


def refusal(request: RawRequest) -> tuple[str, str | None]:
    """The code with which a request is refused, and the field that it names."""
    with pytest.raises(Refused) as refused:
        read(request)
    return refused.value.code, refused.value.field
