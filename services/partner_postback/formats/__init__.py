"""The formats that partners speak: one file each, all ending in the same domain.Message.

Two are ours, signed or not; the others are those of advertising networks. An adapter is a pure
function of the raw request, so that a held request can be read again. A new format is a file here
and a line in FORMATS.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from services.partner_postback.domain import CLOCKS_MAY_DIFFER, Message, Says
from services.partner_postback.formats import admitad, awin, form, signed_json
from services.partner_postback.formats.request import Code, RawRequest, Refused


@dataclass(frozen=True, slots=True)
class Format:
    """How to read one format, what it calls our fields, and how it proves who sent it."""

    read: Callable[[RawRequest], Message]
    names: Mapping[str, str]
    is_signed: bool = False


FORMATS: dict[str, Format] = {
    "signed": Format(signed_json.read, {}, is_signed=True),
    "form": Format(form.read, {}),
    "admitad": Format(admitad.read, admitad.NAMES),
    "awin": Format(awin.read, awin.NAMES),
}


def read(request: RawRequest) -> Message:
    """Answer what the partner says, whatever its format; raises Refused with the field named."""
    spoken = FORMATS[request.format]
    message = spoken.read(request)
    for code, name, why in _faults(message, request):
        shown = spoken.names.get(name, name)
        raise Refused(code, f"{shown}: {why}", shown)
    return message


def _faults(message: Message, request: RawRequest) -> Iterator[tuple[Code, str, str]]:
    if message.says is Says.REPORTED:
        for name in ("click_id", "amount", "ordered_at"):
            if getattr(message, name) is None:
                yield Code.INVALID_FIELDS, name, "A report needs it."
    if message.says is Says.AMENDED and message.amount is None:
        yield Code.INVALID_FIELDS, "amount", "An amendment needs the new amount."
    if message.says is Says.RETURNED and message.amount and not message.amount.amount_minor:
        why = "Say how much came back, or leave it out when everything did."
        yield Code.INVALID_AMOUNT, "amount", why
    latest = request.received_at + CLOCKS_MAY_DIFFER
    for name, moment in (("ordered_at", message.ordered_at), ("status_at", message.status_at)):
        if moment is not None and moment > latest:
            yield Code.IN_THE_FUTURE, name, "It lies in the future."
