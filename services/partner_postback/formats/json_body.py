"""Unwraps what is sent as a JSON body, beside the parameters of the address."""

from dataclasses import replace

from services.partner_postback.formats.fields import read_document
from services.partner_postback.formats.flat import flatten
from services.partner_postback.formats.request import RawRequest


def unwrap(request: RawRequest) -> dict[str, str]:
    """Answer the record of a JSON object, of parameters, or of both; raises Refused."""
    if not request.is_json():
        return request.parameters()
    in_address = replace(request, body=b"").parameters()
    return {**in_address, **flatten(read_document(request.body))}
