"""Admitad's XML revision file, which a store publishes and changes daily: one document, no pages.

`GET` of the address with HTTP Basic. The profile `admitad-revision` shows and reads its payments.
"""

import hashlib
import json
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from services.partner_postback.outside.faults import Fault, FaultCode
from services.partner_postback.outside.fetching import Ask, basic
from services.partner_postback.pulls.networks.answers import checked_record
from services.partner_postback.pulls.paging import Page, Pager, Position, Target

_XML_TYPES = frozenset({"application/xml", "text/xml"})
_NAMESPACE = "{http://admitad.com/payments-revision}"
_FRAME = (f"{_NAMESPACE}Payments", f"{_NAMESPACE}Payment")
_DEEPEST = 3
_MOST_FIELDS = 50


def ask(target: Target, position: Position) -> Ask:
    """Answer the request of the file."""
    del position
    headers = basic(target.credentials["user"], target.credentials["password"])
    return Ask(target.base_url, _XML_TYPES, headers=headers)


def read(body: bytes, position: Position) -> Page:
    """Answer the payments of the file, one at a time; it is read through before any is used."""
    del position
    count = sum(1 for _ in _payments(body))
    return Page(_payments(body), count, None, hashlib.sha256(body).hexdigest())


def _payments(body: bytes) -> Iterator[bytes]:
    try:
        open_elements: list[Element] = []
        for event, element in iterparse(BytesIO(body), events=("start", "end"), forbid_dtd=True):
            if event == "start":
                open_elements.append(element)
                _check_place(open_elements)
                continue
            open_elements.pop()
            if len(open_elements) == 1:
                yield _record(element)
                open_elements[0].clear()  # else the whole document would gather in memory
    except DefusedXmlException:
        why = "the file has a document type or entities"
        raise Fault(FaultCode.UNREADABLE, why) from None
    except (ParseError, ValueError, LookupError) as fault:
        raise Fault(FaultCode.UNREADABLE, f"the file is no XML: {fault}") from None


def _check_place(open_elements: list[Element]) -> None:
    """Let an element pass that may stand where it begins; raises Fault."""
    depth = len(open_elements)
    names = tuple(one.tag for one in open_elements[:2])
    if names != _FRAME[: len(names)]:
        why = f"Payment elements in one Payments of {_NAMESPACE[1:-1]} were expected, not {names}"
        raise Fault(FaultCode.UNREADABLE, why[:300])
    if depth > _DEEPEST or (depth == _DEEPEST and len(open_elements[1]) > _MOST_FIELDS):
        why = f"a payment has more than {_MOST_FIELDS} fields, or fields in fields"
        raise Fault(FaultCode.UNREADABLE, why)


def _record(payment: Element) -> bytes:
    # Written by hand: a name that stands there twice must be seen by who reads the record.
    pairs = (
        f"{json.dumps(one.tag.removeprefix(_NAMESPACE))}: {json.dumps(one.text or '')}"
        for one in payment
    )
    return checked_record(f"{{{', '.join(pairs)}}}".encode())


PAGER = Pager(
    profile="admitad-revision",
    ask=ask,
    read=read,
    settings=(),
    credentials=("user", "password"),
)
