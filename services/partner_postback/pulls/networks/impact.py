"""Impact's actions, as its partner asks for them: by the date of locking, page by page.

`GET /Mediapartners/{sid}/Actions?LockingDateStart=…&LockingDateEnd=…&PageSize=2000`, HTTP Basic.
Answer: `{"@page": "1", "@nextpageuri": "/Mediapartners/{sid}/Actions?…&Page=2", "Actions": [{…}]}`.
By the date of locking, for an approval is no "update" that StartDate would find. More than ten
pages of a window are refused, so a window is a day.
"""

from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import msgspec

from services.partner_postback.outside.faults import Fault, FaultCode
from services.partner_postback.outside.fetching import Ask, basic
from services.partner_postback.pulls.networks.answers import JSON_TYPES, decoded, page_of
from services.partner_postback.pulls.paging import Page, Pager, Position, Target

_PAGE_SIZE = 2_000
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"


class _Answer(msgspec.Struct):
    actions: list[msgspec.Raw] = msgspec.field(name="Actions")
    following: str | None = msgspec.field(name="@nextpageuri", default=None)


_answer = msgspec.json.Decoder(_Answer)


def ask(target: Target, position: Position) -> Ask:
    """Answer the request of a page: `place` is the path that the page before named for it."""
    sid = target.credentials["account_sid"]
    headers = basic(sid, target.credentials["auth_token"])
    if position.place is not None:
        return Ask(urljoin(target.base_url, position.place), JSON_TYPES, headers=headers)
    parameters = {
        "LockingDateStart": position.since.strftime(_MOMENT),
        "LockingDateEnd": position.until.strftime(_MOMENT),
        "PageSize": str(_PAGE_SIZE),
    }
    url = target.url(f"/Mediapartners/{sid}/Actions")
    return Ask(url, JSON_TYPES, parameters=parameters, headers=headers)


def read(body: bytes, position: Position) -> Page:
    """Answer the records of a page, and the path of the next one."""
    del position
    answer = decoded(_answer, body)
    return page_of(answer.actions, _path(answer.following))


def _path(uri: str | None) -> str | None:
    """Answer the path and the query of an address: a server sends us nowhere but to itself."""
    if not uri:
        return None
    try:
        parts = urlsplit(uri)
    except ValueError:
        why = f"the next page is said to be at {uri[:100]!r}, which is no address"
        raise Fault(FaultCode.UNREADABLE, why) from None
    return f"/{parts.path.lstrip('/')}?{parts.query}"


PAGER = Pager(
    profile="impact-actions",
    ask=ask,
    read=read,
    settings=(),
    credentials=("account_sid", "auth_token"),
    longest_window=timedelta(days=1),
    most_records=_PAGE_SIZE,
)
