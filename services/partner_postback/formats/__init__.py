"""What partners speak, all of it ending in the same domain Message.

Two formats are ours, signed or not, and have code; all others are profiles: a file in `networks/`,
or one that the operator uploaded. Reading is a pure function of the raw request and the format,
so that a held request can be read again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, partial
from pathlib import Path

from services.partner_postback.domain.algebra import Message, Says
from services.partner_postback.domain.attribution import CLOCKS_MAY_DIFFER
from services.partner_postback.formats import form, profile, signed_json
from services.partner_postback.formats.envelopes import unwrap
from services.partner_postback.formats.profile import Answer, Profile
from services.partner_postback.formats.profile.record import read_record
from services.partner_postback.formats.request import Code, RawRequest, Refused

_NETWORKS = Path(__file__).parents[1] / "networks"
_OURS_NEED = ("click_id", "amount", "ordered_at")


class Security(StrEnum):
    """How a request proves who sent it."""

    SIGNATURE = "signature"
    KEY = "key"
    TRADEDOUBLER_CHECKSUM = "tradedoubler_checksum"


@dataclass(frozen=True, slots=True)
class Format:
    """How to read one format, what it calls our fields, and how it proves who sent it.

    `version` names the profile that it is made of; our own two formats have none.
    """

    name: str
    read: Callable[[RawRequest], Message]
    security: Security
    version: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    key_names: tuple[str, ...] = ("token",)
    a_report_needs: tuple[str, ...] = ("amount",)
    answer: Answer | None = None
    profile: Profile | None = None


_OURS = (
    Format("signed", signed_json.read, Security.SIGNATURE, a_report_needs=_OURS_NEED),
    Format("form", form.read, Security.KEY, a_report_needs=_OURS_NEED),
)


def of_profile(spoken: Profile) -> Format:
    """Answer the format that a profile describes."""
    return Format(
        name=spoken.name,
        read=partial(_read_by, spoken),
        security=Security(spoken.security),
        version=spoken.version,
        names=spoken.names,
        key_names=spoken.key_names,
        answer=spoken.answer,
        profile=spoken,
    )


@cache
def built_in() -> Mapping[str, Format]:
    """Answer our own formats and those of the networks that come with the code."""
    files = sorted(_NETWORKS.glob("*.yaml"))
    profiles = [profile.load(one.stem, one.read_bytes()) for one in files]
    return {one.name: one for one in (*_OURS, *map(of_profile, profiles))}


def all_formats(own: Iterable[Format]) -> Mapping[str, Format]:
    """Answer every format by name: those that come with the code, and the operator's own."""
    return {**{one.name: one for one in own}, **built_in()}


def read(request: RawRequest, spoken: Format) -> Message:
    """Answer what the partner says, whatever its format; raises Refused with the field named."""
    return _checked(spoken.read(request), request, spoken)


def read_or_refuse(
    request: RawRequest, spoken: Format | None, record: Mapping[str, str] | None = None
) -> Message | Refused:
    """Answer what a request says, or why that cannot be used, whatever its format.

    `spoken` None: there is no such format any more. `record`: what the request holds, for whoever
    has it already.
    """
    if spoken is None:
        return Refused(Code.UNKNOWN_PROFILE, f"There is no profile {request.format!r} any more.")
    try:
        return read(request, spoken) if record is None else read_row(request, record, spoken)
    except Refused as refused:
        return refused


def read_row(request: RawRequest, record: Mapping[str, str], spoken: Format) -> Message:
    """Answer what `read` would, for whoever has the record already that the request holds."""
    assert spoken.profile is not None
    ignored = spoken.profile.ignored
    read_of = {name: text for name, text in record.items() if name not in ignored}
    return _checked(read_record(spoken.profile, read_of), request, spoken)


def _checked(message: Message, request: RawRequest, spoken: Format) -> Message:
    for code, name, why in _faults(message, request, spoken):
        shown = spoken.names.get(name, name)
        raise Refused(code, f"{shown}: {why}", shown)
    return message


def _read_by(spoken: Profile, request: RawRequest) -> Message:
    return read_record(spoken, unwrap(spoken.envelope, request, spoken.ignored))


def _faults(
    message: Message, request: RawRequest, spoken: Format
) -> Iterator[tuple[Code, str, str]]:
    if message.says is Says.REPORTED:
        for name in spoken.a_report_needs:
            if getattr(message, name) is None:
                yield Code.INVALID_FIELDS, name, "A report needs it."
    has_amount = message.amount or message.amount_text
    if message.says is Says.AMENDED and not has_amount:
        yield Code.INVALID_FIELDS, "amount", "An amendment needs the new amount."
    if message.says is Says.RETURNED and message.amount and not message.amount.amount_minor:
        why = "Say how much came back, or leave it out when everything did."
        yield Code.INVALID_AMOUNT, "amount", why
    latest = request.received_at + CLOCKS_MAY_DIFFER
    for name, moment in (("ordered_at", message.ordered_at), ("status_at", message.status_at)):
        if moment is not None and moment > latest:
            yield Code.IN_THE_FUTURE, name, "It lies in the future."
