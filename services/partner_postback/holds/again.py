"""A held request read again, exactly as it came, by what its format means now."""

from typing import Any

from services.partner_postback import formats
from services.partner_postback.domain.algebra import Message
from services.partner_postback.domain.attribution import Hold
from services.partner_postback.formats import Format
from services.partner_postback.formats.request import Code, RawRequest, Refused
from services.partner_postback.partners import Directory
from services.partner_postback.verdicts import Arrival


def arrival_of(directory: Directory, row: Any, request: RawRequest) -> Arrival:
    """Answer a held receipt's request as it arrives for another decision."""
    spoken = directory.format(request.format)
    return Arrival(
        receipt_id=row.receipt_id,
        partner_id=row.partner_id,
        request=request,
        said=_read(request, spoken),
        transport_id=row.transport_id,
        format_version=spoken.version if spoken else "",
        waived=frozenset(Hold(code) for code in row.waived),
    )


def _read(request: RawRequest, spoken: Format | None) -> Message | Refused:
    if spoken is None:
        why = f"There is no profile {request.format!r} any more."
        return Refused(Code.UNKNOWN_PROFILE, why)
    try:
        return formats.read(request, spoken)
    except Refused as refused:
        return refused
