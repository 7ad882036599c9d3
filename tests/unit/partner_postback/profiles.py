"""A small profile to try each part of one with, and records that it reads."""

from pathlib import Path
from typing import Any

import pytest

from services.partner_postback.domain.algebra import Message
from services.partner_postback.formats.profile import Profile, of_document
from services.partner_postback.formats.profile.record import read_record
from services.partner_postback.formats.request import Refused

README = Path("services/partner_postback/networks/README.md")
RECORD = {"order": "A-1", "click": "c" * 64, "state": "new", "sum": "10.50", "cur": "RUB"}
FIELDS: dict[str, Any] = {
    "order_id": {"names": ["order"], "required": True},
    "click_id": ["click"],
    "status": ["state"],
    "amount": ["sum"],
    "currency": ["cur"],
}
DOCUMENT: dict[str, Any] = {
    "about": "A network of tests",
    "fields": FIELDS,
    "words": {"new": "reported", "ok": "approved", "no": "declined", "back": "returned"},
}


def profile(*, fields: dict[str, Any] | None = None, **parts: Any) -> Profile:
    """The profile of tests, with other parts and more or other fields."""
    return of_document("tests", {**DOCUMENT, "fields": {**FIELDS, **(fields or {})}, **parts})


def told(spoken: Profile, **changes: str | None) -> Message:
    """What the record of tests says, with changes; None leaves a field out."""
    sent = {**RECORD, **changes}
    return read_record(spoken, {name: text for name, text in sent.items() if text is not None})


def refused(spoken: Profile, **changes: str | None) -> tuple[str, str | None]:
    """The code with which that record is refused, and the field that it names."""
    with pytest.raises(Refused) as refused:
        told(spoken, **changes)
    return refused.value.code, refused.value.field
