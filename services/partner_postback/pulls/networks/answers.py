"""Reads answers in JSON: the frame is checked, the records stay the bytes that were sent."""

import hashlib
from typing import TypeVar

import msgspec

from services.partner_postback.outside.faults import Fault, FaultCode
from services.partner_postback.pulls.paging import Page

# Of a record that is kept with its receipt; honest ones have a kilobyte or two.
LARGEST_RECORD_BYTES = 256 * 1024
JSON_TYPES = frozenset({"application/json"})
T = TypeVar("T")


def decoded(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """Answer what an answer says; raises Fault for one that is cut, malformed, or another thing."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Fault(FaultCode.UNREADABLE, f"the answer is not what it should be: {fault}") from None
    except RecursionError:
        raise Fault(FaultCode.UNREADABLE, "the answer is nested too deep") from None


def page_of(raw: list[msgspec.Raw], following: str | None) -> Page:
    """Answer a page of records; raises Fault when one is too large to be one."""
    records = [checked_record(bytes(one)) for one in raw]
    # Of the records alone: the frame may count pages while the records are the same ones for ever.
    digest = hashlib.sha256(b"\n".join(records)).hexdigest()
    return Page(records, len(records), following, digest)


def checked_record(record: bytes) -> bytes:
    """Let a record pass; raises Fault."""
    if len(record) > LARGEST_RECORD_BYTES:
        why = f"a record has more than {LARGEST_RECORD_BYTES} bytes"
        raise Fault(FaultCode.ANSWER_TOO_LARGE, why)
    return record
