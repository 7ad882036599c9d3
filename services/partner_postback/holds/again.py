"""A held request read again, exactly as it came, by what its format means now."""

from typing import Any

from services.partner_postback import formats
from services.partner_postback.domain.attribution import Hold
from services.partner_postback.formats.request import RawRequest
from services.partner_postback.partners import Directory
from services.partner_postback.verdicts import Arrival


def arrival_of(directory: Directory, row: Any, request: RawRequest) -> Arrival:
    """Answer a held receipt's request as it arrives for another decision."""
    spoken = directory.format(request.format)
    return Arrival(
        receipt_id=row.receipt_id,
        partner_id=row.partner_id,
        request=request,
        said=formats.read_or_refuse(request, spoken),
        transport_id=row.transport_id,
        format_version=spoken.version if spoken else "",
        waived=frozenset(Hold(code) for code in row.waived),
    )
