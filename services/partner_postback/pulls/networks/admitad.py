"""Admitad's statistics of actions, as its publisher asks for them.

`GET /statistics/actions/?limit=500&offset=1000&order_by=date&date_start=01.11.2026`, OAuth 2 with
client credentials (`POST /token/`). Answer: `{"results": [{…}], "_meta": {"count": 1204, …}}`.
Asked by the day of the action and by the moment of its last status. Neither has an end: what
changes while we page would leave the list, and what follows it would slip past our offset.
"""

from datetime import timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from services.partner_postback.outside.faults import Fault, FaultCode
from services.partner_postback.outside.fetching import Ask, basic, bearer
from services.partner_postback.pulls.networks.answers import JSON_TYPES, decoded, page_of
from services.partner_postback.pulls.paging import Page, Pager, Position, Target

_LIMIT = 500
# Its documents name no zone; its days are Moscow's. Should they be another's after all, a day's
# overlap covers it.
_ZONE = ZoneInfo("Europe/Moscow")
_FILTERS = (("date_start", "%d.%m.%Y"), ("status_updated_start", "%d.%m.%Y %H:%M:%S"))


class _Meta(msgspec.Struct):
    count: int | None = None


class _Answer(msgspec.Struct):
    results: list[msgspec.Raw]
    meta: _Meta = msgspec.field(name="_meta", default_factory=_Meta)


class _Token(msgspec.Struct):
    access_token: str


_answer = msgspec.json.Decoder(_Answer)
_token = msgspec.json.Decoder(_Token)


def ask(target: Target, position: Position) -> Ask:
    """Answer the request of a page: `place` is its offset."""
    name, pattern = _FILTERS[position.step]
    parameters = {
        "limit": str(_LIMIT),
        "offset": position.place or "0",
        "order_by": "date",
        name: position.since.astimezone(_ZONE).strftime(pattern),
    }
    url = target.url("/statistics/actions/")
    headers = bearer(target.credentials["token"])
    return Ask(url, JSON_TYPES, parameters=parameters, headers=headers)


def read(body: bytes, position: Position) -> Page:
    """Answer the records of a page; a page without any is the last, whatever the count says."""
    answer = decoded(_answer, body)
    offset = int(position.place or "0") + len(answer.results)
    is_last = not answer.results or (answer.meta.count is not None and offset >= answer.meta.count)
    return page_of(answer.results, None if is_last else str(offset))


def sign_in(target: Target) -> Ask:
    """Answer the request of a token, which is good for days: one is asked for in each run."""
    known = target.credentials
    form = {
        "grant_type": "client_credentials",
        "client_id": known["client_id"],
        "scope": "statistics",
    }
    return Ask(
        target.url("/token/"),
        JSON_TYPES,
        method="POST",
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            **basic(known["client_id"], known["client_secret"]),
        },
        body=urlencode(form).encode(),
    )


def token(body: bytes) -> str:
    """Answer the token of an answer."""
    given = decoded(_token, body).access_token
    if not given.isascii() or not given.isprintable() or not given:
        why = "the token cannot be sent"
        raise Fault(FaultCode.UNREADABLE, why)
    return given


PAGER = Pager(
    profile="admitad-statistics",
    ask=ask,
    read=read,
    settings=(),
    credentials=("client_id", "client_secret"),
    steps=len(_FILTERS),
    most_records=_LIMIT,
    least_overlap=timedelta(days=1),
    sign_in=sign_in,
    token=token,
)
