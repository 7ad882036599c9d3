"""The HTTP edge of a member's own devices."""

from typing import Any
from uuid import UUID

from flask import Response, request

from services.members.entering import store
from services.members.entering.domain import UnknownDevice
from services.members.entering.schemas import DeviceListSchema, KeptDeviceSchema
from services.members.front import front, keep_private
from shared.web import Blueprint

blueprint = Blueprint("my_devices", __name__, description="Where a member is signed in.")
blueprint.after_request(keep_private)


@blueprint.get("/me/devices")
@blueprint.response(200, DeviceListSchema)
def my_devices() -> dict[str, Any]:
    """List where I am signed in, the last used first."""
    here = front()
    member_id = here.access.subject(request)
    with here.engine.connect() as connection:
        return {"data": store.of_member(connection, member_id, here.clock())}


@blueprint.delete("/me/devices/<uuid:device_id>")
@blueprint.response(204)
def end(device_id: UUID) -> Response:
    """Sign one of my devices out."""
    here = front()
    member_id = here.access.subject(request)
    with here.engine.begin() as connection:
        if not store.end(connection, device_id, member_id, here.clock()):
            raise UnknownDevice(device_id)
    return Response(status=204)


@blueprint.post("/me/devices/end-others")
@blueprint.arguments(KeptDeviceSchema)
@blueprint.response(204)
def end_others(sent: dict[str, UUID]) -> Response:
    """Sign all my devices out but one."""
    here = front()
    member_id = here.access.subject(request)
    with here.engine.begin() as connection:
        store.end_others(connection, member_id, sent["device_id"], here.clock())
    return Response(status=204)
